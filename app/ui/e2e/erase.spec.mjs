// Erasing in real Chromium: asked for with a reason and a tick, carried out on the other device and its screen; the page counts receipts and names
// whoever is still to come. A device that was ended and never proved its wipe stays named: nobody reads that all is done.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browser, GRID, looksAccessible, officeWorld, soon } from './office.world.mjs'

let world, chrome, page, phone, wangUrl, away, home, gone, neighbour
const detail = () => page.getByTestId('erasure-detail')

before(async () => {
  world = await officeWorld({ roster: '一网格居民台账.xlsx' })
  const wang = await world.device('wang', 'worker', GRID, '王秀梅')
  wangUrl = await world.serve(wang)
  await meets()
  const lost = await world.device('lost', 'worker', GRID, '卫东')
  await lost.sync()
  away = await world.device('away', 'part_time', GRID, '赵敏')
  await away.sync()
  home = (await ask('list_households', { q: '2-1-201', limit: 1 })).items[0]
  gone = (await ask('get_household', { id: home.id })).persons[0]
  neighbour = (await ask('list_households', { q: '2-1-301', limit: 1 })).items[0]
  await ask('add_visit', { household: neighbour.id, outcome: 'met', note: `邻居${gone.name}住院了` })
  await meets()
  await world.office('sync_now')
  const device = (await world.office('list_devices')).items.find((d) => d.name === '卫东')
  await world.office('revoke_device', { device: device.id, reason: 'lost' })
  chrome = await browser()
  page = await chrome.page()
  phone = await chrome.page({ viewport: { width: 360, height: 740 } })
})
after(async () => {
  await chrome?.close()
  await world?.stop()
})

async function ask(name, args = {}) {
  const reply = await fetch(new URL(`api/${name}`, wangUrl), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(args) })
  const body = await reply.json()
  assert.ok(reply.ok, `${name}: ${JSON.stringify(body)}`)
  return body
}
const meets = () => soon(() => ask('sync_now'))

test('a person is erased with a reason and a tick, never by one slip', async () => {
  await phone.goto(`${wangUrl}#/w/household/${home.id}`)
  await phone.locator('[data-testid="person"]').filter({ hasText: gone.name }).waitFor()
  await page.goto(`${world.url}#/o/ledger/h/${home.id}`)
  const block = page.locator(`[data-person="${gone.id}"]`)
  await block.getByRole('button', { name: '其他几项' }).click()
  await block.getByTestId('erase-person').click()
  const sure = page.getByTestId('erase-sure').getByRole('switch')
  await sure.click()
  assert.ok(await page.getByTestId('erase-confirm').isDisabled(), 'a reason is wanted')
  await page.getByTestId('erase-reason-asked').click()
  await looksAccessible(page, 'the question before erasing')
  await sure.click()
  assert.ok(await page.getByTestId('erase-confirm').isDisabled(), 'and the tick')
  await sure.click()
  await page.getByTestId('erase-confirm').click()
  await page.getByText('已提交，服务器确认以后各台设备一起擦').waitFor()
  await world.office('sync_now')
  await soon(async () => assert.equal(await page.locator(`[data-person="${gone.id}"]`).count(), 0))
})

test('it goes from the other device and from the screen that shows it', async () => {
  await meets()
  await soon(async () => assert.equal(await phone.getByText(gone.name).count(), 0))
  assert.ok(!(await ask('get_household', { id: home.id })).persons.some((one) => one.id === gone.id))
})

test('each device is accounted for, and one that was ended without proof is named as that', async () => {
  await world.office('sync_now')
  await page.goto(`${world.url}#/o/people`)
  await page.getByTestId('to-erasures').click()
  await detail().waitFor()
  await soon(async () => assert.match(await page.getByTestId('erasure-sum').innerText(), /4 台设备里 2 台已擦/))
  assert.match(await page.getByTestId('erasure-to-come').innerText(), /赵敏/)
  assert.match(await page.getByTestId('erasure-ended').innerText(), /卫东\s+.*停用（丢了），一直没有收到清除回执/)
  assert.ok(!(await page.locator('main').innerText()).includes(gone.name), 'nobody who was erased is named')
  await looksAccessible(page, 'how far an erasure has come')
})

