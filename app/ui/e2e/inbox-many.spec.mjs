// A long list: fifteen hundred open items, of which only those in view exist in the page; the rest comes while it is scrolled, the selection stays,
// and keys go on deciding deep in it. Real server, real engine, real page.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browser, manyHeld, officeWorld, soon } from './office.world.mjs'

const OPEN = 1500
const IN_VIEW = 80
let world, chrome, page
const open = async () => (await world.office('list_inbox', { limit: 1 })).open
const rows = () => page.locator('[data-testid="inbox-row"]')
const chosen = () => page.locator('[data-testid="inbox-row"][aria-selected="true"]')
const idOf = async (row) => (await row.getAttribute('id')).replace(/^.*?-(?=[a-z]-)/, '')
const lastPlace = () => page.evaluate(() => Math.max(...[...document.querySelectorAll('[data-testid="inbox-row"]')].map((one) => Number(one.getAttribute('aria-posinset')))))
const down = () => page.getByTestId('inbox').evaluate((box) => { box.scrollTop = box.scrollHeight })

before(async () => {
  world = await officeWorld()
  await manyHeld(world, OPEN)
  chrome = await browser()
  page = await chrome.page()
  await page.goto(`${world.url}#/o/inbox`)
  await page.getByTestId('keep').waitFor()
})
after(async () => {
  await chrome?.close()
  await world?.stop()
})

test('the list says how many there are and holds only those in view', async () => {
  assert.equal(await open(), OPEN)
  assert.match(await page.getByTestId('inbox-left').innerText(), new RegExp(`还有 ${OPEN} 件`))
  assert.equal(await rows().first().getAttribute('aria-setsize'), String(OPEN))
  assert.ok((await rows().count()) < IN_VIEW)
})

test('what is further down comes while it is scrolled, to the last, and the selection stays where it was', async () => {
  const first = await idOf(chosen())
  await soon(async () => {
    await down()
    assert.equal(await lastPlace(), OPEN)
  }, { within: 60_000 })
  assert.ok((await rows().count()) < IN_VIEW)
  assert.match(decodeURIComponent(page.url()), new RegExp(`${first}$`), 'nobody moved the hand')
  await page.getByTestId('inbox').evaluate((box) => { box.scrollTop = 0 })
  await chosen().waitFor()
  assert.equal(await idOf(chosen()), first)
})

test('keys go on deciding deep in the list, on what is selected there, and nobody is thrown back', async () => {
  await down()
  const deep = rows().filter({ hasText: '二月.csv' }).nth(-12)
  await soon(async () => assert.equal(await lastPlace(), OPEN))
  const place = Number(await deep.getAttribute('aria-posinset'))
  await deep.click()
  await page.getByTestId('keep').waitFor()
  const writes = []
  page.on('request', (r) => { if (r.url().endsWith('/decide_item')) writes.push(r.postDataJSON().id) })
  const on = []
  for (const key of ['1', '1', 'j', '1', '2', 'k', '1']) {
    if (key !== 'j' && key !== 'k') on.push(await idOf(chosen()))
    await page.keyboard.press(key)
  }
  await soon(async () => assert.equal(await open(), OPEN - on.length))
  assert.deepEqual(writes, on)
  await soon(async () => assert.match(await page.getByTestId('inbox-left').innerText(), new RegExp(`还有 ${OPEN - on.length} 件`)))
  await chosen().waitFor()
  assert.ok(Math.abs(Number(await chosen().getAttribute('aria-posinset')) - place) < 10, 'the hand is where it was')
  for (const id of on) assert.equal(await page.locator(`[data-testid="inbox-row"][id$="${id}"]`).count(), 0)
})

test('what comes from elsewhere is there, and all that was loaded still is', async () => {
  const before = await idOf(chosen())
  const start = await open()
  const [other] = (await world.office('list_inbox', { limit: 1 })).items
  await world.office('decide_item', { id: other.id, decision: 'keep' })
  await soon(async () => assert.match(await page.getByTestId('inbox-left').innerText(), new RegExp(`还有 ${start - 1} 件`)))
  assert.equal(await idOf(chosen()), before)
  await soon(async () => {
    await down()
    assert.equal(await lastPlace(), start - 1)
  })
  await page.keyboard.press('z')
  await soon(async () => assert.equal(await open(), start))
  assert.deepEqual(chrome.errors, [])
})
