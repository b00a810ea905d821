import { describe, expect, it } from 'vitest'
import { diffSegments, groupSegments, shortName } from './diff'

const marked = (values: string[]) => diffSegments(values).map((s) => s.map((x) => (x.differs ? `[${x.text}]` : x.text)).join(''))

describe('differing characters', () => {
  it('marks the two digits in which two phone numbers differ', () => {
    expect(marked(['13900004127', '13900004172'])).toEqual(['139000041[27]', '139000041[72]'])
  })
  it('marks what one value has more than the other', () => {
    expect(marked(['莲湖百货', '莲湖区百货大楼'])).toEqual(['莲湖[百货]', '莲湖[区百货大楼]'])
  })
  it('marks a character that differs from any of three values', () => {
    expect(marked(['甲一', '甲二', '乙一'])).toEqual(['[甲一]', '[甲二]', '[乙一]'])
  })
  it('marks nothing in equal values', () => {
    expect(marked(['本科', '本科'])).toEqual(['本科', '本科'])
  })
  it('marks nothing against an empty value', () => {
    expect(diffSegments(['', '莲湖超市'])).toEqual([[], [{ text: '莲湖超市', differs: false }]])
  })
  it('does not cut a character outside the basic plane in two', () => {
    expect(marked(['𠮷野', '吉野'])).toEqual(['[𠮷]野', '[吉]野'])
  })
})

describe('phone numbers', () => {
  it('keep their marks when grouped', () => {
    const [first] = diffSegments(['13900004127', '13900014127'])
    expect(groupSegments(first!).map((s) => s.text).join('')).toBe('139 0000 4127')
    expect(groupSegments(first!).filter((s) => s.differs).map((s) => s.text)).toEqual(['0'])
  })
  it('are called by their last four digits', () => {
    expect(shortName('13900004127')).toBe('4127')
    expect(shortName('租住')).toBe('租住')
    expect(shortName('这是一句很长很长很长很长的话')).toBe('这是一句很长很长很长很…')
  })
})
