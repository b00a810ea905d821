// What was refused, in real Chromium: the office adopts, gives back with a word and files away; the author reads what became of it, corrects and sends
// again, asks, sets aside after a question. The server refuses for real: a birth year beside a birth date that its author had not seen.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { join } from 'node:path'
import { browser, DATA, GRID, COMMUNITY, looksAccessible, officeWorld, soon, start, UI } from './office.world.mjs'

const NAMES = ['钱甲', '钱乙', '钱丙']
let world
let chrome
let page
let wang
let phone
let wangUrl

const at = (where, id) => where.locator(`[data-testid="${id}"]`)
const item = (name) => at(phone, 'tray-item').filter({ hasText: name })

before(async () => {
  world = await officeWorld()
  const second = await world.device('second', 'office', COMMUNITY, '李敏')
  await second.sync()
  await second.cli('import', join(DATA, '一网格居民台账.xlsx'), '--grid', GRID, '--json')
  await second.sync()
  await world.office('sync_now')
  const home = (await world.office('list_households', { limit: 1 })).items[0]
  const people = []
  for (const name of NAMES) people.push((await world.office('add_person', { household: home.id, name })).id)
  await world.office('sync_now')
  wang = await world.device('wang', 'worker', GRID, '王秀梅')
  await wang.sync()
  for (const id of people) await world.office('edit_person', { id, edit: { birth_date: '1961-05-04' } })
  await world.office('sync_now')
  for (const [n, id] of people.entries()) await wang.call('edit_person', { id, edit: { birth_year: 1960, phone: `1371234000${n + 1}` } })
  await wang.sync()
  assert.equal((await wang.call('list_tray')).total, 3)
  await world.office('sync_now')
  chrome = await browser()
  page = await chrome.page()
  await page.goto(`${world.url}#/o/inbox?kind=refused`)
})
after(async () => {
  await chrome?.close()
  await world?.stop()
})

async function show(name) {
  await page.locator('[data-testid="inbox-row"]').filter({ hasText: name }).click()
  await soon(async () => assert.match(await at(page, 'refused-detail').innerText(), /王秀梅/))
  await page.locator('[data-testid="inbox-row"][aria-selected="true"]').filter({ hasText: name }).waitFor()
}

test('the office reads why, who, and what is there now beside what was wanted', async () => {
  await soon(async () => assert.equal(await page.locator('[data-testid="inbox-row"]').count(), 3))
  await show(NAMES[0])
  const text = await at(page, 'refused-detail').innerText()
  assert.match(text, /王秀梅的「改一人」没有收下/)
  assert.match(text, /出生年跟着出生日期走/)
  assert.match(await at(page, 'refused-birth_year').innerText(), /1960[\s\S]*现在：1961/)
  assert.equal(await at(page, 'wanted-phone').inputValue(), '13712340001')
  await looksAccessible(page, 'inbox, refused')
})

test('it adopts what it chooses, and gives another back with a word', async () => {
  await at(page, 'wanted-phone').fill('13712340009')
  await at(page, 'adopt').click()
  await soon(async () => assert.equal(await page.locator('[data-testid="inbox-row"]').count(), 2))
  await show(NAMES[1])
  await at(page, 'give-back').click()
  assert.equal(await at(page, 'return-send').isDisabled(), true)
  await at(page, 'return-words').fill('出生日期已有，电话请再核一次')
  await looksAccessible(page, 'inbox, giving back')
  await at(page, 'return-send').click()
  await soon(async () => assert.equal(await page.locator('[data-testid="inbox-row"]').count(), 1))
  await world.office('sync_now')
  const { items } = await world.office('list_households', { limit: 1 })
  const file = await world.office('get_household', { id: items[0].id })
  assert.equal(file.persons.find((p) => p.name === NAMES[0]).phone, '13712340009')
})

test('the author finds each with what became of it, and nothing has left by itself', async () => {
  await wang.sync()
  const served = await start('gridwalk-headless', ['--home', wang.home, 'serve', '--listen', '127.0.0.1:0', '--ui', UI])
  world.stops.push(served.stop)
  wangUrl = served.address
  phone = await chrome.page({ viewport: { width: 360, height: 740 } })
  await phone.goto(`${wangUrl}#/w/sync`)
  await at(phone, 'to-tray').click()
  await soon(async () => assert.equal(await at(phone, 'tray-item').count(), 3))
  const said = await at(phone, 'tray-resolution').allInnerTexts()
  assert.ok(said.some((text) => /周敏已采用/.test(text)) && said.some((text) => /周敏退回：出生日期已有，电话请再核一次/.test(text)), said.join(' | '))
  await looksAccessible(phone, 'tray')
  await at(phone, 'tray-known').click()
  await soon(async () => assert.equal(await at(phone, 'tray-item').count(), 2))
})

test('what came back is corrected in a form that begins with what was refused', async () => {
  const returned = at(phone, 'tray-item').filter({ has: at(phone, 'tray-resolution') })
  await returned.locator('[data-testid="tray-resend"]').click()
  assert.equal(await at(phone, 'wanted-phone').inputValue(), '13712340002')
  assert.match(await at(phone, 'refused-birth_year').innerText(), /跟着「出生日期」走/)
  await looksAccessible(phone, 'tray, sending again')
  await at(phone, 'wanted-phone').fill('13712340008')
  await at(phone, 'tray-send').click()
  await soon(async () => assert.equal(await at(phone, 'tray-item').count(), 1))
  await soon(async () => {
    await world.office('sync_now')
    const { items } = await world.office('list_households', { limit: 1 })
    const file = await world.office('get_household', { id: items[0].id })
    assert.equal(file.persons.find((p) => p.name === NAMES[1]).phone, '13712340008')
  }, { within: 30_000 })
})

test('a question stands beside the item at the office; set aside after being asked, it is filed there', async () => {
  await at(phone, 'tray-ask').click()
  await at(phone, 'tray-words').fill('电话是本人报的')
  await at(phone, 'tray-ask-send').click()
  await at(phone, 'tray-asked').waitFor()
  await soon(async () => {
    await world.office('sync_now')
    assert.match(await at(page, 'was-asked').innerText(), /王秀梅说：电话是本人报的/)
  }, { within: 30_000 })
  await at(phone, 'tray-discard').click()
  await phone.getByText('放下这一条？').waitFor()
  assert.equal(await at(phone, 'tray-item').count(), 1, 'it asks first')
  await at(phone, 'tray-discard-yes').click()
  await phone.getByText('没有退回的。').waitFor()
  await looksAccessible(phone, 'tray, empty')
  await soon(async () => {
    await world.office('sync_now')
    assert.match(await at(page, 'was-discarded').innerText(), /王秀梅已经放下了这一条/)
  }, { within: 30_000 })
  await at(page, 'file-away').click()
  await page.getByText('这一类没有要定的了。').waitFor()
  assert.deepEqual(chrome.errors, [])
})
