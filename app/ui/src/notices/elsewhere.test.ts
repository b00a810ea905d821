import { expect, test } from 'vitest'
import en from '../locales/en/notices'
import zh from '../locales/zh-CN/notices'
import { untold } from './untold'

test('what was looked at or told before is not told again', () => {
  const items = [{ id: 'a', seen: false }, { id: 'b', seen: true }, { id: 'c', seen: false }]
  expect(untold(items, new Set())).toEqual(['a', 'c'])
  expect(untold(items, new Set(['a']))).toEqual(['c'])
})
test('what is told outside the app has room for a number and nothing else', () => {
  for (const words of [zh, en]) {
    expect(words.elsewhere.title).not.toMatch(/\{/)
    expect(words.elsewhere.one.match(/\{\w+\}/g)).toEqual(['{n}'])
  }
})
