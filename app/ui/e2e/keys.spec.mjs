// Everything by keyboard, and said to those who listen: sheets and menus are reached, hold the focus, close with Escape and give it back; a bare icon has a name.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { at, GRID, until, World } from './world.mjs'

let world, worker, page, home

before(async () => {
  world = await World.begin()
  worker = await world.device('worker', 'worker', GRID, '王秀梅')
  await worker.sync()
  home = (await worker.call('list_households', { limit: 40 })).items.find((item) => item.head_name)
  page = await world.phone(worker, { hash: `/w/household/${home.id}`, prefs: { lang: 'zh-CN', theme: 'light', elder: false } })
  await at(page, 'person').first().waitFor()
})
after(() => world?.end())

const focused = () => page.evaluate(() => document.activeElement?.closest('[data-testid]')?.dataset.testid ?? document.activeElement?.tagName)
const isInside = (selector) => page.evaluate((what) => document.querySelector(what)?.contains(document.activeElement) ?? false, selector)

test('a sheet opened by key holds the focus, and Escape gives it back to where it came from', async () => {
  await at(page, 'visit').focus()
  await page.keyboard.press('Enter')
  await at(page, 'visit-sheet').waitFor()
  for (let n = 0; n < 30; n += 1) {
    await page.keyboard.press('Tab')
    assert.ok(await isInside('[role="dialog"]'), `the focus left the sheet after ${n + 1} tabs`)
  }
  await page.keyboard.press('Escape')
  await until(async () => (await at(page, 'visit-sheet').count()) === 0, 'closed')
  await until(async () => (await focused()) === 'visit', 'the focus back at the button')
})

test('a recording is begun and ended from the keyboard', async () => {
  await at(page, 'visit').press('Enter')
  await at(page, 'record').press('Enter')
  await at(page, 'record').and(page.locator('[aria-pressed="true"]')).waitFor()
  await page.waitForTimeout(1_000)
  await at(page, 'record').press('Enter')
  await at(page, 'audio').waitFor()
  assert.match(await at(page, 'play').getAttribute('aria-label'), /听一听/)
  await at(page, 'discard').press('Enter')
  await at(page, 'audio').waitFor({ state: 'detached' })
  await page.keyboard.press('Escape')
  await until(async () => (await at(page, 'visit-sheet').count()) === 0, 'closed')
  await until(async () => (await focused()) === 'visit', 'the focus back at the button')
})

test('a menu is opened, walked and left by keys', async () => {
  const more = page.locator('.gw-top [data-testid="more"]')
  await more.focus()
  await page.keyboard.press('Enter')
  await page.locator('[role="menu"]').waitFor()
  await page.keyboard.press('ArrowDown')
  await until(() => isInside('[role="menu"]'), 'the focus in the menu')
  await page.keyboard.press('Escape')
  await until(async () => (await page.locator('[role="menu"]').count()) === 0, 'closed')
  await until(async () => (await focused()) === 'more', 'the focus back at the menu button')
})

test('every button and link of the first pages has a name', async () => {
  for (const hash of ['/w/today', '/w/buildings', '/w/cases', '/w/me', '/w/sync', '/w/search', `/w/household/${home.id}`, '/w/report']) {
    await page.goto(`${worker.url}#${hash}`)
    await page.locator('main, .gw-page').first().waitFor()
    const nameless = await page.evaluate(() => [...document.querySelectorAll('button, a[href], input:not([type="hidden"]), [role="switch"]')].filter((node) => node.checkVisibility() && !node.closest('[aria-hidden="true"]') && !(node.getAttribute('aria-label') || node.textContent.trim() || node.labels?.length || node.getAttribute('aria-labelledby'))).map((node) => node.outerHTML.slice(0, 90)))
    assert.deepEqual(nameless, [], hash)
  }
})

test('the page itself never failed', () => {
  assert.deepEqual(page.problems, [])
})

test('whoever goes on while a list is still loading is not called back by it', async () => {
  await world.office.call('add_case', { matter: '03016', title: '路灯不亮', place: '东门' })
  const desk = await world.phone(world.office, { prefs: { lang: 'zh-CN', theme: 'light', elder: false }, width: 1440, height: 900, scale: 1, touch: false, hash: '/o/people' })
  await at(desk, 'person-row').first().waitFor()
  // The list of cases and the code of the next page both come when the test lets them.
  const held = { list: [], code: [] }
  const hold = (pattern, waiting) => desk.route(pattern, (route) => new Promise((done) => waiting.push(() => done(route.continue()))))
  await hold('**/api/list_cases', held.list)
  await hold('**/assets/LedgerPage-*.js', held.code)
  await desk.goto(`${world.office.url}#/o/dispatch`)
  await desk.reload()
  await at(desk, 'truth-line').waitFor()
  await until(() => held.list.length > 0, 'the list was asked for')
  await desk.goto(`${world.office.url}#/o/ledger`)
  await until(() => held.code.length > 0, 'the next page is on its way')
  const listed = desk.waitForResponse('**/api/list_cases')
  for (const pass of held.list.splice(0)) pass()
  await (await listed).finished()
  await desk.getByText('路灯不亮').first().waitFor()
  for (const pass of held.code.splice(0)) pass()
  await at(desk, 'ledger-row').first().waitFor()
  assert.match(await desk.evaluate(() => location.hash), /^#\/o\/ledger/)
  await desk.context().close()
})
