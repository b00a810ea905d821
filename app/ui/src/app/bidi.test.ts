import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createI18n } from 'vue-i18n'
import { contained, containedWithin, joined } from './bidi'

const corpus = JSON.parse(readFileSync(new URL('../../../../tests/corpus/texts.json', import.meta.url), 'utf8')) as Record<'formulas' | 'markup' | 'bidi', string[]>

/** How deep the isolates are after this text; less than nothing where it closed one that it had not opened. */
function depth(text: string): number {
  let open = 0
  for (const sign of text) {
    if (/[\u2066-\u2068]/.test(sign)) open += 1
    if (sign === '\u2069') open -= 1
    if (open < 0) return open
  }
  return open
}

test('a text that turns the writing is closed in itself, whatever it holds', () => {
  for (const text of [...corpus.bidi, '\u2069\u2069张三', '\u202e\u2067a\u2069\u2069b', '\u2066\u2066']) {
    const out = contained(text)
    expect(depth(out)).toBe(0)
    expect(out.replace(/[\u2066-\u2069]/g, '')).toBe(text.replace(/[\u2066-\u2069]/g, ''))
    if (/\u202e/.test(text)) expect(out.startsWith('\u2068')).toBe(true)
  }
  for (const text of [...corpus.formulas, ...corpus.markup, '张三', '3-1-101', '13900000101', '']) expect(contained(text)).toBe(text)
})

test('a name within a sentence turns only itself', () => {
  const { t } = createI18n({ legacy: false, locale: 'en', messages: { en: { a: '{a} 交给 {b}', list: '{0}' } } }).global
  expect(t('a', containedWithin({ a: '张\u202e三', b: '李四' }) as Record<string, unknown>)).toBe('\u2068张\u202e三\u2069 交给 李四')
  expect(t('list', containedWithin(['\u202ea']) as unknown[])).toBe('\u2068\u202ea\u2069')
  expect(t('a', containedWithin({ a: '<b>', b: '{a} | {b}' }) as Record<string, unknown>)).toBe('<b> 交给 {a} | {b}')
  expect(containedWithin({ n: 3, at: null })).toEqual({ n: 3, at: null })
})

test('texts in one line are closed each in itself, and nothing stands for what is missing', () => {
  expect(joined(['\u202e张', null, '', '李'], '、')).toBe('\u2068\u202e张\u2069、李')
})
