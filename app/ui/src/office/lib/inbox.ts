/*
 * The inbox of the office: everything the merge could not decide, as one list.
 *
 * What lives here: how conflicts, held cells, devices, what was refused, what an erasure left open, what was written at an old
 * door and steps of a case that do not fit become one kind of item, in which order they come, how long they take, and
 * where the hand rests when one of them goes. What does not: fetching and drawing.
 * The easiest item comes first, so that the list is short before it gets hard; among equals the oldest, so that nobody waits for ever.
 */
import type { CaseItem, Conflict, DeviceItem, ErasureItem, HeldItem, LeftBehindItem, RefusedItem } from '../../generated/commands'
import { keyOf, undecided } from './erasures'

export type InboxKind = 'fork' | 'held' | 'device' | 'refused' | 'mention' | 'left' | 'step'

/** One thing to decide. `thing` names what it is about and stays the same when a new value joins the fork. */
export interface InboxItem {
  id: string
  thing: string
  kind: InboxKind
  plate: string | null
  household: string | null
  /** Unix ms. */
  at: number
  /** How long a practised person takes. */
  seconds: number
  conflict?: Conflict
  held?: HeldItem
  device?: DeviceItem
  refused?: RefusedItem
  /** An erasure with places where others may have named whom it was about. */
  erasure?: ErasureItem
  left?: LeftBehindItem
  /** A case with steps that do not fit, which nobody has looked at. */
  clashing?: CaseItem
}

const FORK_SECONDS = 12
const EXTRA_VALUE_SECONDS = 6
const LONG_TEXT_SECONDS = 10
const HELD_SECONDS = 15
const DEVICE_SECONDS = 20
/** Reading why, then each field. */
const REFUSED_SECONDS = 15
const REFUSED_FIELD_SECONDS = 5
/** Opening each place and reading what a colleague wrote. */
const MENTION_SECONDS = 20
/** As a fork, and where they went. */
const LEFT_SECONDS = 14
/** Reading both steps, and deciding whether somebody has to act. */
const CLASH_SECONDS = 30
/** From this many characters on a value is read, not seen. */
const LONG_TEXT_CHARS = 24

function forkSeconds(c: Conflict): number {
  const long = c.values.some((v) => v.text.length >= LONG_TEXT_CHARS) ? LONG_TEXT_SECONDS : 0
  return FORK_SECONDS + Math.max(0, c.values.length - 2) * EXTRA_VALUE_SECONDS + long
}

/** The inbox, easiest first. Conflicts that somebody else must settle stay out: they would be work without an answer. */
export function buildInbox(conflicts: Conflict[], held: HeldItem[], devices: DeviceItem[], refused: RefusedItem[] = [], erasures: ErasureItem[] = [], left: LeftBehindItem[] = [], clashing: CaseItem[] = []): InboxItem[] {
  const items: InboxItem[] = [
    ...conflicts.filter((c) => c.may_settle).map((c) => ({
      id: `c-${c.id}`, thing: `c-${c.record}-${c.key}`, kind: 'fork' as const, plate: c.plate, household: c.household, at: c.at, seconds: forkSeconds(c), conflict: c
    })),
    ...held.map((h) => ({
      id: `h-${h.id}`, thing: `h-${h.id}`, kind: 'held' as const, plate: h.plate, household: h.household, at: h.at, seconds: HELD_SECONDS, held: h
    })),
    ...devices.filter((d) => d.state === 'unconfirmed').map((d) => ({
      id: `d-${d.id}`, thing: `d-${d.id}`, kind: 'device' as const, plate: null, household: null, at: d.seen_at ?? 0, seconds: DEVICE_SECONDS, device: d
    })),
    ...refused.map((r) => ({
      id: `r-${r.id}`, thing: `r-${r.id}`, kind: 'refused' as const, plate: r.plate, household: r.household, at: r.at, seconds: REFUSED_SECONDS + r.fields.length * REFUSED_FIELD_SECONDS, refused: r
    })),
    ...erasures.filter((e) => undecided(e).length > 0).map((e) => ({
      id: `m-${keyOf(e)}`, thing: `m-${keyOf(e)}`, kind: 'mention' as const, plate: null, household: null, at: e.at, seconds: undecided(e).length * MENTION_SECONDS, erasure: e
    })),
    ...left.map((l) => ({
      id: `l-${l.old}-${l.key}`, thing: `l-${l.old}-${l.key}`, kind: 'left' as const, plate: l.plate, household: l.household, at: 0, seconds: LEFT_SECONDS, left: l
    })),
    ...clashing.map((c) => ({
      id: `s-${c.id}`, thing: `s-${c.id}`, kind: 'step' as const, plate: null, household: c.household, at: c.opened_at, seconds: c.clashes * CLASH_SECONDS, clashing: c
    }))
  ]
  return items.sort((a, b) => a.seconds - b.seconds || a.at - b.at || (a.id < b.id ? -1 : 1))
}

/** Whole minutes for all of them, at least one where there is anything to do. */
export function estimateMinutes(items: { seconds: number }[]): number {
  const seconds = items.reduce((sum, i) => sum + i.seconds, 0)
  return seconds === 0 ? 0 : Math.max(1, Math.round(seconds / 60))
}

/**
 * Where the hand rests after the list was asked again. `before` is the list as it was, `id` what was selected in it.
 * The same item; else the same thing under a new id (a third value joined the fork); else what now stands in its place.
 */
export function keepSelection(before: InboxItem[], after: InboxItem[], id: string | null): string | null {
  if (after.length === 0) return null
  if (id === null) return after[0]!.id
  if (after.some((i) => i.id === id)) return id
  const old = before.findIndex((i) => i.id === id)
  if (old < 0) return after[0]!.id
  const again = after.find((i) => i.thing === before[old]!.thing)
  if (again) return again.id
  const left = new Set(after.map((i) => i.id))
  for (let k = old + 1; k < before.length; k += 1) if (left.has(before[k]!.id)) return before[k]!.id
  for (let k = old - 1; k >= 0; k -= 1) if (left.has(before[k]!.id)) return before[k]!.id
  return after[0]!.id
}

/** The neighbour of an item, staying at the ends. */
export function step(ids: string[], id: string | null, by: number): string | null {
  if (ids.length === 0) return null
  const at = id === null ? -1 : ids.indexOf(id)
  if (at < 0) return ids[0]!
  return ids[Math.min(ids.length - 1, Math.max(0, at + by))]!
}
