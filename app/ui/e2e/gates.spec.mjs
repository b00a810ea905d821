// The pages that stand before the app, in real Chromium: waiting for the office, stopped because the device was copied, wiped by the office. Each is opened
// first and alone, as it comes on a phone, says what happened and what to do, and shows nothing of residents.
import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { browser, Device, GRID, looksAccessible, officeWorld, soon } from './office.world.mjs'

let world, chrome, page
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }

before(async () => {
  world = await officeWorld({ roster: '一网格居民台账.xlsx' })
  chrome = await browser()
  page = await chrome.page()
})
after(async () => {
  await chrome?.close()
  await world?.stop()
})

const ask = async (url, name, args = {}) => (await fetch(new URL(`api/${name}`, url), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(args) })).json()
/** In the middle of the phone, with room around it: as the page's own style says, whatever was opened before. */
const isLaidOut = async (phone, id) => {
  const main = phone.getByTestId(id)
  const { left, right, width } = await main.locator('h1').evaluate((node) => { const box = node.getBoundingClientRect(); return { left: box.left, right: innerWidth - box.right, width: innerWidth } })
  assert.ok(left >= 12 && right >= 12 && Math.abs(left - right) < width / 4, `${id}: ${left} left, ${right} right of ${width}`)
}

test('a device that is not confirmed waits with its six digits, and goes on by itself', async () => {
  const device = new Device(world, 'an')
  await device.enrol(await world.invite('worker', GRID, '安然', false))
  const url = await world.serve(device)
  const phone = await chrome.page(PHONE)
  await phone.goto(url)
  await phone.getByTestId('digits').waitFor()
  await isLaidOut(phone, 'waiting-page')
  await looksAccessible(phone, 'waiting for the office')
  await world.office('sync_now')
  await page.goto(`${world.url}#/o/people`)
  await page.getByTestId('confirm-device').click()
  await phone.getByTestId('today').waitFor()
  await phone.context().close()
})

test('of two that share an enrolment both are stopped: the office reads what to do, the phone where to go', async () => {
  const device = await world.device('zhao', 'part_time', GRID, '赵敏')
  await device.sync()
  cpSync(device.home, `${device.home}-copy`, { recursive: true })
  const copy = new Device(world, 'zhao-copy')
  const home = (await device.call('list_households', { limit: 1 })).items[0]
  await device.call('add_visit', { household: home.id, outcome: 'met', note: '原来那台写的' })
  await device.sync()
  await copy.call('add_visit', { household: home.id, outcome: 'absent', note: '另一台写的' })
  await assert.rejects(copy.sync(), /cloned/)
  await world.office('sync_now')
  await page.goto(`${world.url}#/o/people`)
  await page.getByTestId('person-row').filter({ hasText: '赵敏' }).getByTestId('device').click()
  await page.getByText('分不出哪台是本人的').waitFor()
  await looksAccessible(page, 'a copied device')
  const url = await world.serve(copy)
  const phone = await chrome.page(PHONE)
  await phone.goto(`${url}#/w/today`)
  await phone.getByTestId('closed-page').waitFor()
  await isLaidOut(phone, 'closed-page')
  assert.match(await phone.locator('main').innerText(), /请带着手机到社区/)
  await looksAccessible(phone, 'stopped')
  await phone.context().close()
})

test('a device that was wiped says why, and keeps nothing', async () => {
  const device = await world.device('wei', 'worker', GRID, '卫东')
  await device.sync()
  const url = await world.serve(device)
  await world.office('sync_now')
  await world.office('revoke_device', { device: (await world.office('list_devices')).items.find((one) => one.name === '卫东').id, reason: 'replaced' })
  await soon(async () => {
    await ask(url, 'sync_now')
    assert.equal((await ask(url, 'whoami')).enrolled, false)
  })
  const phone = await chrome.page(PHONE)
  await phone.goto(`${url}#/w/today`)
  await phone.getByTestId('wiped').waitFor()
  assert.match(await phone.locator('main').innerText(), /换了设备/)
  assert.equal((await ask(url, 'list_households')).items, undefined, 'there is nothing left to list')
  await looksAccessible(phone, 'wiped')
})

test('nothing broke in any page', () => {
  assert.deepEqual(chrome.errors, [])
})
