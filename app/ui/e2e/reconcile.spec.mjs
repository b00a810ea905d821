// A morning at the office's inbox: two hundred items of several kinds, made by two workers, an import and the office writing apart; worked off by a rule
// with its list, by keys, with everything taken back once; it ends empty and the history says who decided and why. Real server, real devices, real page.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browser, GRID, looksAccessible, officeWorld, soon } from './office.world.mjs'

const FORKS = 126
const HELD = 60
const VACANT = 10
/** Recorded once more at the same door; a refused edit; steps that do not fit. */
const SAME = 2
const REFUSED = 1
const CLASH = 1
const DOORS = FORKS + HELD + VACANT
const OPEN = DOORS + SAME + REFUSED + CLASH

let world
let chrome
let page
let first
let refused

const served = (address) => async (name, args = {}) => {
  const reply = await fetch(new URL(`api/${name}`, address), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(args) })
  const body = await reply.json()
  assert.ok(reply.ok, `${name}: ${JSON.stringify(body)}`)
  return body
}
const plate = (n) => [String(Math.floor(n / 50) + 1), '1', `${Math.floor((n % 50) / 2) + 1}0${(n % 2) + 1}`]
const roster = (from, to, phone) => `楼号,单元,房号,姓名,与户主关系,性别,联系电话\n${Array.from({ length: to - from }, (_, i) => [...plate(from + i), `居民${from + i}`, '户主', '男', phone(from + i)].join(',')).join('\n')}\n`
const open = async () => (await world.office('list_inbox', { limit: 1 })).open
const left = () => page.getByTestId('inbox-left').innerText()

before(async () => {
  world = await officeWorld()
  const write = async (name, text) => {
    await world.office('import_roster', { name, data: Buffer.from(text).toString('base64'), grid: GRID })
  }
  await write('一月.csv', roster(0, DOORS, (n) => `139${String(n).padStart(8, '0')}`))
  await world.office('sync_now')
  const people = (await world.office('list_households', { limit: 1000 })).items
  assert.equal(people.length, DOORS)
  const workers = []
  for (const [home, name] of [['wang', '王秀梅'], ['li', '李倩']]) {
    const device = await world.device(home, 'worker', GRID, name)
    const call = served(await world.serve(device))
    await call('sync_now')
    workers.push(call)
  }
  const numbered = (all) => new Map(all.map((p) => [Number(/\d+/.exec(p.head_name)[0]), p]))
  const of = numbered(people)
  // two workers write apart
  for (let n = 0; n < FORKS; n += 1) {
    const person = (await workers[0]('get_household', { id: of.get(n).id })).persons[0]
    if (n === 0) first = { person: person.id, home: of.get(n).id }
    await workers[0]('edit_person', { id: person.id, edit: { phone: `137${String(n).padStart(8, '0')}` } })
    await workers[1]('edit_person', { id: person.id, edit: { phone: `138${String(n).padStart(8, '0')}` } })
  }
  for (const call of [workers[0], workers[1], workers[0]]) await call('sync_now')
  // a roster that differs, and doors marked vacant where somebody is registered
  await write('二月.csv', roster(FORKS, FORKS + HELD, (n) => `136${String(n).padStart(8, '0')}`))
  for (let n = FORKS + HELD; n < DOORS; n += 1) await world.office('edit_household', { id: of.get(n).id, edit: { vacant: true } })
  // the same family from another roster
  for (const n of [FORKS, FORKS + 1]) {
    const { household } = await world.office('get_household', { id: of.get(n).id })
    await world.office('add_household', { building: household.building, unit_no: household.unit_no, door: household.door, head_name: household.head_name, edit: { note: '另一本台账来的' } })
  }
  // a birth year where the office entered the date meanwhile: refused
  refused = (await world.office('get_household', { id: of.get(DOORS - 1).id })).persons[0].id
  await workers[0]('edit_person', { id: refused, edit: { birth_year: 1960, phone: '13712340001' } })
  await world.office('edit_person', { id: refused, edit: { birth_date: '1961-05-04' } })
  await world.office('sync_now')
  await workers[0]('sync_now')
  // two steps of one case taken apart
  const apart = (await workers[0]('add_case', { matter: '04010', title: '三楼以上停水', building: people[0].building, data: {} })).id
  for (const sync of [workers[0], world.office, workers[0]]) await sync('sync_now')
  await world.office('add_step', { case: apart, transition: 'void', note: '自来水公司说没有停水', data: {} })
  await workers[0]('add_step', { case: apart, transition: 'handle', note: '去看了，还在停', data: {} })
  for (const sync of [world.office, workers[0], world.office, workers[0]]) await sync('sync_now')
  await world.office('sync_now')
  chrome = await browser()
  page = await chrome.page()
})
after(async () => {
  await chrome?.close()
  await world?.stop()
})

