// Every screen of the phone and of the office, in light, dark, outdoor, elder and English: axe finds nothing serious, nothing scrolls sideways, every target can be hit. Each
// screen is opened once a size and language; the themes are switched on the page that stands there, since a theme is values and nothing else.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { at, until, World } from './world.mjs'
import { NODE_SCREENS } from './node.screens.mjs'
import { forgetDrafts, HEAD_SCREENS, OFFICE_SCREENS, prepare, WORKER_SCREENS } from './screens.mjs'
import { settled } from './settled.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** Smallest side of what a finger must hit, in CSS pixels. */
const TARGET_PX = { normal: 44, elder: 60 }
/** Smallest letters, in CSS pixels; below it a text is decoration. */
const TEXT_PX = { normal: 10, elder: 18 }
/** Titles of a page in elder mode. */
const ELDER_TITLE_PX = 30
const DESK = { width: 1440, height: 900, touch: false }
const THEMES = ['light', 'dark', 'outdoor']

let world, story

before(async () => {
  world = await World.begin()
  story = await prepare(world)
})
after(async () => {
  await world?.end()
})

/** Words of what is wrong on this page, as it stands. */
async function wrongs(page, { isHead = false, isDesk = false } = {}) {
  await settled(page)
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] })
    return violations.filter((one) => one.impact === 'serious' || one.impact === 'critical').map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.target} ${node.any[0]?.message ?? node.all[0]?.message ?? ''}`).join(' | ')}`)
  })
  // an office has a mouse: what a finger must hit is asked of the phone
  return isDesk ? found : [...found, ...(await sizes(page, isHead))]
}

/** What is too small or too wide. What is drawn smaller than a finger must stretch its hit area: with ::after, or with the label of its row. */
function sizes(page, isHead) {
  return page.evaluate(
    ({ targets, texts, titlePx, isHead }) => {
      const mode = document.documentElement.dataset.mode === 'elder' ? 'elder' : 'normal'
      const found = []
      const wide = document.documentElement.scrollWidth - window.innerWidth
      if (wide > 0) found.push(`scrolls sideways by ${wide} px`)
      const open = document.querySelector('[role="dialog"]') ?? document
      const said = (node) => `${node.tagName.toLowerCase()} "${(node.getAttribute('aria-label') ?? node.textContent).trim().slice(0, 20)}"`
      const least = targets[mode]
      const small = [...open.querySelectorAll('a[href], button, select, summary, audio, [role="switch"], [role="menuitem"], input:not([type="hidden"]):not(.gw-file)')]
        .filter((node) => node.checkVisibility({ visibilityProperty: true }) && !node.disabled && !node.closest('[aria-hidden="true"]') && !node.closest('.gw-switch-row'))
        .map((node) => ({ node, box: node.getBoundingClientRect(), after: getComputedStyle(node, '::after'), row: node.closest('.gw-field, .gw-search')?.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 1)
        .filter(({ box, after, row }) => Math.max(box.height, parseFloat(after.height) || 0, row?.height ?? 0) < least - 0.5 || Math.max(box.width, parseFloat(after.width) || 0) < least - (isHead ? 0.5 : 12))
        .map(({ node, box }) => `too small to hit: ${said(node)} ${Math.round(box.width)}×${Math.round(box.height)}`)
      const px = (node) => parseFloat(getComputedStyle(node).fontSize)
      const isText = (node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim())
      const seen = [...document.body.querySelectorAll('*')].filter((node) => isText(node) && node.checkVisibility({ visibilityProperty: true }) && !node.closest('.gw-aloud, svg, option') && !node.classList.contains('gw-aloud'))
      const tiny = seen.filter((node) => px(node) < texts[mode]).map((node) => `too small to read: ${said(node)} ${px(node)}`)
      const low = isHead && mode === 'elder' ? [...document.querySelectorAll('h1:not(.gw-aloud), h2:not(.gw-aloud)')].filter((node) => node.checkVisibility() && px(node) < titlePx).map((node) => `a low title: ${said(node)} ${px(node)}`) : []
      return [...found, ...small.slice(0, 5), ...[...new Set(tiny)].slice(0, 5), ...low]
    },
    { targets: TARGET_PX, texts: TEXT_PX, titlePx: ELDER_TITLE_PX, isHead },
  )
}

async function everyScreen(device, screens, { elder, lang = 'zh-CN', themes = THEMES, isHead = false, isDesk = false }) {
  const page = await world.phone(device, { prefs: { lang, theme: 'light', elder }, scale: 1, ...(isDesk ? DESK : {}) })
  const found = []
  for (const screen of screens) {
    await page.goto('about:blank')
    await page.context().clearCookies()
    await page.emulateMedia({ media: 'screen' })
    if (device !== story.node) await forgetDrafts(device)
    await page.goto(`${device.url}#${screen.hash(story)}`)
    await at(page, screen.ready).first().waitFor()
    await screen.act?.(page, story, world)
    if (screen.paper) await page.emulateMedia({ media: 'print' })
    await page.evaluate(axe)
    for (const theme of themes) {
      await page.evaluate((value) => (document.documentElement.dataset.theme = value), theme)
      for (const wrong of await wrongs(page, { isHead, isDesk })) found.push(`${screen.name}, ${theme}: ${wrong}`)
    }
  }
  assert.deepEqual(page.problems, [])
  await page.context().close()
  assert.deepEqual([...new Set(found)], [])
}

test('worker: nothing serious on any screen, in any theme', () => everyScreen(story.worker, WORKER_SCREENS, { elder: false }))
test('worker, elder: nothing serious on any screen, in any theme', () => everyScreen(story.worker, WORKER_SCREENS, { elder: true }))
test('worker, in English: nothing serious on any screen', () => everyScreen(story.worker, WORKER_SCREENS, { elder: false, lang: 'en', themes: ['light'] }))
test('building head, elder: the sizes of every screen, and nothing serious in any theme', () => everyScreen(story.head, HEAD_SCREENS, { elder: true, isHead: true }))
test('building head, in English: the same', () => everyScreen(story.head, HEAD_SCREENS, { elder: true, lang: 'en', themes: ['light'], isHead: true }))

test('office: nothing serious on any screen, in light and dark', () => everyScreen(world.office, OFFICE_SCREENS, { elder: false, themes: ['light', 'dark'], isDesk: true }))
test('office, in English: nothing serious on any screen', () => everyScreen(world.office, OFFICE_SCREENS, { elder: false, lang: 'en', themes: ['light'], isDesk: true }))

test('a shared computer: nothing serious on its screens, in light and dark', () => everyScreen(story.node, NODE_SCREENS, { elder: false, themes: ['light', 'dark'], isDesk: true }))

test('first run and lock: nothing serious', async () => {
  const blank = await world.blank('blank')
  const page = await world.phone(blank, { scale: 1 })
  await at(page, 'first-run').waitFor()
  await page.evaluate(axe)
  assert.deepEqual(await wrongs(page), [])
  const locked = await world.phone(story.worker, { scale: 1 })
  await story.worker.call('lock')
  await at(locked, 'lock-page').waitFor()
  await locked.evaluate(axe)
  assert.deepEqual(await wrongs(locked), [])
  await story.worker.call('unlock', { pin: '135790' })
  await until(async () => (await at(locked, 'today').count()) === 1, 'it opens by itself')
})
