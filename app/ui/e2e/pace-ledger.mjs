// What an office waits for over ledgers of fifty thousand rows: from the tap on the rail to rows, a sort, a filter, words, the share of frames with an
// area that has no row while it scrolls, a workbook with its progress, and a stop. Part of `npm run pace`; prints medians. No test: machines differ.
import { pathToFileURL } from 'node:url'
import { browser, GRID, officeWorld } from './office.world.mjs'

const DOORS = Number(process.env.PACE_DOORS ?? 50_000)
const OF_A_BUILDING = 100
/** Doors of one file: an office's file is not longer than one reads. */
const OF_A_FILE = 10_000
const ROUNDS = 5
/** So long nothing is asked before a page counts as quiet. */
const QUIET_MS = 400

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]
const say = (value, what) => console.log(`${`${Math.round(value)} ms`.padStart(9)}  ${what}`)

/** Fictional people, one behind each door. */
function roster(from, to) {
  const family = '钱冯褚卫蒋沈韩杨朱秦尤许'
  const given = '文斌芳娜军洁勇艳超霞'
  const lines = ['楼号,单元,房号,姓名,与户主关系,性别,联系电话']
  for (let n = from; n < to; n += 1) {
    const place = n % OF_A_BUILDING
    const name = family[n % 12] + given[Math.floor(n / 3) % 10] + given[(n + Math.floor(n / 700)) % 10]
    lines.push(`${Math.floor(n / OF_A_BUILDING) + 1},1,${Math.floor(place / 4) + 1}0${(place % 4) + 1},${name},户主,${n % 2 ? '男' : '女'},139${String(n).padStart(8, '0')}`)
  }
  return `${lines.join('\n')}\n`
}

/** Milliseconds from doing something in the page to the first frame for which `is` holds; both are code of the page. */
const until = (page, act, is) => page.evaluate(async ([act, is]) => {
  const holds = new Function(`return (${is})`)
  const began = performance.now()
  new Function(act)()
  while (!holds()) await new Promise(requestAnimationFrame)
  // the frame after it: what holds has been drawn
  await new Promise(requestAnimationFrame)
  return performance.now() - began
}, [act, is])

const ROW = `document.querySelector('[data-testid="ledger-row"]')`
const firstText = (key) => `document.querySelector('[data-row="0"] [data-col="${key}"]')?.textContent`

/** Scrolls by so many pixels a frame from where it is to the end, or by jumps; counts frames in which the viewport shows an area without rows. */
const scroll = (page, { step, jumps }) => page.evaluate(async ({ step, jumps }) => {
  const box = document.querySelector('[data-testid="ledger"]')
  const frame = () => new Promise(requestAnimationFrame)
  const isBlank = () => {
    const { top, bottom } = box.getBoundingClientRect()
    const here = [...box.querySelectorAll('[data-testid="ledger-row"]')].map((row) => row.getBoundingClientRect()).filter((r) => r.bottom > top + 34 && r.top < bottom)
    const covered = here.reduce((sum, r) => sum + Math.min(r.bottom, bottom) - Math.max(r.top, top + 34), 0)
    return covered < Math.min(bottom - top - 34, box.scrollHeight) - 40
  }
  let [blank, frames, longest, run, slowest, last] = [0, 0, 0, 0, 0, performance.now()]
  const look = () => {
    frames += 1
    if (isBlank()) { blank += 1; run += 1 } else run = 0
    longest = Math.max(longest, run)
    slowest = Math.max(slowest, performance.now() - last)
    last = performance.now()
  }
  const began = performance.now()
  if (jumps) {
    for (let n = 0; n < jumps; n += 1) {
      box.scrollTop = ((n * 7919) % 1000) / 1000 * box.scrollHeight
      // what is looked at is what has been drawn: the frame after the one in which the grid was told
      await frame()
      for (let f = 0; f < 6; f += 1) { await frame(); look() }
    }
  } else {
    for (let top = 0; top < box.scrollHeight - box.clientHeight; top += step) {
      box.scrollTop = top
      await frame()
      look()
    }
  }
  return { blank, frames, longest, slowest, took: performance.now() - began }
}, { step, jumps })

const told = (what, s) => console.log(`${`${((s.blank / s.frames) * 100).toFixed(2)} %`.padStart(9)}  of ${s.frames} frames blank ${what} (the longest run ${s.longest}, the slowest frame ${Math.round(s.slowest)} ms, ${(s.took / 1000).toFixed(1)} s)`)

