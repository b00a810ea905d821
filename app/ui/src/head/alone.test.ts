// A building head's phone loads neither the worker's nor the office's code: followed import by import, from the head's routes on.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const src = fileURLToPath(new URL('..', import.meta.url))

function follow(file: string, seen: Set<string>): Set<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  const text = readFileSync(file, 'utf8')
  for (const found of text.matchAll(/(?:^import(?! type\b)[^'"]*?|\bfrom |\bimport\()\s*['"](\.[^'"]+)['"]/gm)) {
    const path = join(dirname(file), found[1]!)
    const real = [path, `${path}.ts`, join(path, 'index.ts')].find((one) => existsSync(one) && /\.(ts|vue)$/.test(one))
    if (real) follow(real, seen)
  }
  return seen
}

test('the building head\'s pages reach no file of the worker, the office or the demo', () => {
  const files = [...follow(join(src, 'head/routes.ts'), new Set())].map((file) => relative(src, file))
  expect(files).toContain('head/ReportPage.vue')
  expect(files).toContain('ui/GwButton.vue')
  expect(files.filter((file) => /^(worker|office|demo)\//.test(file))).toEqual([])
})
