// A household moves to another door, one person to another household, a third leaves; what a colleague wrote at the old door meanwhile is brought
// along or left by a person. On a phone in real Chromium, and a second phone and the office see the same.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { join } from 'node:path'
import { DATA, looksAccessible } from './office.world.mjs'
import { at, GRID, until, World } from './world.mjs'

let world, wang, bo, cen, page, old, people
const SECOND = '6101040019011002'
const LIGHT = { theme: 'light', elder: false }

before(async () => {
  world = await World.begin()
  wang = await world.device('wang', 'worker', GRID, '王秀梅')
  bo = await world.device('bo', 'worker', GRID, '薄云')
  await world.office.cli('import', join(DATA, '二网格居民台账.xlsx'), '--grid', SECOND, '--json')
  await world.office.sync()
  cen = await world.device('cen', 'worker', SECOND, '岑一')
  for (const device of [wang, bo, cen]) await device.sync()
  old = await door(wang, '5-1-102')
  people = (await wang.call('get_household', { id: old.id })).persons
  page = await world.phone(wang, { prefs: LIGHT })
  await at(page, 'today').waitFor({ timeout: 30_000 })
})
after(() => world?.end())

const door = async (device, plate) => (await device.call('list_households', { q: plate, limit: 5 })).items.find((one) => one.plate === plate)
const file = async (device, plate) => device.call('get_household', { id: (await door(device, plate)).id })
const everybody = async () => {
  for (const device of [wang, bo, world.office, wang, bo]) await device.sync()
}

test('the whole household moves to another door in one save, and the new file opens', async () => {
  // Neither has signal: a colleague writes at the old door, and does not know of the move.
  await world.serverDown()
  await bo.call('edit_person', { id: people[0].id, edit: { phone: '13700000055', note: '耳背，敲门要重一点' } })
  await page.goto(`${wang.url}#/w/household/${old.id}`)
  await at(page, 'person').first().waitFor()
  await at(page, 'more').first().tap()
  await at(page, 'menu-move').tap()
  await at(page, 'move-page').waitFor()
  assert.equal(await at(page, 'move-all').getAttribute('aria-pressed'), 'true')
  assert.ok(await at(page, 'move-do').isDisabled(), 'nothing is chosen yet')
  await at(page, 'move-building').selectOption({ label: '6号楼' })
  await at(page, 'move-stair-2').tap()
  await at(page, 'move-door').fill('101')
  await at(page, 'move-taken').waitFor()
  await at(page, 'move-door').fill('905')
  await until(async () => (await at(page, 'move-taken').count()) === 0, 'nobody is at that door')
  await page.getByText('换房', { exact: true }).tap()
  assert.match(await at(page, 'move-do').innerText(), /搬到 6-2-905/)
  await looksAccessible(page, 'moving a household')
  await at(page, 'move-do').tap()
  await at(page, 'household').waitFor()
  await page.getByText('6-2-905', { exact: true }).first().waitFor()
  assert.equal(await at(page, 'person').count(), people.length)
  await looksAccessible(page, 'the new door')
})

test('the old file says where they went, keeps what was there, and offers no second move', async () => {
  await page.goto(`${wang.url}#/w/household/${old.id}`)
  await at(page, 'moved').waitFor()
  assert.match(await at(page, 'moved').innerText(), /6-2-905/)
  assert.equal(await at(page, 'gone').count(), people.length)
  await at(page, 'more').first().tap()
  assert.equal(await at(page, 'menu-move').count(), 0)
  await page.keyboard.press('Escape')
  await looksAccessible(page, 'the old door')
  await at(page, 'moved').tap()
  await page.getByText('6-2-905', { exact: true }).first().waitFor()
})

test('everybody sees them end here and begin there', async () => {
  await world.serverUp()
  await everybody()
  for (const device of [bo, world.office]) {
    assert.ok((await file(device, '5-1-102')).persons.every((one) => one.ended && one.end_reason === '换房'))
    const there = (await file(device, '6-2-905')).persons
    assert.deepEqual(there.map((one) => one.name).sort(), people.map((one) => one.name).sort())
    assert.ok(there.every((one) => !one.ended))
  }
})

