// Field work beyond the household visit, in real Chromium at 360 px against the real engine, without a server: a patrol with a finding, a death, an
// absence, a split, a hub family, a wish, a pasted message, the way.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { buildTower, LANE, TOWER } from './field.screens.mjs'
import { at, GRID, until, World } from './world.mjs'

let world, worker, page, doors

before(async () => {
  world = await World.begin()
  worker = await world.device('worker', 'worker', GRID, '王秀梅')
  await worker.sync()
  // all of it without a server: nothing here waits for one
  await world.serverDown()
  doors = (await worker.call('list_households', { limit: 400 })).items
  page = await world.phone(worker)
  await at(page, 'today').waitFor({ timeout: 30_000 })
})
after(async () => {
  await world?.end()
})

const go = async (hash, ready) => {
  await page.goto(`${worker.url}#${hash}`)
  await at(page, ready).first().waitFor()
}
const file = (id) => worker.call('get_household', { id })
const living = (one) => one.persons.filter((person) => !person.ended)
/** A household in which at least so many live whose head is one of them; each is used once. */
const used = new Set()
async function family(people) {
  for (const item of doors) {
    if (used.has(item.id) || item.people < people || !item.head_name) continue
    const one = await file(item.id)
    if (!living(one).some((person) => person.name === item.head_name)) continue
    used.add(item.id)
    return one
  }
  throw new Error(`no household of ${people}`)
}

test('a patrol point is added from 记一笔, and 今天 counts it', async () => {
  await at(page, 'write').tap()
  await at(page, 'write-round').tap()
  await at(page, 'rounds').waitFor()
  await at(page, 'add-spot').tap()
  await at(page, 'spot-name-field').fill('车棚')
  await at(page, 'spot-building').selectOption({ label: await at(page, 'spot-building').locator('option', { hasText: '3号楼' }).first().innerText() })
  await at(page, 'spot-round').fill('消防巡查')
  await at(page, 'spot-order').fill('1')
  await at(page, 'spot-every_days').fill('7')
  await at(page, 'save-spot').tap()
  await at(page, 'spot').waitFor()
  await worker.call('add_patrol', { name: '消火栓', edit: { round: '消防巡查', order: 2, every_days: 1 } })
  await go('/w/today', 'today-point')
  await until(async () => /[12] 个巡查点/.test(await page.locator('.w-head-text').innerText()), 'the sentence counts points')
  await at(page, 'today-point').filter({ hasText: '车棚' }).tap()
  await at(page, 'spot').waitFor()
})

test('something found becomes a case with its place filled in, and the point keeps it', async () => {
  await at(page, 'check').tap()
  await at(page, 'check-found').first().tap()
  await at(page, 'check-note').fill('有人拉线充电')
  await at(page, 'save-check').tap()
  await at(page, 'report-finding').tap()
  await at(page, 'matter-search').fill('飞线')
  await at(page, 'matter-01002').tap()
  assert.equal(await at(page, 'report-words').inputValue(), '有人拉线充电')
  assert.match(await page.locator('.re-matter').nth(1).innerText(), /3号楼[\s\S]*车棚/)
  await at(page, 'send-report').tap()
  await at(page, 'case-page').waitFor()
  const point = (await worker.call('list_patrols')).items.find((one) => one.name === '车棚')
  const spot = await worker.call('get_spot', { id: point.id })
  assert.equal(spot.visits[0].outcome.code, 'found')
  assert.equal(spot.cases.length, 1)
  await go(`/w/spot/${point.id}`, 'spot-case')
  assert.match(await at(page, 'spot-visit').first().innerText(), /有问题[\s\S]*有人拉线充电/)
})

test('nothing found is one tap and saved, and the round says what is left', async () => {
  await at(page, 'next-point').tap()
  await until(async () => (await at(page, 'spot-name').innerText()) === '消火栓', 'the next point')
  await at(page, 'check').tap()
  await at(page, 'save-check').tap()
  await at(page, 'toast').first().waitFor()
  await go('/w/field', 'round')
  await until(async () => /消防巡查/.test(await at(page, 'round').first().innerText()) && !/还有/.test(await at(page, 'round').first().innerText()), 'all looked at')
})