export async function ledger() {
  const world = await officeWorld()
  const chrome = await browser()
  try {
    const imported = Date.now()
    for (let from = 0; from < DOORS; from += OF_A_FILE) await world.office('import_roster', { data: Buffer.from(roster(from, Math.min(DOORS, from + OF_A_FILE))).toString('base64'), name: `${from}.csv`, grid: GRID })
    console.log(`${DOORS} doors and people of a ledger, taken in in ${Math.round((Date.now() - imported) / 1000)} s`)
    // the device sends it by itself, in the background; the morning after it has long been sent
    const sent = Date.now()
    while ((await world.office('sync_status')).pending > 0) await new Promise((done) => setTimeout(done, 1_000))
    console.log(`sent to the server ${Math.round((Date.now() - sent) / 1000)} s later`)
    const page = await chrome.page({ bypassCSP: true })
    // Nothing is being asked; the stream of changes is open for as long as the page.
    let asking = 0
    let asked = 0
    const counts = (request) => !request.url().endsWith('/api/events')
    page.on('request', (request) => { if (counts(request)) { asking += 1; asked += 1 } })
    for (const over of ['requestfinished', 'requestfailed']) page.on(over, (request) => counts(request) && (asking -= 1))
    const idle = async () => {
      for (let before = -1; asking > 0 || before !== asked; ) {
        before = asked
        await new Promise((done) => setTimeout(done, QUIET_MS))
      }
    }
    const fresh = async () => {
      await page.goto('about:blank')
      await page.goto(`${world.url}#/o/people`)
      await page.locator('[data-testid="rail-o-ledger"]').waitFor()
      await idle()
    }
    const taps = []
    const urls = []
    const again = []
    for (let round = 0; round < ROUNDS; round += 1) {
      await fresh()
      // a write makes the order of before worthless, as on any morning
      await world.office('add_place', { name: `场所 ${round}`, building: (await world.office('list_units')).items.find((u) => u.number === '1').id })
      await idle()
      taps.push(await until(page, `document.querySelector('[data-testid="rail-o-ledger"]').click()`, ROW))
      await page.goto('about:blank')
      await world.office('add_place', { name: `场所 ${round} b`, building: (await world.office('list_units')).items.find((u) => u.number === '1').id })
      const began = Date.now()
      await page.goto(`${world.url}#/o/ledger/k/person`)
      await page.locator('[data-testid="ledger-row"]').first().waitFor()
      urls.push(Date.now() - began)
      again.push(await until(page, `document.querySelector('[data-testid="kind-household"]').click()`, `document.querySelector('[data-col="people"]') && ${ROW}`))
    }
    say(median(taps), `from the tap on the rail to the first rows of ${DOORS} households, after a write (wanted < 300 ms)`)
    say(median(again), 'from the tap on another kind to its first rows')
    say(median(urls), `from opening the address to the first rows of ${DOORS} people, the page loaded anew`)

    await fresh()
    await until(page, `document.querySelector('[data-testid="rail-o-ledger"]').click()`, ROW)
    told('scrolling by a screen a frame from the first paint on, while the rows are still coming', await scroll(page, { step: 760 }))
    await fresh()
    await until(page, `document.querySelector('[data-testid="rail-o-ledger"]').click()`, ROW)
    told('jumping about from the first paint on, while the rows are still coming', await scroll(page, { jumps: 60 }))
    await idle()
    told('jumping about once all of it is here', await scroll(page, { jumps: 200 }))
    told('scrolling by ten screens a frame once all of it is here', await scroll(page, { step: 7600 }))

    const answers = { 'sorting by name': [], 'filtering by a word': [], 'grouping by building': [] }
    for (let round = 0; round < ROUNDS; round += 1) {
      await page.goto('about:blank')
      await page.goto(`${world.url}#/o/ledger/k/person`)
      await page.locator('[data-testid="ledger-row"]').first().waitFor()
      await idle()
      const before = await page.evaluate(`${firstText('name')}`)
      answers['sorting by name'].push(await until(page, `[...document.querySelectorAll('[role="columnheader"] button')].find((b) => b.closest('[data-col="name"]')).click()`, `${firstText('name')} && ${firstText('name')} !== ${JSON.stringify(before)}`))
      const set = (id, value, event) => `const box = document.querySelector('[data-testid="${id}"]'); box.value = ${JSON.stringify(value)}; box.dispatchEvent(new Event('${event}', { bubbles: true }))`
      answers['grouping by building'].push(await until(page, set('ledger-group', 'building', 'change'), `document.querySelector('[data-testid="group"]')`))
      answers['filtering by a word'].push(await until(page, set('ledger-words', '许芳', 'input'), `!document.querySelector('[data-testid="ledger-total"]').textContent.startsWith('${DOORS.toLocaleString('en')} ')`))
    }
    for (const [what, times] of Object.entries(answers)) say(median(times), what)

    await page.goto(`${world.url}#/o/ledger`)
    await page.locator('[data-testid="ledger-row"]').first().waitFor()
    await idle()
    const exports = []
    let steps = 0
    for (let round = 0; round < 3; round += 1) {
      await page.locator('[data-testid="go-export"]').click()
      const [took, seen] = await page.evaluate(async () => {
        const began = performance.now()
        const seen = new Set()
        document.querySelector('[data-testid="export-start"]').click()
        while (!document.querySelector('[data-testid="export-done"]')) {
          const now = document.querySelector('[data-testid="export-progress"]')?.textContent
          if (now) seen.add(now)
          await new Promise(requestAnimationFrame)
        }
        return [performance.now() - began, seen.size]
      })
      exports.push(took)
      steps = seen
      await page.keyboard.press('Escape')
      await page.locator('[data-testid="export-done"]').waitFor({ state: 'detached' })
    }
    say(median(exports), `a workbook of ${DOORS} households, ${steps} steps of its progress seen (wanted < 5000 ms)`)
    await page.locator('[data-testid="go-export"]').click()
    await page.evaluate(() => document.querySelector('[data-testid="export-start"]').click())
    await page.locator('[data-testid="export-progress"]').waitFor()
    say(await until(page, `document.querySelector('[data-testid="export-cancel"]').click()`, `document.querySelector('[data-testid="export-cancelled"]')`), 'from the tap on stop to an export that is over (wanted < 1000 ms)')
    const freed = Date.now()
    await world.office('query_ledger', { kind: 'place', limit: 1 })
    say(Date.now() - freed, 'the answer of the engine to the next question')
    if (chrome.errors.length) console.log(`errors in the page: ${chrome.errors.join('; ')}`)
  } finally {
    await chrome.close()
    await world.stop()
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await ledger()