test('the office reads in the old file where they went, and goes there', async () => {
  const desk = await world.phone(world.office, { prefs: LIGHT, width: 1440, height: 900, scale: 1, touch: false, hash: `/o/ledger/h/${old.id}` })
  await at(desk, 'moved').waitFor()
  await looksAccessible(desk, 'the old file at the office')
  await at(desk, 'moved').getByRole('link').click()
  await at(desk, 'household-file').getByText('6-2-905', { exact: true }).first().waitFor()
  assert.deepEqual(desk.problems, [])
  await desk.context().close()
})

test('what the colleague wrote at the old door is shown, and follows only where a person says so', async () => {
  assert.notEqual((await file(wang, '6-2-905')).persons.find((one) => one.name === people[0].name).phone, '13700000055')
  await page.goto(`${wang.url}#/w/today`)
  await at(page, 'left-notice').waitFor()
  assert.match(await at(page, 'left-notice').innerText(), /2 条/)
  await at(page, 'left-notice').tap()
  await at(page, 'left-item').first().waitFor()
  assert.match(await at(page, 'left-person').innerText(), /薄云写在老门牌/)
  await looksAccessible(page, 'what was left at the old door')
  await at(page, 'left-item').filter({ hasText: '电话' }).getByTestId('left-take').tap()
  await until(async () => (await at(page, 'left-item').count()) === 1, 'the number came along')
  await at(page, 'left-item').filter({ hasText: '备注' }).getByTestId('left-leave').tap()
  await page.getByText('老门牌上没有落下的').waitFor()
  await everybody()
  for (const device of [bo, world.office, wang]) {
    const there = (await file(device, '6-2-905')).persons.find((one) => one.name === people[0].name)
    assert.deepEqual([there.phone, there.note], ['13700000055', null])
    assert.deepEqual((await device.call('list_left_behind')).items, [])
    assert.deepEqual((await device.call('list_conflicts', {})).items, [])
  }
})

test('one person moves in with another household, and one leaves', async () => {
  const from = await file(wang, '3-1-101')
  const [first, second] = from.persons
  await page.goto(`${wang.url}#/w/household/${from.household.id}`)
  await at(page, 'person').filter({ hasText: first.name }).getByTestId('more').tap()
  await at(page, 'menu-move').tap()
  await at(page, 'move-search').fill('4-1-101')
  await at(page, 'move-hit').first().tap()
  assert.match(await at(page, 'move-do').innerText(), new RegExp(`${first.name}搬到 4-1-101`))
  await at(page, 'move-do').tap()
  await at(page, 'person').filter({ hasText: first.name }).waitFor()
  await page.goto(`${wang.url}#/w/household/${from.household.id}/move?person=${second.id}`)
  await at(page, 'move-away').tap()
  await at(page, 'move-do').tap()
  await at(page, 'gone').filter({ hasText: second.name }).waitFor()
  await everybody()
  const there = await file(world.office, '4-1-101')
  assert.ok(there.persons.some((one) => one.name === first.name && !one.ended))
  const here = (await file(world.office, '3-1-101')).persons
  assert.deepEqual(here.filter((one) => one.ended).map((one) => [one.name, one.moved.plate]).sort(), [[first.name, '4-1-101'], [second.name, null]].sort())
})

test('into a grid that is not hers she asks the office, who finds the household beside it', async () => {
  const from = await file(wang, '3-1-201')
  await page.goto(`${wang.url}#/w/household/${from.household.id}/move`)
  await at(page, 'move-other').tap()
  assert.match(await at(page, 'move-other-text').innerText(), /请社区办公室来搬/)
  assert.equal(await at(page, 'move-do').count(), 0, 'nothing here can be mistaken for the move')
  await looksAccessible(page, 'another grid')
  await at(page, 'move-ask').tap()
  await page.getByText('人口新增、迁出及变更核实').waitFor()
  assert.match(await at(page, 'report-words').inputValue(), /整户要搬到别的网格/)
  await at(page, 'report-words').fill('整户要搬到别的网格，请办公室来搬。新地址：二网格')
  await at(page, 'send-report').tap()
  await at(page, 'case-page').or(page.getByText('整户要搬到别的网格').first()).first().waitFor()
  await wang.sync()
  await world.office.sync()
  const asked = (await world.office.call('list_cases', { state: 'open', limit: 50 })).items.find((one) => one.title.includes('整户要搬到别的网格'))
  assert.equal(asked.household, from.household.id)
})

