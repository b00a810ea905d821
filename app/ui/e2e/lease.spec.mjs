// A phone that was out of contact for too long, in real Chromium at 360 px: what it holds is put away and cannot be reached by any address, a visit is
// still written down, and one contact brings all of it back, with the visit handed in.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { looksAccessible } from './office.world.mjs'
import { at, GRID, PIN, until, World } from './world.mjs'

let world, wang, page, home, people
const LIGHT = { theme: 'light', elder: false }

before(async () => {
  world = await World.begin()
  wang = await world.device('wang', 'worker', GRID, '王秀梅')
  await wang.sync()
  home = (await wang.call('list_households', { q: '5-1-102', limit: 5 })).items.find((one) => one.plate === '5-1-102')
  people = (await wang.call('get_household', { id: home.id })).persons.map((one) => one.name)
  assert.ok(people.length)
  // No signal, and eight days later: a lease is a week.
  await world.serverDown()
  await wang.off()
  await wang.serve({ daysAhead: 8 })
  await wang.call('unlock', { pin: PIN })
  page = await world.phone(wang, { prefs: LIGHT, hash: `/w/household/${home.id}` })
  await at(page, 'lease-page').waitFor({ timeout: 30_000 })
})
after(() => world?.end())

test('no address leads to a resident, and nothing of them is on the screen', async () => {
  for (const hash of ['/w/today', '/w/buildings', '/w/search', '/w/holdings', `/w/household/${home.id}`, '/o/ledger']) {
    await page.goto(`${wang.url}#${hash}`)
    await at(page, 'lease-page').waitFor()
    const text = await page.locator('body').innerText()
    assert.ok(people.every((name) => !text.includes(name)), hash)
  }
  const raised = await wang.call('get_household', { id: home.id }).catch((error) => error)
  assert.equal(raised.code, 'lease_over', 'the engine says no, not only the page')
})

test('it says what happened and what to do, on a small phone, for everybody', async () => {
  assert.match(await page.locator('main').innerText(), /7 天没有和社区联系上[^]*写下的都在/)
  await looksAccessible(page, 'too long without contact')
  for (const prefs of [{ theme: 'light', elder: true }, { theme: 'dark', elder: false, lang: 'en' }]) {
    const other = await world.phone(wang, { prefs, hash: '/w/today' })
    await at(other, 'lease-page').waitFor()
    assert.ok(await other.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'it fits 360')
    const small = await other.locator('main button, main select, main input, main textarea').evaluateAll((all) => all.filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44).map((one) => one.outerHTML.slice(0, 80)))
    assert.deepEqual(small, [])
    await looksAccessible(other, JSON.stringify(prefs))
    assert.deepEqual(other.problems, [])
    await other.context().close()
  }
})

test('a visit is written down all the same, and waits', async () => {
  assert.ok(await at(page, 'lease-save').isDisabled(), 'a door is wanted')
  await at(page, 'lease-door').selectOption(home.id)
  await at(page, 'lease-note').fill('门口说了几句')
  await at(page, 'lease-save').tap()
  await at(page, 'lease-pending').waitFor()
  assert.match(await at(page, 'lease-pending').innerText(), /1 条/)
})

test('without a network it says so, and stays shut', async () => {
  await at(page, 'lease-connect').tap()
  await page.getByText('现在连不上社区').first().waitFor()
  assert.equal(await at(page, 'lease-page').count(), 1)
  await looksAccessible(page, 'no network either')
})

test('one contact opens it again, and hands in what was written', async () => {
  await world.serverUp()
  // the device tries by itself too; whichever comes first
  await at(page, 'lease-connect').tap({ timeout: 2_000 }).catch(() => undefined)
  await until(async () => (await at(page, 'lease-page').count()) === 0, 'it is open')
  await page.goto(`${wang.url}#/w/household/${home.id}`)
  await at(page, 'person').filter({ hasText: people[0] }).waitFor()
  await wang.sync()
  await world.office.sync()
  const { visits } = await world.office.call('get_household', { id: home.id })
  assert.deepEqual(visits.map((one) => one.note), ['门口说了几句'])
})

test('the page itself never failed', () => {
  assert.deepEqual(page.problems, [])
})
