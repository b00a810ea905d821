import { expect, test } from 'vitest'
import { monthsOf, moved } from './year'

const year = monthsOf(2028, [
  { date: '2028-02-26', works: true, name: '春节调休', own: true },
  { date: '2028-02-29', works: false, name: '停工', own: true },
  { date: '2028-05-01', works: false, name: '劳动节', own: false },
])
const all = year.flat(2).filter((d) => d !== null)

test('a leap year has 366 days, each under its weekday', () => {
  expect(all).toHaveLength(366)
  expect(year.every((m) => m.every((w) => w.length === 7 && w.every((d, i) => d === null || d.weekday === i)))).toBe(true)
  expect(all.find((d) => d.date === '2028-02-29')).toMatchObject({ weekday: 1, works: false, marked: true, own: true })
})
test('a day that nobody named follows its weekday', () => {
  expect(all.find((d) => d.date === '2028-02-26')).toMatchObject({ weekday: 5, works: true, marked: true, name: '春节调休' })
  expect(all.find((d) => d.date === '2028-02-27')).toMatchObject({ works: false, marked: false, own: false })
  expect(all.filter((d) => !d.works).length).toBe(all.filter((d) => d.weekday > 4).length - 1 + 2)
})
test('the arrows stay within the year', () => {
  expect(moved('2028-02-28', 1)).toBe('2028-02-29')
  expect(moved('2028-12-28', 7)).toBe('2028-12-28')
})
