import { describe, expect, test } from 'vitest'
import { bytes, clock, dateOf, day, daysBetween, differing, maskedId, moment, phone, sayPlate, telLink } from './format'

const at = (text: string) => new Date(text).getTime()
const now = at('2026-11-20T14:20:00+08:00')

describe('format', () => {
  test('a plate is read aloud as words', () => {
    expect(sayPlate('3-2-501', 'zh-CN')).toBe('3 号楼 2 单元 501')
    expect(sayPlate('3-2-501', 'en')).toBe('Building 3, unit 2, door 501')
    expect(sayPlate('柳巷12号', 'zh-CN')).toBe('柳巷12号')
  })
  test('today is a clock, yesterday a word, earlier a date, another year says so', () => {
    expect(moment(at('2026-11-20T09:41:00+08:00'), 'zh-CN', true, now)).toBe('09:41')
    expect(moment(at('2026-11-19T16:08:00+08:00'), 'zh-CN', true, now)).toBe('昨天 16:08')
    expect(moment(at('2026-11-10T16:08:00+08:00'), 'zh-CN', false, now)).toBe('11 月 10 日')
    expect(day(at('2025-03-11T10:20:00+08:00'), 'zh-CN', now)).toBe('2025 年 3 月 11 日')
    expect(day(at('2025-03-11T10:20:00+08:00'), 'en', now)).toBe('11 Mar 2025')
    expect(clock(at('2026-11-20T07:05:00+08:00'))).toBe('07:05')
  })
  test('days are counted by midnight, not by hours', () => {
    expect(daysBetween(at('2026-11-19T23:59:00+08:00'), at('2026-11-20T00:01:00+08:00'))).toBe(1)
    expect(daysBetween(dateOf('2026-11-20'), now)).toBe(0)
  })
  test('mobile numbers are grouped, others left alone, and a link takes the first', () => {
    expect(phone('13900004127')).toBe('139 0000 4127')
    expect(phone('029-8888 1234')).toBe('029-8888 1234')
    expect(telLink('139 0000 4127；138 0000 9135')).toBe('tel:13900004127')
  })
  test('a masked number stays masked', () => {
    expect(maskedId('610104********0515')).toBe('6101 **** **** 0515')
  })
  test('sizes are short', () => {
    expect([bytes(900), bytes(5_345_678), bytes(300_000_000)]).toEqual(['900 B', '5.1 MB', '286 MB'])
  })
  test('two values are cut into what they share and what differs', () => {
    expect(differing('139 0000 4127', '139 0000 4172')).toEqual([
      { text: '139 0000 41', differs: false },
      { text: '27', differs: true },
    ])
    expect(differing('abc', 'abxc')).toEqual([
      { text: 'ab', differs: false },
      { text: 'c', differs: false },
    ])
    expect(differing('', '12')).toEqual([])
    expect(differing('陈', '程')).toEqual([{ text: '陈', differs: true }])
  })
})
