// Every screen of the phone, in light, dark, outdoor and elder: axe finds nothing serious, nothing scrolls sideways, every target can be hit.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { at, until, World } from './world.mjs'
import { HEAD_SCREENS, prepare, WORKER_SCREENS } from './screens.mjs'
import { settled } from './settled.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** Smallest side of what a finger must hit, in CSS pixels. */
const TARGET_PX = 44
const LOOKS = {
  light: { theme: 'light', elder: false },
  dark: { theme: 'dark', elder: false },
  outdoor: { theme: 'outdoor', elder: false },
  elder: { theme: 'light', elder: true },
  'elder in the dark': { theme: 'dark', elder: true },
}

let world, story

before(async () => {
  world = await World.begin()
  story = await prepare(world)
})
after(async () => {
  await world?.end()
})

/** Words of what is wrong on this page. */
async function wrongs(page) {
  await settled(page)
  await page.evaluate(axe)
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] })
    return violations.filter((one) => one.impact === 'serious' || one.impact === 'critical').map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.target} ${node.any[0]?.message ?? node.all[0]?.message ?? ''}`).join(' | ')}`)
  })
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  if (wide > 0) found.push(`scrolls sideways by ${wide} px`)
  // What is drawn smaller than a finger must stretch its hit area with ::after.
  const small = await page.evaluate((least) => {
    const open = document.querySelector('[role="dialog"]') ?? document
    return [...open.querySelectorAll('a[href], button, select, [role="switch"], input:not([type="hidden"])')]
      .filter((node) => node.checkVisibility() && !node.disabled && !node.closest('[aria-hidden="true"]') && !node.closest('.gw-switch-row'))
      .map((node) => ({ node, box: node.getBoundingClientRect(), after: getComputedStyle(node, '::after'), row: node.closest('.gw-field, .gw-search')?.getBoundingClientRect() }))
      .filter(({ box, after, row }) => Math.max(box.height, parseFloat(after.height) || 0, row?.height ?? 0) < least - 0.5 || Math.max(box.width, parseFloat(after.width) || 0) < least - 12)
      .map(({ node, box }) => `${node.tagName.toLowerCase()} "${(node.getAttribute('aria-label') ?? node.textContent).trim().slice(0, 20)}" ${Math.round(box.width)}×${Math.round(box.height)}`)
      .slice(0, 5)
  }, TARGET_PX)
  return [...found, ...small.map((one) => `too small to hit: ${one}`)]
}

async function everyScreen(device, screens, look, lang = 'zh-CN') {
  const page = await world.phone(device, { prefs: { lang, ...look }, scale: 1 })
  const found = []
  for (const screen of screens) {
    await page.goto(`${device.url}#${screen.hash(story)}`)
    await page.reload()
    await at(page, screen.ready).first().waitFor()
    await screen.act?.(page)
    for (const wrong of await wrongs(page)) found.push(`${screen.name}: ${wrong}`)
  }
  assert.deepEqual(page.problems, [])
  await page.context().close()
  assert.deepEqual(found, [])
}

for (const [name, look] of Object.entries(LOOKS)) {
  test(`worker, ${name}: nothing serious on any screen`, () => everyScreen(story.worker, WORKER_SCREENS, look))
}
for (const name of ['elder', 'elder in the dark']) {
  test(`building head, ${name}: nothing serious on any screen`, () => everyScreen(story.head, HEAD_SCREENS, LOOKS[name]))
}
test('worker, in English: nothing serious on any screen', () => everyScreen(story.worker, WORKER_SCREENS, LOOKS.light, 'en'))

test('first run and lock: nothing serious', async () => {
  const blank = await world.blank('blank')
  const page = await world.phone(blank, { scale: 1 })
  await at(page, 'first-run').waitFor()
  assert.deepEqual(await wrongs(page), [])
  const locked = await world.phone(story.worker, { scale: 1 })
  await story.worker.call('lock')
  await at(locked, 'lock-page').waitFor()
  assert.deepEqual(await wrongs(locked), [])
  await story.worker.call('unlock', { pin: '135790' })
  await until(async () => (await at(locked, 'today').count()) === 1, 'it opens by itself')
})
