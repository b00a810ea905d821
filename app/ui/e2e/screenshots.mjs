// Pictures of every screen against the real engine, into docs/screenshots: every phone screen in light, the telling ones also dark, outdoor, elder and in
// English. `npm run screenshots`.
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { at, World } from './world.mjs'
import { HEAD_SCREENS, prepare, WORKER_SCREENS } from './screens.mjs'

const out = process.argv[2] ?? fileURLToPath(new URL('../../../docs/screenshots', import.meta.url))
mkdirSync(out, { recursive: true })
const LIGHT = { theme: 'light', elder: false }
const MORE = [
  { suffix: '-dark', prefs: { theme: 'dark', elder: false }, names: ['today', 'doors', 'household', 'visit', 'sync', 'case'] },
  { suffix: '-outdoor', prefs: { theme: 'outdoor', elder: false }, names: ['today', 'doors', 'household'] },
  { suffix: '-elder', prefs: { theme: 'light', elder: true }, names: ['today', 'household', 'visit', 'me'] },
  { suffix: '-en', prefs: { ...LIGHT, lang: 'en' }, names: ['today', 'household', 'visit', 'report', 'sync', 'me'] },
]

async function picture(world, device, story, screen, prefs, file) {
  const page = await world.phone(device, { prefs, height: 780, hash: screen.hash(story) })
  await at(page, screen.ready).first().waitFor()
  await screen.act?.(page)
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
  for (const screen of WORKER_SCREENS) await picture(world, story.worker, story, screen, LIGHT, `worker-${screen.name}`)
  for (const { suffix, prefs, names } of MORE) for (const screen of WORKER_SCREENS.filter((one) => names.includes(one.name))) await picture(world, story.worker, story, screen, prefs, `worker-${screen.name}${suffix}`)
  for (const screen of HEAD_SCREENS) await picture(world, story.head, story, screen, { theme: 'light', elder: true }, screen.name)
  await picture(world, story.head, story, HEAD_SCREENS[0], { theme: 'dark', elder: true }, 'head-home-dark')
  await story.worker.call('lock')
  await picture(world, story.worker, story, { hash: () => '', ready: 'lock-page' }, LIGHT, 'lock')
} finally {
  await world.end()
}
