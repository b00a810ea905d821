// One shared computer, two people, three tabs, in real Chromium at 1440 × 900: each signs in with their own PIN, what one writes appears for the other
// without a reload, and locking one leaves the other at work.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { browser, COMMUNITY, GRID, looksAccessible, officeWorld, soon, start, UI } from './office.world.mjs'

const LI = '135790'
const WANG = '246802'
let world, chrome, url, li, wang, door

before(async () => {
  world = await officeWorld({ roster: '一网格居民台账.xlsx' })
  await world.office('sync_now')
  const served = await start('gridwalk-headless', ['--home', join(world.folder, 'node'), 'serve', '--node', '社区办公室电脑', '--ui', UI])
  world.stops.push(served.stop)
  url = served.address
  chrome = await browser()
  li = await chrome.page()
  wang = await chrome.page()
})
after(async () => {
  await chrome?.close()
  await world?.stop()
})

async function join_(page, invite, pin) {
  await page.getByTestId('invite-input').fill(invite)
  await page.getByTestId('pin-input').fill(pin)
  await page.getByTestId('enrol-button').click()
}
const digits = async (page, pin) => {
  await page.getByTestId('sign-in-pin').fill(pin)
}
/** As the page asks, with its own cookie. */
const ask = (page, name, args = {}) =>
  page.evaluate(async ([name, args]) => {
    const reply = await fetch(`api/${name}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(args) })
    return { status: reply.status, body: await reply.json() }
  }, [name, args])

test('the first person enrols on the bare machine, the second beside them', async () => {
  await li.goto(url)
  await join_(li, await world.invite('office', COMMUNITY, '李主任'), LI)
  await li.getByTestId('rail-o-people').waitFor({ timeout: 60_000 })
  await wang.goto(url)
  await wang.getByTestId('account').filter({ hasText: '李主任' }).waitFor()
  await looksAccessible(wang, 'who is using this computer')
  await wang.getByTestId('add-account').click()
  await join_(wang, await world.invite('worker', GRID, '王秀梅'), WANG)
  await soon(async () => assert.equal((await ask(wang, 'whoami')).body.name, '王秀梅'), 60_000)
  await soon(async () => assert.ok((await ask(wang, 'list_households')).body.total > 400), 60_000)
})

test('what the worker writes appears at the office and in a second tab of their own, without a reload', async () => {
  door = (await ask(wang, 'list_households', { limit: 1 })).body.items[0]
  await li.goto(`${url}#/o/ledger/h/${door.id}`)
  const tab = await wang.context().newPage()
  await tab.goto(`${url}#/w/household/${door.id}`)
  await tab.getByTestId('person').first().waitFor()
  const saved = await ask(wang, 'add_visit', { household: door.id, outcome: 'met', note: '两个人同时在用' })
  assert.equal(saved.status, 200)
  await tab.getByTestId('tab-visits').click()
  await tab.getByText('两个人同时在用').first().waitFor({ timeout: 20_000 })
  await soon(async () => assert.match(JSON.stringify((await ask(li, 'get_household', { id: door.id })).body), /两个人同时在用/), 20_000)
  await tab.close()
})

test('locking one takes their page away and leaves the other at work; the PIN of one opens nothing of the other', async () => {
  assert.equal((await ask(wang, 'lock')).body.locked, true)
  await wang.getByTestId('lock-page').waitFor()
  await wang.getByTestId('node-here').filter({ hasText: '王秀梅' }).waitFor()
  await looksAccessible(wang, 'the keypad of a shared computer')
  assert.equal((await ask(li, 'whoami')).body.name, '李主任')
  assert.equal((await ask(wang, 'list_households')).status, 423)
  await wang.getByTestId('switch-account').click()
  await wang.getByTestId('account').filter({ hasText: '李主任' }).click()
  await digits(wang, WANG)
  await wang.getByText(/PIN 不对/).first().waitFor()
  await wang.getByTestId('back-to-accounts').click()
  await wang.getByTestId('account').filter({ hasText: '王秀梅' }).click()
  await digits(wang, WANG)
  await wang.getByTestId('door-row').first().waitFor({ timeout: 20_000 })
})

test('the office sees both accounts on one machine', async () => {
  await li.goto(`${url}#/o/people`)
  await soon(async () => {
    await ask(li, 'sync_now')
    assert.equal((await ask(li, 'list_devices')).body.items.filter((d) => d.node?.name === '社区办公室电脑').length, 2)
  }, 30_000)
  await li.getByTestId('device').filter({ hasText: '社区办公室电脑' }).first().waitFor()
})

test('the page of the machine says what would be lost before an account is taken off', async () => {
  await li.goto(`${url}#/node`)
  await li.getByTestId('node-account').filter({ hasText: '王秀梅' }).getByTestId('take-off').click()
  assert.ok(await li.getByTestId('take-off-do').isDisabled(), 'a reason is needed for a locked one')
  await looksAccessible(li, 'taking an account off')
})
