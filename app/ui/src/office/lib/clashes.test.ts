import { expect, it } from 'vitest'
import type { StepView } from '../../generated/commands'
import { besideWhich } from './clashes'

const step = (id: string, more: Partial<StepView> = {}): StepView => ({ id, transition: { code: id, label: id }, note: null, assignee: null, rating: null, at: 0, by: '', pending: false, clashes: false, unseen: false, on_behalf_of: null, fields: [], ...more })

it('a clash nobody has looked at stands beside the last step before it that counts', () => {
  const steps = [step('a'), step('b', { clashes: true }), step('c', { clashes: true, unseen: true }), step('d')]
  expect(besideWhich(steps).map((pair) => [pair.clash.id, pair.stands?.id])).toEqual([['c', 'a']])
  expect(besideWhich([step('a', { clashes: true, unseen: true })])[0]!.stands).toBeNull()
})
