// Who is in charge of what, in real Chromium: a building goes to another grid, somebody stands in for two weeks, a term ends. Each time another
// device of its own home really gains or loses it at its next contact, and what was unsent is taken.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browser, GRID, looksAccessible, officeWorld, soon } from './office.world.mjs'

const SECOND = '6101040019011002'
let world, chrome, page, wang, li, liUrl

before(async () => {
  world = await officeWorld({ roster: '一网格居民台账.xlsx' })
  wang = await world.device('wang', 'worker', GRID, '王秀梅')
  li = await world.device('li', 'worker', SECOND, '李倩')
  await wang.sync()
  await li.sync()
  await world.office('sync_now')
  liUrl = await world.serve(li)
  chrome = await browser()
  page = await chrome.page()
})
after(async () => {
  await chrome?.close()
  await world?.stop()
})

/** As the page of that device would ask: a served home is not opened a second time. */
async function ask(url, name, args = {}) {
  const reply = await fetch(new URL(`api/${name}`, url), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(args) })
  const body = await reply.json()
  assert.ok(reply.ok, `${name}: ${JSON.stringify(body)}`)
  return body
}
/** Syncs a served device; one that is doing so by itself is waited for. */
const meets = (url) => soon(() => ask(url, 'sync_now'))
const doors = async (device) => (await device.call('list_households', { limit: 1000 })).items.map((one) => one.plate)
const liDoors = async () => (await ask(liUrl, 'list_households', { limit: 1000 })).items.map((one) => one.plate)
const at = (id) => page.getByTestId(id)
const row = (name) => at('charge-row').filter({ hasText: name })
const group = (name) => at('charge-group').filter({ hasText: name })
const open = async () => {
  await page.goto(`${world.url}#/o/people`)
  await at('to-charge').click()
  await row('王秀梅').waitFor()
}

test('every unit is listed with those in charge of it', async () => {
  await open()
  assert.match(await group('第一网格').innerText(), /459 户/)
  assert.match(await group('第一网格').innerText(), /王秀梅/)
  assert.match(await group('第二网格').innerText(), /李倩/)
  assert.equal(await at('charge-gap').count(), 0)
  await looksAccessible(page, 'who is in charge')
})

test('a building moves to the other grid: who gains and who loses is said first, and both phones then show it', async () => {
  const kept = await wang.call('add_visit', { household: (await wang.call('list_households', { q: '3-1-101', limit: 1 })).items[0].id, outcome: 'met', note: '划走以前写的' })
  assert.ok(kept.id)
  await group('第一网格').getByTestId('charge-open-grid').click()
  assert.ok(await at('charge-do').isDisabled())
  await at('charge-pick-3').check()
  await at('charge-target').selectOption({ index: 1 })
  await at('charge-preview').waitFor()
  const preview = await at('charge-preview').innerText()
  assert.match(preview, /李倩多管 3号楼/)
  assert.match(preview, /王秀梅不再管 3号楼/)
  await looksAccessible(page, 'a building that would move')
  await at('charge-do').click()
  await soon(async () => assert.match(await group('第二网格').innerText(), /1 处，36 户/))
  // hers makes no contact by itself; 李倩's is served, and may hear of it at any moment
  await soon(async () => assert.match(await row('王秀梅').innerText(), /还没收到这次变动/))
  await meets(liUrl)
  assert.equal((await liDoors()).filter((plate) => plate.startsWith('3-')).length, 36)
  await wang.sync()
  assert.ok((await doors(wang)).length > 400 && !(await doors(wang)).some((plate) => plate.startsWith('3-')), 'it has left the phone')
  await world.office('sync_now')
  for (const name of ['李倩', '王秀梅']) await soon(async () => assert.match(await row(name).innerText(), /范围已是最新/))
  const home = (await world.office('list_households', { q: '3-1-101', limit: 1 })).items[0]
  assert.equal((await world.office('get_household', { id: home.id })).visits[0].note, '划走以前写的')
  const phone = await chrome.page({ viewport: { width: 360, height: 740 } })
  await phone.goto(`${liUrl}#/w/sync`)
  await phone.getByTestId('handover').waitFor()
  assert.match(await phone.getByTestId('handover').innerText(), /3号楼由您负责了/)
  await looksAccessible(phone, 'the phone that was told')
  await phone.context().close()
})

