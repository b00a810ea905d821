import { describe, expect, it } from 'vitest'
import en from '../locales/en/office'
import zh from '../locales/zh-CN/office'

const shape = (o: object): string[] =>
  Object.entries(o).flatMap(([k, v]) => (typeof v === 'string' ? [`${k} ${[...new Set([...v.matchAll(/\{(\w+)\}/g)].map((m) => m[1]))].sort().join()}`] : shape(v as object).map((x) => `${k}.${x}`)))

describe('the words of the office', () => {
  it('are the same in both languages, with the same placeholders', () => {
    expect(shape(en).sort()).toEqual(shape(zh).sort())
  })
})
