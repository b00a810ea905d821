// What the pages of field work decide without a screen: rounds, forms, whose turn it is, what of a pasted message is taken.
import { describe, expect, test } from 'vitest'
import type { Guess, HouseholdFile, PatrolItem } from '../generated/commands'
import { dayAfter, isHead, others } from './life'
import { guessKey, pickedOf, taken, toggled } from './paste'
import { addArgs, asEdit, nextPoint, rounds } from './spots'

const point = (id: string, round: string | null, state: string): PatrolItem => ({ id, round, closed: false, due: { state, date: null, days: 0, away_until: null } }) as PatrolItem
const guess = (kind: string, value: string): Guess => ({ kind, value, text: value, from: value })

describe('rounds', () => {
  const points = [point('a', '消防', 'done'), point('b', '消防', 'over'), point('c', null, 'today'), point('d', '防汛', 'none')]
  test('points stand in their rounds, those of none last, each round with what is left', () => {
    expect(rounds(points).map(({ name, left, points: own }) => [name, left, own.length])).toEqual([['消防', 1, 2], ['防汛', 0, 1], [null, 1, 1]])
  })
  test('the next point is the next one due of the same round', () => {
    expect(nextPoint(points, 'a')?.id).toBe('b')
    expect(nextPoint(points, 'b')).toBe(null)
    expect(nextPoint(points, 'gone')?.id).toBe('c')
  })
})

test('a form sends numbers as numbers, what is empty as nothing, and a new spot only what was filled in', () => {
  expect(asEdit({ order: '3', every_days: '', address: ' 东门 ' })).toEqual({ order: 3, every_days: null, address: '东门' })
  expect(addArgs(' 车棚 ', null, { order: '3', address: '' }, null)).toEqual({ name: '车棚', edit: { order: 3 } })
  expect(addArgs('车棚', 'b', {}, { lng: 1, lat: 2 })).toEqual({ name: '车棚', edit: {}, building: 'b', lng: 1, lat: 2 })
})

test('a head is told by name, and those who stay are the others who live there', () => {
  const file = { household: { head_name: '张三' }, persons: [{ id: '1', name: '张三', ended: null }, { id: '2', name: '李四', ended: null }, { id: '3', name: '王五', ended: '2026-01-01' }] } as HouseholdFile
  expect(isHead(file, '1')).toBe(true)
  expect(isHead(file, '2')).toBe(false)
  expect(others(file, ['1']).map((one) => one.id)).toEqual(['2'])
})

test('a day is counted in Beijing, also in its first hours', () => {
  expect(dayAfter(Date.UTC(2026, 2, 4, 16, 30), 0)).toBe('2026-03-05')
  expect(dayAfter(Date.UTC(2026, 2, 4, 16, 30), 30)).toBe('2026-04-04')
})

describe('a pasted message', () => {
  const read = { guesses: [guess('door', 'h1'), guess('person', 'p1'), guess('person', 'p2'), guess('matter', '01002'), guess('matter', '03016')], title: '', words: '话' }
  test('of two people none is chosen, of two matters the better one', () => {
    expect(taken(read, pickedOf(read.guesses))).toEqual({ words: '话', household: 'h1', matter: '01002' })
  })
  test('what is struck is not taken, and one of a kind gives way to another', () => {
    const struck = toggled(pickedOf(read.guesses), read.guesses[0]!)
    expect(taken(read, struck)).toEqual({ words: '话', matter: '01002' })
    const other = toggled(pickedOf(read.guesses), read.guesses[4]!)
    expect(other.has(guessKey(read.guesses[3]!))).toBe(false)
    expect(taken(read, other).matter).toBe('03016')
  })
  test('a person without the door is not taken', () => {
    const onlyPerson = { ...read, guesses: [guess('person', 'p1')] }
    expect(taken(onlyPerson, pickedOf(onlyPerson.guesses))).toEqual({ words: '话' })
  })
})