test('the morning stands in one list, by kinds, and no row of it is blank', async () => {
  await soon(async () => assert.equal(await open(), OPEN))
  await page.goto(`${world.url}#/o/inbox`)
  await soon(async () => assert.match(await left(), new RegExp(`还有 ${OPEN} 件`)))
  for (const [kind, n] of [['fork', FORKS], ['held', HELD], ['fact', VACANT], ['same', SAME], ['refused', REFUSED], ['step', CLASH]]) await soon(async () => assert.match(await page.getByTestId(`chip-${kind}`).innerText(), new RegExp(`${n}$`)))
  const list = page.getByTestId('inbox')
  for (const at of [4000, 9000, 2000, 0]) {
    await list.evaluate((box, to) => { box.scrollTop = to }, at)
    await soon(async () => assert.equal(await list.evaluate((box) => {
      const view = box.getBoundingClientRect()
      const rows = [...box.querySelectorAll('[role=option]')].map((r) => r.getBoundingClientRect())
      const covered = (y) => rows.some((r) => r.top <= y && r.bottom > y - 1)
      return [view.top + 4, view.top + view.height / 2, view.bottom - 4].every(covered)
    }), true))
  }
  await looksAccessible(page, 'a morning')
})

test('a key settles with a reason, z takes it back with both values, and it is settled again', async () => {
  await page.goto(`${world.url}#/o/inbox/c-${first.person}-register-phone`)
  await page.locator('article', { hasText: '有 2 个值' }).waitFor()
  await page.keyboard.press('w')
  await page.getByTestId('why-words').fill('儿子来电话说的')
  await page.getByTestId('take-1').click()
  await soon(async () => assert.equal(await open(), OPEN - 1))
  await page.locator('[data-testid="inbox-row"][aria-selected="true"]').waitFor()
  await page.locator('h2').first().click()
  await page.keyboard.press('z')
  await soon(async () => assert.equal(await open(), OPEN))
  const again = await world.office('get_inbox_item', { id: `c-${first.person}-register-phone` })
  assert.deepEqual(again.conflict.values.map((v) => v.text).sort(), ['13700000000', '13800000000'])
  await page.goto(`${world.url}#/o/inbox/c-${first.person}-register-phone`)
  await page.getByTestId('take-1').click()
  await soon(async () => assert.equal(await open(), OPEN - 1))
})

test('a rule shows what it writes, writes that, is taken back as one and carried out again', async () => {
  const apply = async (rule, n) => {
    await page.goto(`${world.url}#/o/inbox`)
    await page.getByTestId('open-bulk').click()
    await page.getByTestId('bulk-rule').selectOption(rule)
    await soon(async () => assert.match(await page.getByTestId('bulk-apply').innerText(), new RegExp(` ${n} `)))
    await page.getByTestId('bulk-apply').click()
  }
  await apply('door_over_roster', HELD)
  await soon(async () => assert.equal(await open(), OPEN - 1 - HELD))
  await page.getByRole('button', { name: '撤销这一批' }).click()
  await soon(async () => assert.equal(await open(), OPEN - 1))
  await apply('door_over_roster', HELD)
  await soon(async () => assert.equal(await open(), OPEN - 1 - HELD))
})

