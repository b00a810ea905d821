// A building head's phone: large, four buttons, a report in one screen, and nothing on it that is not theirs to read.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { at, until, World } from './world.mjs'

let world, head, page, building

before(async () => {
  world = await World.begin()
  const { items } = await world.office.call('list_units')
  building = items.find((unit) => unit.number === '3')
  head = await world.device('head', 'building_head', building.id, '刘玉芬')
  await head.sync()
  page = await world.phone(head)
})
after(async () => {
  await world?.end()
})

test('the home has four large buttons in elder mode', async () => {
  await at(page, 'head-home').waitFor()
  assert.equal(await page.evaluate(() => document.documentElement.dataset.mode), 'elder')
  for (const id of ['head-report', 'head-cases', 'head-notices', 'head-calls']) {
    const box = await at(page, id).boundingBox()
    assert.ok(box.height >= 60 && box.width >= 300, `${id} is ${box.width} × ${box.height}`)
  }
  assert.match(await at(page, 'truth-line').innerText(), /前说的/)
  const small = await page.evaluate(() => [...document.querySelectorAll('main *')].filter((node) => node.checkVisibility() && [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim()) && parseFloat(getComputedStyle(node).fontSize) < 18).length)
  assert.equal(small, 0, 'no text under 18 px')
})

test('a report is one screen, and the office has it', async () => {
  await at(page, 'head-report').tap()
  await at(page, 'head-words').fill('三楼楼道灯不亮了')
  await at(page, 'head-matter-03016').tap()
  await at(page, 'head-send').tap()
  await at(page, 'head-sent').waitFor()
  await until(async () => (await head.call('sync_status')).pending === 0, 'it went up by itself')
  await world.office.sync()
  const { items } = await world.office.call('list_cases', {})
  const found = items.find((item) => item.title.includes('楼道灯'))
  assert.ok(found, 'the office has it')
  assert.equal(found.by, '刘玉芬')
  assert.equal(found.building, building.id)
})

test('what came of it is told in words', async () => {
  await page.goto(`${head.url}#/h/cases`)
  await page.getByText('三楼楼道灯不亮了').first().waitFor()
})

test('my building shows doors and heads of household, and no private fact is on the phone', async () => {
  await page.goto(`${head.url}#/h/building`)
  await at(page, 'door').first().waitFor()
  const shown = await page.locator('main').innerText()
  assert.doesNotMatch(shown, /1\d{10}/)
  const { items } = await head.call('list_households', { limit: 500 })
  assert.equal(items.length, building.households)
  for (const item of items.slice(0, 5)) {
    const file = await head.call('get_household', { id: item.id })
    assert.equal(file.persons.length, 0)
    assert.equal(file.household.has_register, false)
  }
})

test('telephone and settings open, and back leads home', async () => {
  await page.goto(`${head.url}#/h`)
  await at(page, 'head-calls').tap()
  await at(page, 'head-calls-page').waitFor()
  await at(page, 'back').tap()
  await at(page, 'head-settings').tap()
  await at(page, 'holdings-page').waitFor()
  await at(page, 'back').tap()
  await at(page, 'head-home').waitFor()
})

test('a worker cannot be opened from a building head\'s phone', async () => {
  await page.goto(`${head.url}#/w/today`)
  await at(page, 'head-home').waitFor()
})

test('the page itself never failed', () => {
  assert.deepEqual(page.problems, [])
})
