// A grid worker's day in real Chromium against the real engine: first run, two taps a visit, offline, two values, the lock.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { settled } from './settled.mjs'
import { at, GRID, PIN, until, World } from './world.mjs'

let world, worker, page

before(async () => {
  world = await World.begin()
  worker = await world.blank('worker')
  page = await world.phone(worker)
})
after(async () => {
  await world?.end()
})

const door = async (plate) => (await worker.call('list_households', { q: plate, limit: 5 })).items.find((item) => item.plate === plate)

test('a bad invite is refused in words, and nothing is written', async () => {
  await at(page, 'first-run').waitFor()
  await at(page, 'invite-input').fill('not an invite')
  await at(page, 'pin-input').fill(PIN)
  await at(page, 'enrol-button').tap()
  await page.getByRole('alert').first().waitFor()
  assert.equal((await worker.call('whoami')).enrolled, false)
})

test('an invite and six digits bring the phone in, and the doors arrive', async () => {
  await at(page, 'invite-input').fill(await world.invite('worker', GRID, '王秀梅'))
  await at(page, 'pin-input').fill(PIN)
  await at(page, 'enrol-button').tap()
  await at(page, 'today').waitFor({ timeout: 30_000 })
  await at(page, 'door-row').first().waitFor()
  assert.match(await at(page, 'truth-line').innerText(), /\d\d:\d\d 与社区一致/)
})

test('an ordinary visit is two taps, and the next door opens', async () => {
  // With a server there it would be handed over by itself a moment later, and the truth line would no longer count it.
  await world.serverDown()
  const first = await at(page, 'door-row').first().getAttribute('data-plate')
  await at(page, 'met').tap()
  await at(page, 'save-visit').tap()
  await at(page, 'toast').waitFor()
  assert.match(await at(page, 'toast').innerText(), /已存在本机/)
  await until(async () => (await at(page, 'door-row').first().getAttribute('data-plate')) !== first, 'the visited door leaves the list')
  const { visits } = await worker.call('get_household', { id: (await door(first)).id })
  assert.equal(visits.length, 1)
  assert.equal(visits[0].outcome.code, 'met')
  await until(async () => /之后新写 1 条/.test(await at(page, 'truth-line').innerText()), 'the truth line counts it')
  await world.serverUp()
  await worker.sync()
  await until(async () => !/之后新写/.test(await at(page, 'truth-line').innerText()), 'the truth line counts nothing any more')
})

test('a visit can be taken back within the toast', async () => {
  const before = (await worker.call('list_due')).today.length
  const plate = await at(page, 'door-row').first().getAttribute('data-plate')
  await at(page, 'absent').first().tap()
  await at(page, 'undo').tap()
  await until(async () => (await worker.call('list_due')).today.length === before, 'the door is due again')
  const { visits } = await worker.call('get_household', { id: (await door(plate)).id })
  assert.equal(visits.length, 0)
})

test('private facts leave the screen while the visit sheet is open, and the eye shows them', async () => {
  await page.goto(`${worker.url}#/w/today`)
  await at(page, 'met').tap()
  await at(page, 'visit-sheet').waitFor()
  assert.equal(await page.locator('main [data-private]').first().evaluate((node) => getComputedStyle(node).visibility), 'hidden')
  assert.equal(await at(page, 'private-facts').count(), 0)
  await at(page, 'peek').tap()
  await at(page, 'private-facts').waitFor()
  await page.keyboard.press('Escape')
  await until(() => page.evaluate(() => !document.documentElement.hasAttribute('data-face')), 'the facts come back')
})

test('a begun visit survives closing the sheet', async () => {
  await at(page, 'met').tap()
  await at(page, 'visit-note').fill('血压药够吃')
  await page.keyboard.press('Escape')
  await at(page, 'met').tap()
  assert.equal(await at(page, 'visit-note').inputValue(), '血压药够吃')
  await page.keyboard.press('Escape')
})

test('a building is drawn with its doors, and a door opens the file', async () => {
  await at(page, 'nav-buildings').tap()
  await at(page, 'building').nth(2).tap()
  await at(page, 'door').first().waitFor()
  const box = await at(page, 'door').first().boundingBox()
  assert.ok(box.height >= 44 && box.width >= 44, `a door is ${box.width} × ${box.height}`)
  assert.equal(await page.locator('.gw-house .gw-tier').count(), 0, 'no tier on a door')
  await at(page, 'door').first().tap()
  await at(page, 'household').waitFor()
  await at(page, 'person').first().waitFor()
})

