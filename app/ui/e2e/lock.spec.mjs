// The lock and the notices of a phone in somebody's hand, at 360 px on the real engine: blank at once, nothing with a name before the PIN, what was typed is
// there after it, wrong digits are slowed visibly; what came in from others is one line, then a page, then no longer new.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { at, GRID, PIN, until, World } from './world.mjs'

let world, worker, page, home, name

before(async () => {
  world = await World.begin()
  worker = await world.device('worker', 'worker', GRID, '王秀梅')
  await worker.sync()
  const items = (await worker.call('list_households', { limit: 40 })).items
  home = items.find((item) => item.head_name)
  name = home.head_name
  page = await world.phone(worker, { hash: `/w/household/${home.id}`, prefs: { lang: 'zh-CN', theme: 'light', elder: false } })
})
after(() => world?.end())

/** Everything that a person could read on the page, drawn or not. */
const readable = () => page.evaluate(() => document.body.innerText)
const unlock = async () => {
  await at(page, 'unlock-pin').fill(PIN)
  await at(page, 'household').waitFor()
}

test('a lock from elsewhere empties the page, and after the PIN the sheet has what was typed', async () => {
  await page.getByText(name).first().waitFor()
  await at(page, 'visit').tap()
  await at(page, 'visit-note').fill('阳台的花架松了')
  await worker.call('lock')
  await at(page, 'lock-page').waitFor()
  const shown = await readable()
  for (const word of [name, home.plate, '王秀梅', '花架', '第一网格']) assert.ok(!shown.includes(word), `${word} is on a locked screen`)
  assert.doesNotMatch(await page.title(), new RegExp(name))
  await unlock()
  await at(page, 'visit').tap()
  await until(async () => (await at(page, 'visit-note').inputValue()) === '阳台的花架松了', 'the note is there')
})

test('a page that comes back after five minutes out of view is blank before it is drawn, and locked', async () => {
  const shown = await page.evaluate(async (away) => {
    const real = Date.now
    const hidden = (value) => {
      Object.defineProperty(document, 'hidden', { configurable: true, value })
      Object.defineProperty(document, 'visibilityState', { configurable: true, value: value ? 'hidden' : 'visible' })
      document.dispatchEvent(new Event('visibilitychange'))
    }
    hidden(true)
    Date.now = () => real() + away
    hidden(false)
    // One turn of the frame that would have drawn it.
    await new Promise((done) => requestAnimationFrame(done))
    Date.now = real
    return document.body.innerText
  }, 5 * 60_000)
  assert.ok(!shown.includes(name) && !shown.includes('花架'), `drawn: ${shown.slice(0, 80)}`)
  await at(page, 'lock-page').waitFor()
  assert.equal((await worker.call('whoami')).locked, true, 'the store is closed too')
})

test('wrong digits: the tries left are said, then the wait runs on the screen and the keys rest', async () => {
  for (let n = 0; n < 6; n += 1) {
    await at(page, 'unlock-pin').fill('000000')
    await until(async () => ((await at(page, 'error').count()) || (await at(page, 'lock-wait').count())) && (await at(page, 'unlock-pin').inputValue()) === '', 'an answer')
    if (n < 5) assert.match(await at(page, 'error').innerText(), new RegExp(`${4 - n} 次`))
  }
  await at(page, 'lock-wait').waitFor()
  assert.match(await at(page, 'lock-wait').innerText(), /等 \d+ 秒/)
  assert.equal(await page.locator('.gw-keypad button:enabled').count(), 0)
  await until(async () => (await at(page, 'lock-wait').count()) === 0, 'the wait ends', 60_000)
  await unlock()
})

test('what came in from others is a line on the first page, a page of its own, and no longer new once looked at', async () => {
  const building = (await worker.call('list_units')).items.find((unit) => unit.number === '3')
  const { id } = await worker.call('add_case', { matter: '03016', title: '三楼楼道灯不亮', building: building.id, data: {} })
  await worker.sync()
  await world.office.sync()
  const { next } = await world.office.call('get_case', { id })
  const step = next.find((one) => one.transition.code === 'dispatch') ?? next.find((one) => one.is_remark)
  await world.office.call('add_step', { case: id, transition: step.transition.code, note: '今天下午去看', ...(step.requires.includes('assignee') ? { assignee: '和顺物业' } : {}), data: {} })
  await world.office.sync()
  await worker.sync()
  await page.goto(`${worker.url}#/w/today`)
  await at(page, 'notice-line').waitFor()
  assert.match(await at(page, 'notice-line').innerText(), /1 条新的[\s\S]*三楼楼道灯不亮/)
  await at(page, 'notice-line').tap()
  await at(page, 'notice').first().waitFor()
  assert.match(await at(page, 'notice').first().innerText(), /周敏[\s\S]*今天下午去看[\s\S]*新的/)
  await until(async () => (await worker.call('list_notices')).unseen === 0, 'it was looked at')
  await page.locator('[data-testid="notice"] a').first().tap()
  await at(page, 'case-page').waitFor()
  await page.goto(`${worker.url}#/w/today`)
  await at(page, 'today').waitFor()
  assert.equal(await at(page, 'notice-line').count(), 0)
})

test('the page itself never failed', () => {
  assert.deepEqual(page.problems, [])
})
