// A grid worker's whole day at 360 × 740, with touch, on the real engine: twelve doors, a patrol, two hazards with photos, one fact that two people wrote
// differently, without a network from the first door to the evening; then a building head's week, day by day. Nothing asks for a photo, a position or an
// identity number, and no request leaves for another address.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { at, GRID, PIN, until, World } from './world.mjs'

const DAY_MS = 86_400_000
const DOORS = 12
let world, worker, page, building, doors, photos
const asked = []

/** A page that says so when anything looks for a position, or asks another address. */
async function watched(device, options) {
  const phone = await world.phone(device, options)
  const home = device.url
  await phone.context().addInitScript(() => {
    window.positions = 0
    for (const name of ['getCurrentPosition', 'watchPosition']) navigator.geolocation[name] = () => (window.positions += 1)
  })
  phone.on('request', (request) => request.url().startsWith(home) || /^(data|blob):/.test(request.url()) || asked.push(request.url()))
  await phone.reload()
  return phone
}
/** All of it is over there, by whatever syncs it takes. */
const evening = (device) =>
  until(async () => {
    await device.sync().catch(() => undefined)
    return (await device.call('list_media')).queued === 0 && (await device.call('sync_status')).pending === 0
  }, 'everything went up', 60_000)

before(async () => {
  world = await World.begin()
  building = (await world.office.call('list_units')).items.find((unit) => unit.number === '3')
  doors = (await world.office.call('list_households', { unit: building.id, limit: 100 })).items.filter((item) => item.people > 0).slice(0, DOORS)
  // Seen eight days ago and looked after every seven: all twelve are due today.
  for (const door of doors) {
    await world.office.call('edit_household', { id: door.id, edit: { tier: 'red' } })
    await world.office.call('add_visit', { household: door.id, outcome: 'met', at: Date.now() - 8 * DAY_MS })
  }
  for (const [order, name] of ['车棚', '楼道与消防通道'].entries()) await world.office.call('add_patrol', { name, building: building.id, edit: { round: '消防巡查', order, every_days: 1 } })
  await world.office.sync()
  worker = await world.device('worker', 'worker', GRID, '王秀梅')
  await worker.sync()
  photos = [await world.photo(1), await world.photo(2), await world.photo(3)]
  page = await watched(worker, { prefs: { lang: 'zh-CN', theme: 'light', elder: false } })
  await at(page, 'door-row').first().waitFor()
  await world.serverDown()
})
after(() => world?.end())

const row = (door) => page.locator(`[data-testid="door-row"][data-plate="${door.plate}"]`)
const gone = (door) => until(async () => (await row(door).count()) === 0, `${door.plate} leaves the list`)
async function open(door) {
  await page.goto(`${worker.url}#/w/today`)
  await until(async () => (await page.locator('[role="dialog"]').count()) === 0, 'the sheet is closed')
  // The first card is open by itself; another one opens by a tap on it.
  await until(async () => (await row(door).getAttribute('data-open')) !== null || row(door).locator('button.w-door-row').tap({ timeout: 500 }).then(() => false, () => false), `${door.plate} is open`)
}

test('eight doors where somebody opened: two taps each', async () => {
  for (const door of doors.slice(0, 8)) {
    await open(door)
    await row(door).locator('[data-testid="met"]').tap()
    await at(page, 'save-visit').tap()
    await gone(door)
  }
})

test('two doors where nobody was in: one tap each', async () => {
  for (const door of doors.slice(8, 10)) {
    await open(door)
    await row(door).locator('[data-testid="absent"]').tap()
    await until(async () => (await worker.call('get_household', { id: door.id })).visits[0].outcome.code === 'absent', 'nobody in')
  }
})

test('one door by telephone, one with what was said', async () => {
  const [called, told] = doors.slice(10)
  await page.goto(`${worker.url}#/w/household/${called.id}`)
  await at(page, 'visit').tap()
  await at(page, 'visit-mode').tap()
  await at(page, 'menu-phone').tap()
  await at(page, 'save-visit').tap()
  await until(async () => (await worker.call('get_household', { id: called.id })).visits[0].mode.code === 'phone', 'by telephone')
  await page.goto(`${worker.url}#/w/household/${told.id}`)
  await at(page, 'visit').tap()
  await at(page, 'topic-health').tap()
  await at(page, 'visit-note').fill('血压药够吃，想装个扶手')
  await at(page, 'save-visit').tap()
  await until(async () => (await worker.call('get_household', { id: told.id })).visits[0].note === '血压药够吃，想装个扶手', 'with words')
  assert.equal((await worker.call('list_due')).done, DOORS - 2, 'whoever was not in is due again')
})