test('an ID number is shown after a reason, and the look is recorded', async () => {
  await until(async () => (await at(page, 'reveal').count()) > 0, 'someone with a number')
  await at(page, 'reveal').first().tap()
  await at(page, 'reveal-reason').fill('当面核对证件')
  await at(page, 'reveal-confirm').tap()
  await until(async () => /^\d{6} \d{8} \d{3}[\dX]$/.test((await at(page, 'id-number').first().innerText()).trim()), 'the whole number')
  const { items } = await worker.call('get_log')
  assert.ok(items.some((item) => item.what === 'reveal' && item.text.includes('当面核对证件')), JSON.stringify(items.slice(0, 3)))
})

test('whoever goes elsewhere while something is being saved stays there', async () => {
  const home = await door((await worker.call('list_households', { limit: 50 })).items.find((item) => item.people > 0).plate)
  const person = (await worker.call('get_household', { id: home.id })).persons.find((one) => !one.ended)
  await page.goto(`${worker.url}#/w/household/${home.id}`)
  await at(page, 'person').first().waitFor()
  await page.goto(`${worker.url}#/w/household/${home.id}/person/${person.id}`)
  await at(page, 'field-phone').fill('13900001234')
  // The engine takes its time: what was asked is passed on once the page is another one.
  let pass
  await page.route('**/api/edit_person', async (route) => {
    await new Promise((done) => (pass = done))
    await route.continue()
  }, { times: 1 })
  await at(page, 'save-person').tap()
  await until(() => pass, 'it was asked')
  await page.goto(`${worker.url}#/w/today`)
  await at(page, 'today').waitFor()
  // Back would be one page further: where 今天 was opened from.
  const length = await page.evaluate(() => ((window.went = 0), addEventListener('popstate', () => (window.went += 1)), history.length))
  const answered = page.waitForResponse('**/api/edit_person')
  pass()
  await (await answered).finished()
  await settled(page)
  assert.deepEqual(await page.evaluate(() => [window.went, history.length, location.hash]), [0, length, '#/w/today'])
  assert.equal((await worker.call('get_household', { id: home.id })).persons.find((one) => one.id === person.id).phone, '13900001234')
})

test('without signal a visit and a hazard are kept, through a reload', async () => {
  await worker.sync()
  await world.serverDown()
  await page.goto(`${worker.url}#/w/today`)
  await at(page, 'met').tap()
  await at(page, 'save-visit').tap()
  await at(page, 'toast').waitFor()
  await at(page, 'write').tap()
  await at(page, 'write-report').tap()
  await at(page, 'matter-search').fill('ddz')
  await page.locator('[data-testid^="matter-0"]').first().tap()
  await at(page, 'choose-place').tap()
  await page.locator('[data-testid="place-sheet"] .gw-chip').first().tap()
  await at(page, 'place-done').tap()
  await at(page, 'report-words').fill('一楼有两辆电动车拉线充电')
  await at(page, 'send-report').tap()
  await at(page, 'case-page').waitFor()
  await page.reload()
  await at(page, 'case-page').waitFor()
  await page.goto(`${worker.url}#/w/sync`)
  await at(page, 'sync-now').tap()
  await at(page, 'sync-said').waitFor()
  await until(async () => /离线/.test(await at(page, 'sync-title').innerText()), 'the page says offline')
  await until(async () => (await at(page, 'pending').count()) === 2, 'two records wait')
  assert.match(await page.locator('main').innerText(), /一楼有两辆电动车|电动自行车/)
})

test('with signal everything goes up, and both sides agree', async () => {
  await world.serverUp()
  await at(page, 'sync-now').tap()
  await until(async () => /和社区一致/.test(await at(page, 'sync-title').innerText()), 'agreed')
  await until(async () => (await at(page, 'pending').count()) === 0, 'the list has heard of it too')
  await world.office.sync()
  const cases = await world.office.call('list_cases', {})
  assert.ok(cases.items.some((item) => item.title.includes('电动车')), 'the office has the hazard')
})

