// Both languages say the same things, and every key a screen asks for is there.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

type Tree = { [key: string]: string | string[] | Tree }
const languages = import.meta.glob<{ default: Tree }>('./{zh-CN,en}/*.ts', { eager: true })
const keysOf = (tree: Tree, path = ''): string[] => Object.entries(tree).flatMap(([key, value]) => (typeof value === 'string' || Array.isArray(value) ? [`${path}${key}`] : keysOf(value, `${path}${key}.`)))
const areas = [...new Set(Object.keys(languages).map((path) => path.split('/').pop()!.replace('.ts', '')))]
const words = (lang: string, area: string) => languages[`./${lang}/${area}.ts`]!.default

describe.each(areas)('%s', (area) => {
  test('has the same keys in Chinese and English', () => {
    expect(keysOf(words('en', area)).sort()).toEqual(keysOf(words('zh-CN', area)).sort())
  })
  test('shouts nowhere', () => {
    for (const lang of ['zh-CN', 'en']) expect(JSON.stringify(words(lang, area))).not.toMatch(/[!！]/)
  })
})

test('every key that a screen names in full exists', () => {
  const src = fileURLToPath(new URL('..', import.meta.url))
  const known = new Set(areas.flatMap((area) => keysOf(words('zh-CN', area), `${area}.`)))
  const missing: string[] = []
  const named = new RegExp(`\\bt\\(\\s*'((?:${areas.join('|')})\\.[\\w.]+)'`, 'g')
  for (const entry of readdirSync(src, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(vue|ts)$/.test(entry.name) || entry.name.endsWith('.test.ts') || /office|demo/.test(entry.parentPath)) continue
    const text = readFileSync(join(entry.parentPath, entry.name), 'utf8')
    for (const found of text.matchAll(named)) if (!known.has(found[1]!)) missing.push(`${entry.name}: ${found[1]}`)
  }
  expect(missing).toEqual([])
})