test('two that look alike are merged by a key, taken apart by z, merged again; the others are not the same', async () => {
  const start = await open()
  await page.goto(`${world.url}#/o/inbox?kind=same`)
  await page.getByTestId('merge-result').waitFor()
  await looksAccessible(page, 'two that look alike in the inbox')
  await page.keyboard.press('m')
  await soon(async () => assert.equal(await open(), start - 1))
  await soon(async () => assert.equal(await page.locator('[data-testid="inbox-row"]').count(), SAME - 1))
  await page.keyboard.press('z')
  await soon(async () => assert.equal(await open(), start))
  await soon(async () => assert.equal(await page.locator('[data-testid="inbox-row"]').count(), SAME))
  for (const [n, key] of [[1, 'm'], [2, 'n']]) {
    await page.getByTestId('merge-result').waitFor()
    // a key while the one before is being written is not taken
    await soon(async () => {
      if ((await open()) === start - n + 1) await page.keyboard.press(key)
      assert.equal(await open(), start - n)
    })
    await soon(async () => assert.equal(await page.locator('[data-testid="inbox-row"]').count(), SAME - n))
  }
})

test('what was refused is given back with a word, taken up with z so that it waits again, and given back once more; a looked-at clash is gone', async () => {
  const start = await open()
  await page.goto(`${world.url}#/o/inbox?kind=refused`)
  await page.getByTestId('return-send').or(page.getByTestId('give-back')).waitFor()
  const give = async () => {
    await page.getByTestId('give-back').click()
    await page.getByTestId('return-words').fill('出生日期已有，电话请再核一次')
    await page.getByTestId('return-send').click()
    await soon(async () => assert.equal(await open(), start - 1))
  }
  await give()
  await page.getByText('这一类没有要定的了').waitFor()
  await page.keyboard.press('z')
  await soon(async () => assert.equal(await open(), start))
  await page.getByTestId('give-back').waitFor()
  await give()
  await page.goto(`${world.url}#/o/inbox?kind=step`)
  await page.getByTestId('clash-final').waitFor()
  const clash = (await world.office('list_inbox', { kind: 'step' })).items[0]
  await world.office('add_step', { case: clash.record, transition: 'reviewed', note: '问过自来水公司', data: {} })
  await soon(async () => assert.equal(await open(), start - 2))
})

test('what is left is worked off by keys, and the morning ends empty with its history', async () => {
  await page.goto(`${world.url}#/o/inbox?kind=fact`)
  for (let n = VACANT; n > 0; n -= 1) {
    await page.getByTestId('fact-fix').click()
    await soon(async () => assert.equal(await open(), OPEN - 2 - HELD - SAME - REFUSED - CLASH - (VACANT - n)))
    await soon(async () => assert.equal(await page.locator('[data-testid="inbox-row"]').count(), n - 1))
  }
  // the forks of the two workers, which wrote in one second: the newer of them where there is one, the rest by hand
  const forks = (await world.office('list_inbox', { kind: 'fork', limit: 1000 })).items
  for (const item of forks.slice(1)) {
    const d = await world.office('get_inbox_item', { id: item.id })
    await world.office('decide_item', { id: item.id, decision: 'settle', value: d.conflict.values[0].value, conflict: d.conflict.id })
  }
  await page.goto(`${world.url}#/o/inbox`)
  await page.getByTestId('take-2').click()
  await page.getByText('没有要您定的了').waitFor()
  assert.equal(await open(), 0)
  const history = await world.office('get_history', { record: first.person, key: 'phone' })
  assert.equal(history.items[0].by, '周敏')
  assert.ok(history.items.some((h) => h.words === '儿子来电话说的'), 'why stands beside it')
  assert.deepEqual(chrome.errors, [])
})