let finding
test('the patrol: one point in order, one with something found, a photo of it and a case', async () => {
  await page.goto(`${worker.url}#/w/today`)
  await at(page, 'today-point').filter({ hasText: '楼道与消防通道' }).tap()
  await at(page, 'check').tap()
  await at(page, 'save-check').tap()
  await until(async () => (await worker.call('list_patrols')).items.filter((one) => one.due.state === 'done' || one.due.days > 0).length === 1, 'one looked at')
  await page.goto(`${worker.url}#/w/today`)
  await at(page, 'today-point').filter({ hasText: '车棚' }).tap()
  await at(page, 'check').tap()
  await at(page, 'check-found').first().tap()
  await at(page, 'check-note').fill('有人拉线充电')
  await at(page, 'save-check').tap()
  await at(page, 'report-finding').tap()
  await at(page, 'matter-search').fill('飞线')
  await at(page, 'matter-01002').tap()
  await at(page, 'camera-input').setInputFiles(photos[0])
  await at(page, 'staged-photo').first().waitFor()
  await at(page, 'send-report').tap()
  await at(page, 'case-page').waitFor()
  finding = (await worker.call('list_cases', {})).items.find((one) => one.title.includes('拉线充电'))
  assert.equal((await worker.call('list_attachments', { of: finding.id })).items.length, 1)
})

let second
test('a second hazard on the way: two photos first, the place in words, no position', async () => {
  await page.goto(`${worker.url}#/w/report?building=${building.id}`)
  await at(page, 'camera-input').setInputFiles(photos[1])
  await at(page, 'album-input').setInputFiles(photos[2])
  await until(async () => (await at(page, 'staged-photo').count()) === 2, 'two photos')
  await at(page, 'matter-search').fill('楼道')
  await page.locator('[data-testid^="matter-0"]').first().tap()
  await at(page, 'report-words').fill('二楼楼道堆满纸箱')
  await at(page, 'send-report').tap()
  await at(page, 'case-page').waitFor()
  second = (await worker.call('list_cases', {})).items.find((one) => one.title === '二楼楼道堆满纸箱')
  assert.ok(second)
})

let forked
test('a number is put right at the door, while the office writes another one', async () => {
  for (const door of doors) {
    const file = await worker.call('get_household', { id: door.id })
    const person = file.persons.find((one) => one.phone && !one.ended)
    if (!person) continue
    forked = { door, person: person.id, name: person.name }
    await world.office.call('edit_person', { id: person.id, edit: { phone: '13900004172' } })
    break
  }
  await page.goto(`${worker.url}#/w/household/${forked.door.id}/person/${forked.person}`)
  await at(page, 'field-phone').fill('13900004127')
  await at(page, 'save-person').tap()
  await until(async () => (await worker.call('get_household', { id: forked.door.id })).persons.find((one) => one.id === forked.person).phone === '13900004127', 'written')
  await at(page, 'field-phone').waitFor({ state: 'detached' })
})

test('the line under the title says what waits, and everything is on this phone', async () => {
  await page.goto(`${worker.url}#/w/today`)
  await until(async () => /之后新写 \d+ 条[\s\S]*3 张照片排队/.test(await at(page, 'truth-line').innerText()), 'what waits')
  // The power goes in the afternoon: nothing of it is lost.
  await worker.off()
  await page.context().close()
  await worker.serve()
  page = await watched(worker, { prefs: { lang: 'zh-CN', theme: 'light', elder: false } })
  await at(page, 'today').waitFor()
  assert.equal((await worker.call('list_media')).queued, 3)
  assert.equal((await worker.call('list_due')).done, DOORS - 2)
})

test('the evening: one sync, and the office has the day with its pictures', async () => {
  await world.serverUp()
  await world.office.sync()
  await evening(worker)
  await world.office.sync()
  await worker.sync()
  await page.goto(`${worker.url}#/w/today`)
  await until(async () => /\d\d:\d\d 与社区一致/.test(await at(page, 'truth-line').innerText()), 'agreed, with its time')
  for (const door of doors) assert.equal((await world.office.call('get_household', { id: door.id })).visits.length, 2, door.plate)
  assert.equal((await world.office.call('list_attachments', { of: second.id })).items.length, 2)
  assert.equal((await world.office.call('list_attachments', { of: finding.id })).items.length, 1)
  const { items } = await world.office.call('list_conflicts', {})
  assert.equal(items.length, 1)
  assert.deepEqual(items[0].values.map((one) => one.text.replace(/\s/g, '')).sort(), ['13900004127', '13900004172'])
})

