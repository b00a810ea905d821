import { describe, expect, it } from 'vitest'
import en from '../locales/en/demo'
import zh from '../locales/zh-CN/demo'
import { resultOf, stateOf, STEPS } from './story'

describe('the story', () => {
  it('says what the import found', () => {
    expect(resultOf(1, { import: { households: 459, persons: 1223, errors: 5 } })).toEqual({ key: 's1.result', values: { households: '459', persons: '1,223', errors: '5' } })
  })
  it('tells two phone numbers by their ends and their authors', () => {
    const said = resultOf(3, { differ: { values: ['13900004127', '13900004172'], by: ['王秀梅', '周敏'] } })
    expect(said?.values).toMatchObject({ v1: '4127', v2: '4172', by1: '王秀梅', by2: '周敏' })
  })
  it("falls back to the program's own sentence, and to silence, when numbers are missing", () => {
    expect(resultOf(5, { fill: { text: '表填好了' } })?.text).toBe('表填好了')
    expect(resultOf(5, { fill: {} })).toBeNull()
    expect(resultOf(2, {})).toBeNull()
  })
  it('knows what is done, what is next and what comes later', () => {
    expect([1, 4, 5].map((n) => stateOf(n, 4))).toEqual(['done', 'now', 'later'])
    expect(stateOf(STEPS, STEPS + 1)).toBe('done')
  })
  it('is told in both languages with the same keys and placeholders', () => {
    const shape = (o: object): string[] =>
      Object.entries(o).flatMap(([k, v]) => (typeof v === 'string' ? [`${k} ${[...v.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort().join()}`] : shape(v as object).map((x) => `${k}.${x}`)))
    expect(shape(en).sort()).toEqual(shape(zh).sort())
  })
})