test('a death at the door: one tap after the visit, the new head chosen, taken back within the toast', async () => {
  const one = await family(2)
  const head = living(one).find((person) => person.name === one.household.head_name)
  const next = living(one).find((person) => person.id !== head.id)
  await go(`/w/household/${one.household.id}`, 'person')
  await at(page, 'visit').first().tap()
  await at(page, 'visit-sheet').waitFor()
  await page.locator('.v-outcomes [data-testid="more"]').or(page.locator('.v-outcomes .gw-menu-button')).first().tap()
  await at(page, 'menu-deceased').tap()
  if ((await page.locator('[data-testid="person-choice"][aria-pressed="true"]').count()) === 0) await at(page, 'person-choice').filter({ hasText: head.name }).tap()
  await at(page, 'save-visit').tap()
  await at(page, 'after-deceased').tap()
  await at(page, 'life-death').waitFor()
  if ((await at(page, `who-${head.name}`).getAttribute('aria-pressed')) !== 'true') await at(page, `who-${head.name}`).tap()
  await at(page, `head-${next.name}`).tap()
  await at(page, 'save-life').tap()
  await until(async () => (await file(one.household.id)).household.head_name === next.name, 'the new head')
  await at(page, 'gone').filter({ hasText: head.name }).waitFor()
  assert.match(await at(page, 'gone').filter({ hasText: head.name }).innerText(), /去世/)
  await at(page, 'undo').last().tap()
  await until(async () => (await file(one.household.id)).household.head_name === head.name, 'taken back')
})

test('everybody away: the door says until when and is not due before', async () => {
  const one = await family(1)
  await go(`/w/household/${one.household.id}`, 'person')
  await page.locator('header [data-testid="more"]').or(at(page, 'more')).first().tap()
  await at(page, 'menu-away').tap()
  await at(page, 'life-away').waitFor()
  await at(page, 'save-life').tap()
  await at(page, 'away').waitFor()
  const { due } = (await file(one.household.id)).household
  assert.ok(due.away_until, 'away until a day')
  assert.ok(due.days >= 30, `due in ${due.days} days`)
})

test('a split makes two families at one door, each pointing to the other', async () => {
  const one = await family(3)
  const goes = living(one).find((person) => person.name !== one.household.head_name)
  await go(`/w/household/${one.household.id}`, 'person')
  await page.locator('header [data-testid="more"]').or(at(page, 'more')).first().tap()
  await at(page, 'menu-split').tap()
  await at(page, `who-${goes.name}`).tap()
  await at(page, 'save-life').tap()
  await at(page, 'same-door').waitFor()
  await at(page, 'same-door').tap()
  await until(async () => (await at(page, 'person').count()) === 1, 'the new file')
  assert.equal(await at(page, 'person').first().getAttribute('data-name'), goes.name)
  await at(page, 'same-door').waitFor()
})

test('a hub family and the doors it covers, on the file both ways', async () => {
  const one = await family(2)
  const other = await family(1)
  await go(`/w/household/${one.household.id}/hub`, 'hub-page')
  await at(page, `lead-${living(one)[0].name}`).tap()
  await at(page, 'hub-find').fill(other.household.plate)
  await at(page, `cover-${other.household.plate}`).first().tap()
  await at(page, 'save-hub').tap()
  await until(async () => (await file(one.household.id)).own_hub?.covers.length === 1, 'the hub is kept')
  await until(async () => (await at(page, 'hub-page').count()) === 0, 'the form is left')
  await go('/w/hubs', 'hub')
  await at(page, 'hub').filter({ hasText: other.household.plate }).waitFor()
  await go(`/w/household/${other.household.id}`, 'covered-by')
  await at(page, 'covered-by').tap()
  await at(page, 'own-hub').waitFor()
})

test('a wish said at the door is noted from the visit sheet and settled in its list', async () => {
  const one = await family(1)
  await go(`/w/household/${one.household.id}`, 'person')
  await at(page, 'visit').first().tap()
  await at(page, 'visit-wish').tap()
  await at(page, 'wish-wish').tap()
  await at(page, 'wish-words').fill('想装个扶手')
  await at(page, 'save-wish').tap()
  await until(async () => (await worker.call('list_listings')).total === 1, 'noted')
  await page.keyboard.press('Escape')
  await go('/w/wishes', 'wish')
  await at(page, 'wish').first().tap()
  await at(page, 'settle-done').tap()
  await at(page, 'wish-outcome').fill('物业装好了')
  await at(page, 'save-settle').tap()
  await until(async () => (await worker.call('list_listings', { open: true })).total === 0, 'settled')
})

