/*
 * The inbox of the office: everything the merge or an import could not decide, as the engine lists it, easiest first.
 *
 * What lives here: how long the rest takes, where the hand rests when an item goes, pages put together. What does not: what is open and in
 * which order; the engine says so (`list_inbox`).
 */
import type { InboxItem, InboxList } from '../../generated/commands'

/** Every kind of item, in the order of the chips. */
export const INBOX_KINDS = ['fork', 'step', 'same', 'refused', 'late', 'fact', 'orphan', 'held', 'device', 'left', 'mention', 'question'] as const
export type InboxKind = (typeof INBOX_KINDS)[number]

/** Pages one after another: an item that moved between two pages stands once, where it was first. */
export function joinPages(before: InboxItem[], page: InboxItem[]): InboxItem[] {
  const known = new Set(before.map((i) => i.id))
  return [...before, ...page.filter((i) => !known.has(i.id))]
}

/** How many of a kind; every kind where none is named. */
export const countOf = (list: InboxList | null, kind: string | null): number => (kind === null ? (list?.open ?? 0) : (list?.counts.find((c) => c.kind === kind)?.count ?? 0))

/** What was chosen and is still there. */
export function stillChosen(chosen: ReadonlySet<string>, items: { id: string }[]): Set<string> {
  return new Set(items.filter((i) => chosen.has(i.id)).map((i) => i.id))
}

/** Whole minutes for all of them, at least one where there is anything to do. */
export function minutesOf(seconds: number): number {
  return seconds === 0 ? 0 : Math.max(1, Math.round(seconds / 60))
}

/**
 * Where the hand rests after the list was asked again. `before` is the list as it was, `id` what was selected in it.
 * The same item; else what now stands in its place.
 */
export function keepSelection(before: { id: string }[], after: { id: string }[], id: string | null): string | null {
  if (after.length === 0) return null
  if (id === null) return after[0]!.id
  if (after.some((i) => i.id === id)) return id
  const old = before.findIndex((i) => i.id === id)
  if (old < 0) return after[0]!.id
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