test('two values are seen on the phone, and one tap settles them', async () => {
  await page.goto(`${worker.url}#/w/household/${forked.door.id}`)
  await at(page, 'fork').first().waitFor()
  await page.getByText('139 0000 4127').first().waitFor()
  await page.getByText('139 0000 4172').first().waitFor()
  await page.locator('[data-testid="fork"] button').filter({ hasText: '4127' }).first().tap()
  await until(async () => (await worker.call('list_conflicts', {})).total === 0, 'settled')
  await evening(worker)
  await world.office.sync()
  assert.equal((await world.office.call('get_household', { id: forked.door.id })).persons.find((one) => one.id === forked.person).phone, '13900004127')
})

test('nobody asked for a position, no other address was asked, no page failed', async () => {
  assert.equal(await page.evaluate(() => window.positions), 0)
  assert.deepEqual(asked, [])
  assert.deepEqual(page.problems, [])
})

/** A building head's phone so many days on; the server may be there or not. */
async function morning(head, daysAhead, options = {}) {
  await head.off()
  await head.serve({ daysAhead })
  // a night has locked it
  await head.call('unlock', { pin: PIN })
  return watched(head, { hash: '/h', ...options })
}

test("a building head's week", async (t) => {
  const head = await world.device('head', 'building_head', building.id, '刘玉芬')
  await head.sync()
  let lamp

  await t.test('Monday: says what is wrong, with a photo, without a network', async () => {
    await world.serverDown()
    const phone = await morning(head, 0)
    await at(phone, 'head-report').tap()
    await at(phone, 'record').tap()
    // as long as somebody speaks
    await phone.waitForTimeout(1_300)
    await at(phone, 'record').tap()
    await at(phone, 'audio').waitFor()
    await at(phone, 'camera-input').setInputFiles(photos[1])
    await at(phone, 'staged-photo').waitFor()
    await at(phone, 'head-send').tap()
    await at(phone, 'head-sent').waitFor()
    assert.equal((await head.call('list_media')).queued, 2)
    await world.serverUp()
    await evening(head)
    await world.office.sync()
    lamp = (await world.office.call('list_cases', {})).items.find((one) => one.by === '刘玉芬')
    assert.equal((await world.office.call('list_attachments', { of: lamp.id })).items.length, 2)
    assert.deepEqual(phone.problems, [])
    await phone.context().close()
  })

  await t.test('Tuesday: the microphone is refused, a picture and a word do', async () => {
    const phone = await morning(head, 1, { deaf: true })
    await at(phone, 'head-report').tap()
    await at(phone, 'record').tap()
    await at(phone, 'no-mic').waitFor()
    await at(phone, 'head-matter-03016').tap()
    await at(phone, 'head-words').fill('五楼楼道灯不亮')
    await at(phone, 'head-send').tap()
    await at(phone, 'head-sent').waitFor()
    await evening(head)
    await phone.context().close()
  })

  await t.test('Wednesday: the office dealt with it; the phone says so in one sentence', async () => {
    await world.office.sync()
    for (const [code, note] of [['dispatch', '请去看看'], ['handle', '换好了'], ['close', '物业换好了灯']]) {
      const { next } = await world.office.call('get_case', { id: lamp.id })
      const step = next.find((one) => one.transition.code === code)
      if (step) await world.office.call('add_step', { case: lamp.id, transition: code, note, data: {}, ...(step.requires.includes('assignee') ? { assignee: '和顺物业' } : {}) })
    }
    await world.office.sync()
    const phone = await morning(head, 2)
    await head.sync()
    await at(phone, 'head-cases').tap()
    await until(async () => (await at(phone, 'head-sentence').allInnerTexts()).some((text) => /您.*说的.*物业换好了灯/.test(text.replace(/\s/g, ''))), 'one sentence')
    await phone.goto(`${head.url}#/h/notices`)
    await at(phone, 'head-notices-page').waitFor()
    assert.deepEqual(phone.problems, [])
    await phone.context().close()
  })

  await t.test('Friday: calls somebody, looks at the house; nothing private is on the phone', async () => {
    const phone = await morning(head, 4)
    await at(phone, 'head-calls').tap()
    await at(phone, 'head-calls-page').waitFor()
    assert.ok((await phone.locator('a[href^="tel:"]').count()) >= 3, 'big buttons to call')
    await phone.goto(`${head.url}#/h/building`)
    await at(phone, 'door').first().waitFor()
    assert.doesNotMatch(await phone.locator('main').innerText(), /1\d{10}/)
    assert.equal((await head.call('get_household', { id: doors[0].id })).persons.length, 0)
    assert.equal((await head.call('get_household', { id: doors[0].id })).visits.length, 0)
    assert.deepEqual(phone.problems, [])
    await phone.context().close()
  })

  assert.deepEqual(asked, [])
})