test('a pasted message becomes a case: every guess is seen, what is struck is not taken', async () => {
  const one = doors.find((item) => /^\d+-\d+-\d+$/.test(item.plate) && doors.filter((other) => other.plate === item.plate).length === 1)
  const [building, stair, no] = one.plate.split('-')
  await go('/w/report', 'report-page')
  await at(page, 'paste-open').tap()
  await at(page, 'paste-text').fill(`李阿姨 09:12\n您好，${building}号楼${stair}单元${no}门口飞线充电，电话139 0000 4321`)
  await at(page, 'paste-read').tap()
  await at(page, 'guess-door').waitFor()
  assert.match(await at(page, 'guess-door').innerText(), new RegExp(`${one.plate}[\\s\\S]*${building}号楼${stair}单元${no}`))
  assert.equal(await at(page, 'guess-matter').first().getAttribute('aria-pressed'), 'true')
  await at(page, 'guess-phone').tap()
  await at(page, 'paste-use').tap()
  await at(page, 'send-report').tap()
  await at(page, 'case-page').waitFor()
  const { items } = await worker.call('list_cases', { mine: true })
  const made = items.find((item) => item.household === one.id)
  assert.ok(made, 'the case is at the door')
  const { case: view } = await worker.call('get_case', { id: made.id })
  assert.match(view.description, /飞线充电/)
  assert.equal(view.contact, null, 'the struck number was not taken as how to reach somebody')
})

test('the way goes building by building, and begins where it is told to', async () => {
  await go('/w/today', 'door-row')
  await at(page, 'by-route').tap()
  await at(page, 'stop').first().waitFor()
  const shown = await at(page, 'stop').count()
  const way = await worker.call('list_route')
  assert.equal(shown, way.stops.length)
  if (way.stops.length > 1) {
    const last = way.stops[way.stops.length - 1]
    await at(page, 'route-from').selectOption(last.building)
    await until(async () => (await at(page, 'stop').first().getAttribute('aria-label')) === last.name, 'begins there')
  }
  await at(page, 'by-route').tap()
  await until(async () => (await at(page, 'stop').count()) === 0, 'by due again')
})

test('a tower of 33 floors and a lane are drawn so that every door can be hit', async () => {
  const building = (await worker.call('list_units')).items.find((unit) => unit.number === '5')
  await buildTower(worker, building.id)
  await go(`/w/buildings/${building.id}`, 'door')
  await at(page, 'tab-9').tap()
  await until(async () => (await page.locator('.gw-floor').count()) === TOWER.floors, 'all floors')
  const floors = await page.locator('.gw-floor').evaluateAll((all) => all.map((floor) => ({ no: floor.querySelector('.gw-floor-no').textContent, doors: [...floor.querySelectorAll('.gw-door')].map((door) => door.getBoundingClientRect()).map(({ top, width, height }) => ({ top, width, height })) })))
  assert.equal(floors[0].no, String(TOWER.floors), 'the top floor is at the top')
  for (const floor of floors) {
    assert.equal(floor.doors.length, TOWER.doors)
    assert.ok(new Set(floor.doors.map((door) => Math.round(door.top))).size === 1, `floor ${floor.no} is one row`)
    for (const door of floor.doors) assert.ok(door.height >= 44 && door.width >= 44, `a door is ${door.width} × ${door.height}`)
  }
  // a floor keeps its number in sight while it scrolls through under the head
  const kept = await page.evaluate(() => getComputedStyle(document.querySelector('.gw-floor-no')).position)
  assert.equal(kept, 'sticky')
  await page.locator('.gw-floor').nth(20).scrollIntoViewIfNeeded()
  assert.ok(await page.locator('.gw-floor-no').nth(20).isVisible())
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), 0, 'nothing scrolls sideways')
  await at(page, 'tab-柳巷').tap()
  await until(async () => (await page.locator('.gw-floor').count()) === 1, 'a lane has no floors')
  const houses = await page.locator('.gw-door b').allInnerTexts()
  assert.equal(houses.length, LANE.length)
  assert.ok(houses.indexOf('2') < houses.indexOf('10') && houses.indexOf('10') < houses.indexOf('16'), `by house number: ${houses}`)
  for (const box of await page.locator('.gw-door').evaluateAll((all) => all.map((door) => door.getBoundingClientRect().toJSON()))) assert.ok(box.height >= 44 && box.width >= 44)
})

test('nothing was refused, and the page itself never failed', async () => {
  assert.deepEqual(page.problems, [])
  await world.serverUp()
  await worker.sync()
  assert.equal((await worker.call('sync_status')).refused, 0)
  assert.equal((await worker.call('list_tray')).total, 0)
})
