// What an office waits for while ten thousand items are open: from the tap on the rail to rows, the share of frames with an area that has no row while
// it scrolls to the end, the next item after a key at the head of the list and deep in it, and a run of keys until all of it is written. Part of
// `npm run pace`; prints medians and ratios. No test: machines differ.
import { pathToFileURL } from 'node:url'
import { browser, manyHeld, officeWorld } from './office.world.mjs'

const OPEN = Number(process.env.PACE_ITEMS ?? 10_000)
const ROUNDS = 5
const RUN = 20

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]
const say = (value, what) => console.log(`${`${Math.round(value)} ms`.padStart(9)}  ${what}`)
const left = async (world) => (await world.office('list_inbox', { limit: 1 })).open

/** Milliseconds from a key to the frame after the one in which another item is drawn beside the list. */
const next = (page, key) => page.evaluate(async (key) => {
  const drawn = () => document.querySelector('.det article h2')?.textContent
  const row = () => document.querySelector('[data-testid="inbox-row"][aria-selected="true"]')?.id
  const [text, at, began] = [drawn(), row(), performance.now()]
  dispatchEvent(new KeyboardEvent('keydown', { key, cancelable: true }))
  while (row() === at || !row() || !drawn() || drawn() === text) await new Promise(requestAnimationFrame)
  await new Promise(requestAnimationFrame)
  return performance.now() - began
}, key)

/** Scrolls by so many pixels a frame to the end of the list, however far it has come by then. */
const scroll = (page, step) => page.evaluate(async (step) => {
  const box = document.querySelector('[data-testid="inbox"]')
  const frame = () => new Promise(requestAnimationFrame)
  const isBlank = () => {
    const { top, bottom } = box.getBoundingClientRect()
    const covered = [...box.querySelectorAll('[data-testid="inbox-row"]')].map((row) => row.getBoundingClientRect()).reduce((sum, r) => sum + Math.max(0, Math.min(r.bottom, bottom) - Math.max(r.top, top)), 0)
    return covered < Math.min(bottom - top, box.scrollHeight) - 40
  }
  let [blank, frames, slowest, rows, still, last] = [0, 0, 0, 0, 0, performance.now()]
  const times = []
  const began = performance.now()
  // at the end of what has come it waits for more, and two seconds without any are the end
  while (still < 120) {
    const before = box.scrollTop
    box.scrollTop += step
    await frame()
    const now = performance.now()
    times.push(now - last)
    slowest = Math.max(slowest, now - last)
    last = now
    frames += 1
    if (isBlank()) blank += 1
    rows = Math.max(rows, box.querySelectorAll('[data-testid="inbox-row"]').length)
    still = box.scrollTop === before ? still + 1 : 0
  }
  return { blank, frames, slowest, rows, median: times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)], took: performance.now() - began, reached: Math.round(box.scrollHeight / 68) }
}, step)

/** A run of keys as fast as they go, until the engine has all of it. */
async function run(world, page) {
  const start = await left(world)
  const began = Date.now()
  for (let n = 0; n < RUN; n += 1) await page.keyboard.press('1')
  const pressed = Date.now() - began
  while ((await left(world)) > start - RUN) await new Promise((done) => setTimeout(done, 20))
  return [pressed, Date.now() - began]
}

export async function inbox() {
  const world = await officeWorld()
  const chrome = await browser()
  try {
    const imported = Date.now()
    await manyHeld(world, OPEN)
    console.log(`${await left(world)} items open in the inbox, taken in in ${Math.round((Date.now() - imported) / 1000)} s`)
    const page = await chrome.page({ bypassCSP: true })
    const taps = []
    for (let round = 0; round < ROUNDS; round += 1) {
      await page.goto('about:blank')
      await page.goto(`${world.url}#/o/people`)
      await page.locator('[data-testid="rail-o-inbox"]').waitFor()
      await page.locator('[data-testid="person-row"]').first().waitFor()
      taps.push(await page.evaluate(async () => {
        const began = performance.now()
        document.querySelector('[data-testid="rail-o-inbox"]').click()
        while (!document.querySelector('[data-testid="inbox-row"]')) await new Promise(requestAnimationFrame)
        await new Promise(requestAnimationFrame)
        return performance.now() - began
      }))
    }
    say(median(taps), `from the tap on the rail to the first rows of ${OPEN} items`)
    await page.locator('[data-testid="keep"]').waitFor()
    const keys = async (where) => {
      const [walks, decisions] = [[], []]
      for (let round = 0; round < ROUNDS; round += 1) walks.push(await next(page, 'j'))
      for (let round = 0; round < ROUNDS; round += 1) decisions.push(await next(page, '1'))
      say(median(walks), `from j to the next item, ${where}`)
      say(median(decisions), `from a deciding key to the next item, ${where}`)
      const [pressed, written] = await run(world, page)
      say(pressed / RUN, `a key, of ${RUN} deciding keys in a row, ${where}`)
      say(written / RUN, `an item, until all ${RUN} are written, ${where}`)
      return median(decisions)
    }
    const head = await keys('at the head of the list')
    const s = await scroll(page, 400)
    console.log(`${`${((s.blank / s.frames) * 100).toFixed(2)} %`.padStart(9)}  of ${s.frames} frames blank while scrolling to the end (the median frame ${Math.round(s.median)} ms, the slowest ${Math.round(s.slowest)} ms, ${(s.took / 1000).toFixed(1)} s; ${s.reached} rows reached, at most ${s.rows} in the page)`)
    await page.evaluate(() => [...document.querySelectorAll('[data-testid="inbox-row"]')].at(-30).click())
    await page.locator('[data-testid="keep"]').waitFor()
    const deep = await keys('at the end of the list')
    console.log(`${(deep / head).toFixed(2).padStart(9)}  times as long for the next item at the end as at the head`)
    if (chrome.errors.length) console.log(`errors in the page: ${chrome.errors.join('; ')}`)
  } finally {
    await chrome.close()
    await world.stop()
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await inbox()
