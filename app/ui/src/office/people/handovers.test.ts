// Which terms passed to somebody else, and when a handover is complete.
import { expect, test } from 'vitest'
import type { MembershipItem } from '../../generated/commands'
import { handoversOf, stageOf } from './handovers'

const DAY = 86_400_000
const member = (name: string, more: Partial<MembershipItem>): MembershipItem => ({ id: name, person: name, name, role: { code: 'worker', label: '' }, unit: 'g', unit_name: 'g', phone: null, post: null, party: false, from: 0, until: null, state: 'live', stands_for: null, may: true, devices: 1, unsent: 0, told: true, seen_at: 1, ...more })

test('a term that ends where the same role at the same place begins for somebody else is a handover', () => {
  const a = member('a', { until: 10 * DAY, state: 'over' })
  const b = member('b', { from: 10 * DAY })
  expect(handoversOf([a, b]).map((h) => [h.from.id, h.to.id])).toEqual([['a', 'b']])
  for (const not of [{ unit: 'h' }, { role: { code: 'office', label: '' } }, { from: 20 * DAY }, { person: 'a' }, { stands_for: 'a' }]) expect(handoversOf([a, { ...b, ...not }])).toEqual([])
  expect(handoversOf([{ ...a, until: null }, b])).toEqual([])
})

test('it is complete only when the phone knows of it and nothing waits', () => {
  const over = member('a', { state: 'over', until: DAY })
  expect(stageOf({ ...over, state: 'live' })).toBe('planned')
  expect(stageOf({ ...over, told: false })).toBe('waiting')
  expect(stageOf({ ...over, told: false, unsent: 3 })).toBe('waiting')
  expect(stageOf({ ...over, unsent: 3 })).toBe('unsent')
  expect(stageOf({ ...over, devices: 0 })).toBe('no_device')
  expect(stageOf({ ...over, seen_at: null })).toBe('waiting')
  expect(stageOf(over)).toBe('done')
})
