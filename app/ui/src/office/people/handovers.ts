/*
 * Which terms passed to somebody else, and how far each handover has come. Pure.
 */
import type { MembershipItem } from '../../generated/commands'

export interface Handover {
  from: MembershipItem
  to: MembershipItem
}

export type Stage = 'planned' | 'waiting' | 'unsent' | 'done' | 'no_device'

/** How near the end of one term and the beginning of the next lie, ms: the server puts what lies in the past at its own now. */
const NEAR_MS = 24 * 3_600_000

/** A term with an end and another of the same role at the same unit that begins there, newest first. Stand-ins hand nothing over. */
export function handoversOf(items: readonly MembershipItem[]): Handover[] {
  const out: Handover[] = []
  for (const from of items) {
    if (from.until === null || from.stands_for) continue
    const follows = (m: MembershipItem) => m.id !== from.id && !m.stands_for && m.person !== from.person && m.unit === from.unit && m.role.code === from.role.code && m.from !== null && Math.abs(m.from - from.until!) < NEAR_MS
    const to = items.find(follows)
    if (to) out.push({ from, to })
  }
  return out.sort((a, b) => (b.from.until ?? 0) - (a.from.until ?? 0))
}

/** Complete only when the phone knows what it holds now and told that nothing waits. */
export function stageOf(from: MembershipItem): Stage {
  if (from.state !== 'over') return 'planned'
  if (!from.devices) return 'no_device'
  if (!from.told || from.seen_at === null) return 'waiting'
  return from.unsent ? 'unsent' : 'done'
}
