// What the office sets counts at once: a matter's days, a holiday, a word people use, and orders of the hotline. The engine, the server and the phone are the
// real ones.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browser, GRID, looksAccessible, officeWorld, soon } from './office.world.mjs'

const DAY_MS = 86_400_000
let world
let chrome
let page
let worker

before(async () => {
  world = await officeWorld({ roster: '一网格居民台账.xlsx' })
  await world.office('sync_now')
  worker = await world.device('worker', 'worker', GRID, '王秀梅')
  await worker.sync()
  chrome = await browser()
  page = await chrome.page()
})
after(async () => {
  await chrome?.close()
  await world?.stop()
})

const at = (id) => page.locator(`[data-testid="${id}"]`)
const go = async (hash) => {
  await page.goto(`${world.url}#${hash}`)
  await at('truth-line').waitFor()
}
const due = async (id) => (await world.office('get_case', { id })).case.due_at

test('a matter found as people say it gets other days, and the deadline of a case follows', async () => {
  const { id } = await world.office('add_case', { matter: '01001', title: '三楼堆了纸箱', place: '三楼' })
  const first = await due(id)
  await go('/o/dispatch')
  await at('rail-o-settings').click()
  await at('part-o-matters').click()
  await at('matter-search').fill('ldddx')
  await soon(async () => assert.match(await at('matter-row').first().innerText(), /楼道及疏散通道堆物堵塞/))
  await at('matter-row').first().click()
  await at('matter-resolve_days').fill('12')
  await at('matter-resolve_days').press('Enter')
  await at('differs-resolve_days').waitFor()
  assert.match(await at('differs-resolve_days').innerText(), /产品原来是：2/)
  assert.ok((await due(id)) > first + 9 * DAY_MS)
  await looksAccessible(page, 'catalogue')
  // nobody leads: said at once, taken back with one press
  await at('matter-lead').fill('')
  await at('matter-lead').press('Enter')
  await at('matter-gap').waitFor()
  await at('back-lead').click()
  await at('matter-gap').waitFor({ state: 'detached' })
  assert.equal((await world.office('list_matters', { q: '01001' })).items[0].lead, '消防救援机构')
  await at('matter-resolve_days').fill('很快')
  await at('matter-resolve_days').press('Enter')
  await page.getByText('办结时限是 1 到 400 天').waitFor()
  assert.equal((await world.office('list_matters', { q: '01001' })).items[0].resolve_days, 12)
})

test('a word that the office adds finds the matter on a phone that hears of it', async () => {
  await go('/o/settings/matters/03012')
  const words = await at('matter-synonyms').inputValue()
  await at('matter-synonyms').fill(`${words.split('、').slice(0, 6).join('、')}、夜里打桩`)
  await at('matter-synonyms').blur()
  await at('differs-synonyms').waitFor()
  await world.office('sync_now')
  await worker.sync()
  const url = await world.serve(worker)
  const phone = await chrome.page({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true })
  await phone.goto(`${url}#/w/report`)
  const search = phone.getByTestId('matter-search').or(phone.locator('.gw-search input')).first()
  await search.fill('yldz')
  await soon(async () => assert.match(await phone.locator('body').innerText(), /噪声扰民/))
  await phone.context().close()
})

test('one that the product does not have is added, with who sees it settled for good', async () => {
  await go('/o/settings/matters')
  await at('matter-add').click()
  await at('add-category').selectOption('03')
  await at('add-name').fill('共享单车堆放')
  await at('add-class-open').click()
  await at('add-duty-只报').click()
  await looksAccessible(page, 'add a matter')
  await at('add-save').click()
  await at('matter-name_zh').waitFor()
  assert.equal(await at('matter-name_zh').inputValue(), '共享单车堆放')
  await at('matter-gap').waitFor()
  assert.match(page.url(), /matters\/03999/)
})

test('a holiday moves a deadline at once and can be taken back', async () => {
  const { id } = await world.office('add_case', { matter: '04011', title: '想装电梯', place: '1号楼' })
  const first = await due(id)
  const last = new Date(first + 8 * 3_600_000).toISOString().slice(0, 10)
  await go(`/o/settings/calendar/${last.slice(0, 4)}`)
  await page.locator(`[data-date="${last}"]`).click()
  await at('day-name').fill('停工一天')
  await at('day-free').click()
  await soon(async () => assert.match(await at('day').innerText(), /放假[\s\S]*停工一天[\s\S]*社区设的/))
  assert.ok((await due(id)) > first)
  await looksAccessible(page, 'calendar')
  await at('day-back').click()
  await soon(async () => assert.equal(await due(id), first))
  // a year of which nothing is known says so, until somebody says that it is all in
  await go('/o/settings/calendar/2031')
  assert.match(await at('year-basis').innerText(), /只按周一至周五/)
  await at('year-published').click()
  await at('year-basis').waitFor({ state: 'detached' })
  assert.equal((await world.office('get_calendar', { year: 2031 })).basis, 'published')
  // the arrows walk through the days
  await page.locator('[data-date="2031-01-01"]').focus()
  await page.keyboard.press('ArrowDown')
  await soon(async () => assert.equal(await page.evaluate(() => document.activeElement.dataset.date), '2031-01-08'))
  await at('hours').fill('8:30-12:00,14:00-17:30')
  await at('hours-save').click()
  await soon(async () => assert.equal((await world.office('get_calendar', { year: 2031 })).hours, '08:30-12:00,14:00-17:30'))
})

const ORDERS = `工单编号,诉求类型,标题,诉求内容,来电人,联系电话,事发地址,派单时间,办理时限
GD001,投诉,楼道堆物,3号楼楼道堆东西,李某人,13800001111,3号楼2单元,2026-11-20 10:20:33,2026-11-30
GD002,咨询,,社区几点上班,,,,2026-11-20,3个工作日
,投诉,没有编号的一件,写了内容,,,,2026-11-20,2026-11-30
`

test('hotline orders are looked at, taken in once, and their results go out', async () => {
  await go('/o/dispatch')
  await at('to-orders').click()
  await looksAccessible(page, 'orders, empty')
  await at('file').setInputFiles({ name: '工单.csv', mimeType: 'text/csv', buffer: Buffer.from(ORDERS) })
  await at('orders-write').waitFor()
  assert.equal(await at('orders-rows').innerText(), '3')
  assert.equal((await world.office('list_cases', { workflow: 'hotline' })).total, 0, 'a look writes nothing')
  await at('order-bad').click()
  assert.match(await at('order-row').innerText(), /没有工单编号/)
  await looksAccessible(page, 'orders, preview')
  await at('orders-write').click()
  await soon(async () => assert.match(await at('orders-done').innerText(), /收下 2 件/))
  assert.equal((await world.office('list_cases', { workflow: 'hotline' })).total, 2)
  await at('orders-again').click()
  await at('file').setInputFiles({ name: '工单.csv', mimeType: 'text/csv', buffer: Buffer.from(ORDERS) })
  await at('order-known').waitFor()
  assert.equal(await at('orders-write').isDisabled(), true, 'there is nothing new to take in')
  await page.getByRole('button', { name: '取消' }).click()
  const [download] = await Promise.all([page.waitForEvent('download'), at('orders-csv').click()])
  assert.match(download.suggestedFilename(), /热线工单办理结果.*\.csv/)
  await at('orders-xlsx').waitFor()
})

test('nothing went wrong in the page', () => assert.deepEqual(chrome.errors, []))
