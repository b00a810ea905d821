/*
 * What a key asks of an item. Of one that is drawn its page knows; of one that is selected and still on its way, this file: the key is kept for that
 * item and carried out when the item has come, wherever the hand is by then.
 *
 * What lives here: which keys decide which kinds, and what they come to. What does not: writing it, and keys that only move or open something.
 */
import { call } from '../../app/api'
import type { DecideItemArgs, Duplicate, HeldItem, InboxDetail, InboxItem } from '../../generated/commands'

/** What is decided; the item is at hand. */
export type Choosing = Partial<Omit<DecideItemArgs, 'id'>> & { decision: string }
/** Of two that look alike: the first as it stands, the second, both. */
export type Side = 'first' | 'second' | 'both'

export const SIDES: Record<string, Side> = { 1: 'first', 2: 'second', b: 'both' }

/** A number that is wrong in itself cannot be taken as it stands; without a record and a field there is nowhere to write. */
export const mayTakeCell = (of: { record: string | null; key: string | null }, reason: string): boolean => of.record !== null && of.key !== null && !reason.startsWith('id_') && reason !== 'bad_code'

/** Does this key decide this item, as far as its line in the list says? */
export function decides(item: InboxItem, key: string): boolean {
  switch (item.kind) {
    case 'fork': return /^[1-9]$/.test(key) && Number(key) <= item.count
    case 'held': return key === '1' || (key === '2' && mayTakeCell(item, item.why.code))
    case 'fact': case 'orphan': case 'left': return key === '1' || key === '2'
    case 'question': return key === '1'
    case 'same': return key === 'm' || key === 'n'
    default: return false
  }
}

const settleOn = (detail: InboxDetail, at: number): Choosing | null => {
  const v = detail.conflict?.values[at]
  return v ? settling(detail, v.value) : null
}
export const settling = (detail: InboxDetail, value: unknown): Choosing => ({ decision: 'settle', value, clear: value === null, conflict: detail.conflict!.id })
const heldBy = (held: HeldItem, key: string): Choosing | null => (key === '1' ? { decision: 'keep' } : mayTakeCell(held, held.reason.code) ? { decision: 'take' } : null)

/** What the key comes to; null where it decides nothing. */
export function chosenBy(detail: InboxDetail, key: string): Choosing | null {
  if (!decides(detail.item, key)) return null
  if (detail.conflict) return settleOn(detail, Number(key) - 1)
  if (detail.held) return heldBy(detail.held, key)
  if (detail.fact) return { decision: key === '1' ? 'fix' : 'leave' }
  if (detail.left) return { decision: key === '1' ? 'leave' : 'take' }
  if (detail.same) return { decision: key === 'm' ? 'merge' : 'different' }
  return detail.item.kind === 'question' ? { decision: 'close' } : null
}

/** Two made one as the page shows it when it opens, or with one side chosen for all that differs. */
export async function mergeAsSeen(same: Duplicate, side: Side | undefined, mayNot: string): Promise<Record<string, unknown>> {
  const pair = { kind: same.kind, keep: same.a.id, drop: same.b.id }
  const now = await call('preview_merge', pair)
  if (!now.may) throw new Error(mayNot)
  const to = side && ({ first: 'keep', second: 'drop', both: 'both' } as const)[side]
  const choices = to ? Object.fromEntries(now.fields.filter((f) => f.stand === 'differs').map((f) => [f.key, to])) : {}
  return { ...pair, choices, values: {}, people: now.people.map((two) => ({ keep: two.keep.id, drop: two.drop.id })), seen: now.seen }
}
