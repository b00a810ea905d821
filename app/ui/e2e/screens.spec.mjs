// Each address of the app is in the lists of screens, so that a new page cannot be left out of the pictures and of the accessibility tests.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { NODE_SCREENS } from './node.screens.mjs'
import { HEAD_SCREENS, OFFICE_SCREENS, WORKER_SCREENS } from './screens.mjs'

/** The gates are shown by first-run, lock, waiting and lease stories of their own (axe, gates, lock, lease); the last catches what is no address. */
const ELSEWHERE = new Set(['/welcome', '/lock', '/lease', '/closed', '/waiting', '/:rest(.*)*'])
const source = (name) => readFileSync(new URL(`../src/${name}`, import.meta.url), 'utf8')
/** Paths of a file of routes that show a component; a path without a slash stands under `parent`. */
const paths = (name, parent) =>
  [...source(name).matchAll(/\{ path: '([^']*)', name: '[^']*', (?=component|props|meta)/g)].map(([, path]) => (path.startsWith('/') ? path : `${parent}/${path}`)).filter((path) => !ELSEWHERE.has(path))
/** An address that a path takes, as an expression. */
const taken = (path) => new RegExp(`^${path.replace(/:\w+\(([^)]*)\)/g, '($1)').replace(/\/:\w+\?/g, '(/[^/]*)?').replace(/:\w+/g, '[^/]+')}$`)
/** A story in which everything is called x. */
const any = new Proxy({}, { get: (_, key) => (key === Symbol.toPrimitive ? () => 'x' : any) })

test('every address has a screen in the lists', () => {
  const shown = [...WORKER_SCREENS, ...HEAD_SCREENS, ...OFFICE_SCREENS, ...NODE_SCREENS].map((screen) => screen.hash(any).split('?')[0])
  const all = [...paths('app/router.ts', ''), ...paths('worker/routes.ts', '/w'), ...paths('head/routes.ts', ''), ...paths('office/routes.ts', '/o')]
  assert.ok(all.length > 70, `${all.length} addresses were read`)
  assert.deepEqual(all.filter((path) => !shown.some((hash) => taken(path).test(hash))), [])
})