test('whoever comes back erases and is counted; the lost one stays, and nothing says done', async () => {
  await away.sync()
  await away.sync()
  await world.office('sync_now')
  await soon(async () => assert.equal(await page.getByTestId('erasure-to-come').count(), 0))
  assert.match(await page.getByTestId('erasure-sum').innerText(), /4 台设备里 3 台已擦/)
  assert.equal(await page.getByTestId('erasure').getAttribute('data-complete'), 'false')
  assert.equal(await page.getByText('各台都擦完了').count(), 0)
})

test('it waits in 待我处理 with its count, and the way leads to where it is decided', async () => {
  await page.goto(`${world.url}#/o/inbox?kind=mention`)
  const row = page.getByTestId('inbox-row')
  await row.filter({ hasText: '别处还有 1 处可能提到' }).waitFor()
  assert.equal(await row.count(), 1)
  const rows = async () => Number(await page.locator('.of-chip').filter({ hasText: '全部' }).locator('b').innerText())
  assert.equal(Number(await page.getByTestId('rail-o-inbox').locator('em').innerText()), await rows(), 'the badge counts it too')
  assert.match(await page.getByTestId('mention-detail').innerText(), /走访\s*2-1-301/)
  assert.ok(!(await page.locator('main').innerText()).includes(gone.name), 'nobody who was erased is named')
  await looksAccessible(page, 'what an erasure left to decide')
  await page.getByTestId('to-mentions').click()
  await page.getByTestId('mention').waitFor()
})

test('where a colleague wrote the name the office looks and decides', async () => {
  const mention = page.getByTestId('mention')
  assert.match(await mention.innerText(), /走访\s*2-1-301/)
  await mention.getByTestId('mention-erase').click()
  await page.getByText('服务器确认后一并擦掉').waitFor()
  await page.goto(`${world.url}#/o/inbox?kind=mention`)
  await page.getByText('这一类没有要定的了').waitFor()
  await page.goto(`${world.url}#/o/people/erasures`)
  await mention.waitFor()
  await world.office('sync_now')
  await soon(async () => assert.equal(await mention.count(), 0))
  await meets()
  assert.ok(!(await ask('get_household', { id: neighbour.id })).visits.some((v) => v.note?.includes(gone.name)))
  const rows = await page.getByTestId('erasure').allInnerTexts()
  assert.ok(rows.length === 2 && rows.every((row) => /没有证明清除|没联系上/.test(row)), `what goes with it is an erasure of its own: ${rows}`)
})

test('without a server a household waits to be erased and is said to wait', async () => {
  await world.serverDown()
  await page.goto(`${world.url}#/o/ledger/h/${neighbour.id}`)
  await page.getByTestId('erase-household').click()
  await page.getByTestId('erase-reason-unlawful').click()
  await page.getByTestId('erase-sure').getByRole('switch').click()
  await page.getByTestId('erase-confirm').click()
  await page.goto(`${world.url}#/o/people/erasures`)
  await page.getByTestId('erase-waits').waitFor()
  assert.ok((await world.office('get_household', { id: neighbour.id })).household, 'nothing is gone before the server has it')
  await looksAccessible(page, 'an erasure that waits')
  await world.serverUp()
  await page.getByTestId('sync-now').click()
  await soon(async () => assert.equal(await page.getByTestId('erasure').filter({ hasText: '一户' }).count(), 1))
  await meets()
  const door = (await ask('list_households', { q: '2-1-301', limit: 5 })).items.find((one) => one.id === neighbour.id)
  assert.ok(!door || (door.people === 0 && !door.head_name), 'a door may stay, nobody behind it')
})

test('in English and in the dark it is as accessible, and the words of the table are English', async () => {
  const dark = await chrome.page({ colorScheme: 'dark', viewport: { width: 1280, height: 800 } })
  await dark.addInitScript((value) => localStorage.setItem(`gridwalk:prefs:${location.pathname.replace(/[^/]*$/, '')}`, value), JSON.stringify({ lang: 'en', theme: 'dark' }))
  await dark.goto(`${world.url}#/o/people/erasures`)
  await dark.getByTestId('erasure-detail').waitFor()
  await soon(async () => assert.match(await dark.getByTestId('erasures').innerText(), /the person asked for it/))
  await looksAccessible(dark, 'erasures, dark, English')
  assert.ok(await dark.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'it fits')
})

test('nothing broke in any page', () => {
  assert.deepEqual(chrome.errors, [])
})