test('two phones wrote differently: both values are shown with names, and one tap settles', async () => {
  const { items } = await worker.call('list_households', { limit: 40 })
  const file = await (async () => {
    for (const item of items) {
      const one = await worker.call('get_household', { id: item.id })
      if (one.persons.some((person) => person.phone)) return one
    }
  })()
  const person = file.persons.find((one) => one.phone)
  // The office writes first, the worker without having seen it: in the form, by hand.
  await world.office.sync()
  await world.office.call('edit_person', { id: person.id, edit: { phone: '13900004172' } })
  await page.goto(`${worker.url}#/w/household/${file.household.id}/person/${person.id}`)
  await until(async () => (await at(page, 'field-phone').inputValue()) === person.phone, 'the form is filled')
  await at(page, 'field-phone').fill('13900004127')
  await at(page, 'save-person').tap()
  await at(page, 'toast').waitFor()
  await worker.sync()
  await world.office.sync()
  await worker.sync()
  await page.goto(`${worker.url}#/w/household/${file.household.id}`)
  const fork = at(page, 'fork').first()
  await fork.waitFor()
  const text = await fork.innerText()
  assert.match(text, /139 0000 4127/)
  assert.match(text, /139 0000 4172/)
  assert.match(text, /您写的/)
  assert.match(text, /周敏/)
  assert.deepEqual((await fork.locator('em').allInnerTexts()).sort(), ['27', '72'])
  await fork.locator('[data-testid="use-value"]').first().tap()
  await until(async () => (await at(page, 'fork').count()) === 0, 'settled')
  await worker.sync()
  await world.office.sync()
  const at_office = await world.office.call('get_household', { id: file.household.id })
  const at_worker = await worker.call('get_household', { id: file.household.id })
  assert.equal(at_office.conflicts.length, 0)
  assert.equal(at_office.persons.find((one) => one.id === person.id).phone, at_worker.persons.find((one) => one.id === person.id).phone)
})

test('what the office asks for is asked at the door, and answered in the same save', async () => {
  const { items } = await worker.call('list_due')
    .then((due) => ({ items: due.today }))
  const file = await (async () => {
    for (const item of items) {
      const one = await worker.call('get_household', { id: item.id })
      if (one.persons.some((person) => !person.education)) return one
    }
  })()
  const person = file.persons.find((one) => !one.education)
  await world.office.call('ask_next_visit', { items: { [person.id]: ['education', 'phone2'] } })
  await world.office.sync()
  await worker.sync()
  await page.goto(`${worker.url}#/w/household/${file.household.id}`)
  await at(page, 'visit').first().tap()
  await at(page, 'asks').locator('button').first().tap()
  await at(page, 'ask-phone2').fill('13900001234')
  await at(page, 'asks').locator('select').selectOption({ index: 3 })
  await at(page, 'save-visit').tap()
  await at(page, 'toast').waitFor()
  const after = await worker.call('get_household', { id: file.household.id })
  const now = after.persons.find((one) => one.id === person.id)
  assert.equal(now.phone2, '13900001234')
  assert.ok(now.education, 'the code was taken')
  assert.deepEqual(after.asks.filter((ask) => ask.record === person.id), [], 'what was answered is not asked again')
})

test('what was handled on the spot is closed at once', async () => {
  const building = (await worker.call('list_units')).items.find((unit) => unit.number === '5')
  await page.goto(`${worker.url}#/w/report?building=${building.id}`)
  await at(page, 'matter-search').fill('楼道')
  await at(page, 'matter-01001').tap()
  await at(page, 'handled').tap()
  await at(page, 'handled-words').fill('当场请住户搬走了')
  await at(page, 'send-handled').tap()
  await at(page, 'case-page').waitFor()
  await page.getByText('办结了').first().waitFor()
  const { items } = await worker.call('list_cases', { state: 'closed' })
  assert.ok(items.some((item) => item.building === building.id))
})

test('search finds a household by its door and by pinyin initials', async () => {
  await page.goto(`${worker.url}#/w/search`)
  await at(page, 'search-input').fill('3-2-501')
  await at(page, 'hit').first().waitFor()
  assert.match(await at(page, 'hit').first().innerText(), /3-2-501/)
})

test('locked, nothing answers; the PIN brings the same page back', async () => {
  await page.goto(`${worker.url}#/w/me`)
  await at(page, 'lock-now').tap()
  await at(page, 'lock-page').waitFor()
  await assert.rejects(worker.call('list_due'), { code: 'locked' })
  await page.goto(`${worker.url}#/w/cases`)
  await at(page, 'lock-page').waitFor()
  for (const digit of '000000') await page.getByRole('button', { name: digit, exact: true }).tap()
  await at(page, 'error').waitFor()
  for (const digit of PIN) await page.getByRole('button', { name: digit, exact: true }).tap()
  await at(page, 'cases').waitFor()
})

test('the page itself never failed', () => {
  assert.deepEqual(page.problems, [])
})