test('the office moves them there beside the file, and the worker of that grid has them', async () => {
  const from = await file(world.office, '3-1-201')
  const desk = await world.phone(world.office, { prefs: LIGHT, width: 1440, height: 900, scale: 1, touch: false, hash: `/o/ledger/h/${from.household.id}` })
  // away, and not knowing, she writes there meanwhile
  await world.serverDown()
  await wang.call('edit_person', { id: from.persons[0].id, edit: { note: '药放在楼下店里' } })
  await at(desk, 'move-household').click()
  await at(desk, 'move-dialog').waitFor()
  assert.equal(await at(desk, 'move-other').count(), 0, 'the office holds every grid')
  const building = (await cen.call('list_units')).items.filter((one) => one.kind.code === 'building')[0]
  await at(desk, 'move-building').selectOption(building.id)
  const stair = at(desk, 'move-dialog').locator('[data-testid^="move-stair-"]').first()
  if (await stair.waitFor({ timeout: 3_000 }).then(() => true, () => false)) await stair.click()
  await at(desk, 'move-door').fill('909')
  await looksAccessible(desk, 'moving at the office')
  const plate = /搬到 (\S+)/.exec(await at(desk, 'move-do').innerText())[1]
  await at(desk, 'move-do').click()
  await at(desk, 'household-file').getByText(plate, { exact: true }).first().waitFor()
  await world.serverUp()
  await world.office.sync()
  await cen.sync()
  await wang.sync()
  assert.deepEqual((await file(cen, plate)).persons.map((one) => one.name).sort(), from.persons.map((one) => one.name).sort())
  const left = await file(wang, '3-1-201')
  assert.ok(left.persons.every((one) => one.ended) && left.household.moved.plate === null)
  // what she wrote there nobody but the office can bring along
  await world.office.sync()
  await desk.goto(`${world.office.url}#/o/inbox?kind=left`)
  await at(desk, 'left-detail').waitFor()
  assert.match(await at(desk, 'left-detail').innerText(), /王秀梅写在老门牌\s+药放在楼下店里/)
  await looksAccessible(desk, 'what was written at an old door')
  await at(desk, 'left-take').click()
  await desk.getByText('这一类没有要定的了').waitFor()
  await world.office.sync()
  await cen.sync()
  assert.equal((await file(cen, plate)).persons.find((one) => one.name === from.persons[0].name).note, '药放在楼下店里')
  await desk.goto(`${world.office.url}#/o/ledger/h/${(await door(world.office, plate)).id}`)
  // one person of them goes on, to a household of the first grid
  await at(desk, 'household-file').getByRole('button', { name: '其他几项' }).first().click()
  await at(desk, 'move-person').click()
  await at(desk, 'move-search').fill('4-1-102')
  await at(desk, 'move-hit').first().click()
  await at(desk, 'move-do').click()
  await at(desk, 'household-file').getByText('4-1-102', { exact: true }).first().waitFor()
  assert.equal((await file(world.office, plate)).persons.filter((one) => one.ended).length, 1)
  assert.deepEqual(desk.problems, [])
  await desk.context().close()
})

test('in the large face, in English and in the dark it reads as well', async () => {
  const next = await door(wang, '3-1-102')
  for (const prefs of [{ theme: 'light', elder: true }, { theme: 'dark', elder: false, lang: 'en' }]) {
    const other = await world.phone(wang, { prefs, hash: `/w/household/${next.id}/move` })
    await at(other, 'move-building').waitFor()
    assert.ok(await other.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'it fits 360')
    const small = await other.locator('main button, main select, main input').evaluateAll((all) => all.filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44).map((one) => one.outerHTML.slice(0, 80)))
    assert.deepEqual(small, [])
    await looksAccessible(other, JSON.stringify(prefs))
    assert.deepEqual(other.problems, [])
    await other.context().close()
  }
})

test('the page itself never failed', () => {
  assert.deepEqual(page.problems, [])
})