test('somebody stands in for two weeks and has the doors at once; whoever is away keeps theirs', async () => {
  await row('王秀梅').click()
  await at('charge-stand-in').click()
  await at('charge-person').selectOption({ label: '李倩（专职网格员，第二网格）' })
  assert.ok(await at('charge-do').isDisabled(), 'a stand-in has a last day')
  await at('charge-span-14').click()
  await soon(async () => assert.match(await at('charge-preview').innerText(), /李倩多管 1号楼、2号楼/))
  await looksAccessible(page, 'a stand-in')
  await at('charge-do').click()
  const stand = page.getByTestId('charge-row').filter({ hasText: '代王秀梅' })
  await stand.waitFor()
  const { from, until, stands_for } = (await world.office('list_memberships')).items.find((m) => m.stands_for)
  assert.equal(stands_for, '王秀梅')
  const days = (until - from) / 86_400_000
  assert.ok(days > 13 && days <= 14, `${days} days`)
  await meets(liUrl)
  assert.equal((await liDoors()).length, 459)
  await wang.sync()
  assert.equal((await doors(wang)).length, 423)
})

test('a term ends: its phone gives the doors back, what it had not sent is taken, and the gap is seen', async () => {
  const door = (await wang.call('list_households', { q: '5-1-101', limit: 1 })).items[0]
  await wang.call('add_visit', { household: door.id, outcome: 'met', note: '卸任以前写的' })
  await row('王秀梅').filter({ hasNotText: '代' }).click()
  await at('charge-end').click()
  await at('charge-preview').waitFor()
  assert.match(await at('charge-preview').innerText(), /王秀梅不再管/)
  await looksAccessible(page, 'the end of a term')
  await at('charge-do').click()
  await soon(async () => assert.equal(await row('王秀梅').filter({ hasNotText: '代' }).count(), 0))
  await wang.sync()
  assert.deepEqual(await doors(wang), [])
  await world.office('sync_now')
  assert.equal((await world.office('get_household', { id: door.id })).visits[0].note, '卸任以前写的')
  await at('charge-over').click()
  await page.locator('[data-testid="charge-row"][data-state="over"]').filter({ hasText: '王秀梅' }).waitFor()
  await looksAccessible(page, 'with those whose term is over')
  await at('charge-over').click()
})

test('the stand-in ends early, and nobody is left: the page says so in words', async () => {
  await page.getByTestId('charge-row').filter({ hasText: '代王秀梅' }).click()
  assert.equal(await at('charge-stand-in').count(), 0, 'nobody stands in for a stand-in')
  await at('charge-end').click()
  await soon(async () => assert.match(await at('charge-preview').innerText(), /没有网格员/))
  await at('charge-do').click()
  await group('第一网格').getByTestId('charge-gap').waitFor()
  await meets(liUrl)
  assert.equal((await liDoors()).length, 36)
})

test('without a server an appointment waits and is shown as waiting; it takes effect when the server is back', async () => {
  await world.serverDown()
  await at('charge-add').click()
  await at('charge-name').fill('赵敏')
  await at('charge-unit').selectOption({ label: '第一网格' })
  await at('charge-preview').waitFor()
  await at('charge-do').click()
  await at('charge-waits').waitFor()
  await page.getByText('连上服务器确认后才生效').waitFor()
  assert.equal(await row('赵敏').count(), 0, 'nothing is said to be so before it is')
  await looksAccessible(page, 'an appointment that waits')
  await world.serverUp()
  await at('sync-now').click()
  await row('赵敏').waitFor()
  await soon(async () => assert.equal(await at('charge-waits').count(), 0))
})

test('a grid is made and closed again', async () => {
  await at('charge-make').click()
  await at('charge-grid-name').fill('第三网格')
  await at('charge-do').click()
  await group('第三网格').getByTestId('charge-open-grid').click()
  await at('charge-close').click()
  await group('第三网格').filter({ hasText: '已撤销' }).waitFor()
  assert.equal((await world.office('list_units')).items.find((u) => u.name === '第三网格').closed, true)
})

test('in English, in the dark and at 1280 it is as accessible', async () => {
  const dark = await chrome.page({ colorScheme: 'dark', viewport: { width: 1280, height: 800 }, locale: 'en-GB' })
  await dark.goto(`${world.url}#/o/people/charge`)
  await dark.getByTestId('charge-row').first().click()
  await dark.getByTestId('charge-member').waitFor()
  assert.ok(await dark.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'it fits')
  await looksAccessible(dark, 'a person, dark')
  await dark.getByTestId('charge-open-grid').first().click()
  await dark.getByTestId('charge-grid').waitFor()
  await looksAccessible(dark, 'a grid, dark')
})

test('nothing broke in any page', () => {
  assert.deepEqual(chrome.errors, [])
})
