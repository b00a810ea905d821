// Pictures of every screen against the real engine. Into docs/screenshots: every screen in light, the telling ones also dark, outdoor, elder and in English.
// With `--all` every screen in every look and both languages, into target/screenshots. A folder and a pattern: there, and only those whose name fits.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { BIN, browser, DATA, soon, start, UI } from './office.world.mjs'
import { at, World } from './world.mjs'
import { NODE_SCREENS } from './node.screens.mjs'
import { forgetDrafts, HEAD_SCREENS, OFFICE_SCREENS, prepare, WORKER_SCREENS } from './screens.mjs'

const isAll = process.argv.includes('--all')
const [folder, pattern] = process.argv.slice(2).filter((one) => one !== '--all')
const out = folder ?? fileURLToPath(new URL(isAll ? '../../../target/screenshots' : '../../../docs/screenshots', import.meta.url))
const wanted = new RegExp(pattern ?? '')
mkdirSync(out, { recursive: true })
const DESK = { width: 1440, height: 900, scale: 1, touch: false }
const LIGHT = { theme: 'light', elder: false }
const MORE = [
  { suffix: '-dark', prefs: { theme: 'dark', elder: false }, names: ['today', 'map', 'doors', 'household', 'visit', 'sync', 'case', 'cases', 'report', 'print', 'left', 'tray'] },
  { suffix: '-outdoor', prefs: { theme: 'outdoor', elder: false }, names: ['today', 'map', 'doors', 'household'] },
  { suffix: '-elder', prefs: { theme: 'light', elder: true }, names: ['today', 'map', 'household', 'visit', 'me', 'move', 'left', 'tray', 'case', 'cases', 'case-rating'] },
  { suffix: '-en', prefs: { ...LIGHT, lang: 'en' }, names: ['today', 'household', 'visit', 'report', 'sync', 'me', 'move', 'left', 'tray', 'case', 'cases', 'case-shared'] },
]

/** Of every screen: what its name ends with, and how it looks. */
const LOOKS = [
  { suffix: '', prefs: LIGHT },
  { suffix: '-dark', prefs: { theme: 'dark', elder: false } },
  { suffix: '-outdoor', prefs: { theme: 'outdoor', elder: false }, phone: true },
  { suffix: '-elder', prefs: { theme: 'light', elder: true }, phone: true },
  { suffix: '-elder-dark', prefs: { theme: 'dark', elder: true }, phone: true },
  { suffix: '-en', prefs: { ...LIGHT, lang: 'en' } },
  { suffix: '-en-elder', prefs: { theme: 'light', elder: true, lang: 'en' }, phone: true },
]

/** The demo with its story told up to where both devices agree on a number: three devices and what is told beside them. */
async function demoPicture() {
  const demo = await start('gridwalk-headless', ['demo', '--port', '0', '--no-window', '--ui', UI, '--rosters', DATA, '--bin-dir', BIN])
  const chrome = await browser()
  try {
    const page = await chrome.page()
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.goto(demo.address)
    await page.locator('[data-testid="do-step"]').waitFor({ timeout: 60_000 })
    const step = async () => (await (await fetch(new URL('demo/state', demo.address))).json()).story.step
    for (const told of [1, 2, 3, 4]) {
      await page.locator('[data-testid="do-step"]').click()
      await soon(async () => assert.equal(await step(), told + 1), { within: 40_000 })
    }
    await soon(async () => assert.match(await page.frameLocator('iframe[src="d/worker/"]').locator('body').innerText(), /139 0000 4127/))
    await page.frameLocator('iframe[src="d/office/"]').locator('[data-testid="ledger-row"]').first().waitFor()
    await page.screenshot({ path: join(out, 'demo.png') })
    console.log('demo')
  } finally {
    await chrome.close()
    await demo.stop()
  }
}

async function picture(world, device, story, screen, prefs, file, size = { height: 780 }) {
  if (!wanted.test(file)) return
  if (story && device !== story.node) await forgetDrafts(device)
  const page = await world.phone(device, { prefs, ...size, hash: screen.hash(story) })
  await at(page, screen.ready).first().waitFor()
  await screen.act?.(page, story, world)
  if (screen.paper) await page.emulateMedia({ media: 'print' })
  await page.evaluate(() => document.fonts.ready)
  await page.screenshot({ path: join(out, `${file}.png`) })
  await page.context().close()
  console.log(file)
}

const world = await World.begin()
try {
  const blank = await world.blank('blank')
  await picture(world, blank, null, { hash: () => '', ready: 'first-run' }, LIGHT, 'first-run')
  const story = await prepare(world)
  if (isAll) {
    for (const { suffix, prefs, phone } of LOOKS) {
      for (const screen of WORKER_SCREENS) await picture(world, story.worker, story, screen, prefs, `worker-${screen.name}${suffix}`)
      if (prefs.elder) for (const screen of HEAD_SCREENS) await picture(world, story.head, story, screen, prefs, `${screen.name}${suffix}`)
      if (!phone) for (const screen of OFFICE_SCREENS) await picture(world, world.office, story, screen, prefs, `${screen.name}${suffix}`, DESK)
      if (!phone) for (const screen of NODE_SCREENS) await picture(world, story.node, story, screen, prefs, `${screen.name}${suffix}`, DESK)
    }
  } else await telling(story)
  await story.worker.call('lock')
  await picture(world, story.worker, null, { hash: () => '', ready: 'lock-page' }, LIGHT, 'lock')
} finally {
  await world.end()
}
if (!isAll && wanted.test('demo')) await demoPicture()

/** Those that stand in the repository. */
async function telling(story) {
  for (const screen of WORKER_SCREENS) await picture(world, story.worker, story, screen, LIGHT, `worker-${screen.name}`)
  for (const { suffix, prefs, names } of MORE) for (const screen of WORKER_SCREENS.filter((one) => names.includes(one.name))) await picture(world, story.worker, story, screen, prefs, `worker-${screen.name}${suffix}`)
  for (const screen of HEAD_SCREENS) await picture(world, story.head, story, screen, { theme: 'light', elder: true }, screen.name)
  await picture(world, story.head, story, HEAD_SCREENS[0], { theme: 'dark', elder: true }, 'head-home-dark')
  for (const screen of OFFICE_SCREENS) await picture(world, world.office, story, screen, LIGHT, screen.name, DESK)
  for (const screen of NODE_SCREENS) await picture(world, story.node, story, screen, LIGHT, screen.name, DESK)
  for (const screen of OFFICE_SCREENS.filter((one) => ['office-inbox', 'office-charge', 'office-erasures'].includes(one.name))) await picture(world, world.office, story, screen, { theme: 'dark', elder: false }, `${screen.name}-dark`, DESK)
}
