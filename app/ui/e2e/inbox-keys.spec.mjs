// Keys in quick succession: each is carried out on the item that was selected when it went down, whatever the engine still has to answer.
// Real server, real engine, real page; the engine's answers are held back at the door of the page and let through later, unchanged.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browser, GRID, looksAccessible, officeWorld, soon } from './office.world.mjs'

const DOORS = 24
let world, chrome, page, people
const roster = (phone) => `楼号,单元,房号,姓名,与户主关系,性别,联系电话\n${Array.from({ length: DOORS }, (_, i) => `1,1,${Math.floor(i / 2) + 1}0${(i % 2) + 1},居民${i},户主,男,${phone}${String(i).padStart(8, '0')}`).join('\n')}\n`
const write = (name, text) => world.office('import_roster', { name, data: Buffer.from(text).toString('base64'), grid: GRID })
const open = async () => (await world.office('list_inbox', { limit: 1 })).open
const selected = () => page.evaluate(() => document.querySelector('[data-testid="inbox-row"][aria-selected="true"]')?.id.replace(/^.*?-(?=[a-z]-)/, '') ?? null)
/** Ids as the rows stand, from above. */
const rows = () => page.evaluate(() => [...document.querySelectorAll('[data-testid="inbox-row"]')].sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top).map((one) => one.id.replace(/^.*?-(?=[a-z]-)/, '')))
const row = (id) => page.locator(`[data-testid="inbox-row"][id$="${id}"]`)

/** Holds the answers of a command back; `let` lets them through and holds no longer. */
async function holding(name) {
  const asked = []
  const waiting = []
  let isHolding = true
  const pattern = `**/api/${name}`
  const held = async (route) => {
    asked.push(route.request().postDataJSON())
    if (isHolding) await new Promise((done) => waiting.push(done))
    await route.continue()
  }
  await page.route(pattern, held)
  return { asked, one: () => waiting.shift()?.(), let: () => { isHolding = false; waiting.splice(0).forEach((go) => go()) }, end: () => page.unroute(pattern, held) }
}

/** Presses the keys one right after the other; of each, the item that was selected when it went down. */
async function press(...keys) {
  const on = []
  for (const key of keys) {
    on.push(await selected())
    await page.keyboard.press(key)
  }
  return on
}
const decided = (reply) => reply.asked.map(({ id, decision }) => [id, decision])

before(async () => {
  world = await officeWorld()
  await write('一月.csv', roster('139'))
  await write('二月.csv', roster('136'))
  people = (await world.office('list_households', { limit: 100 })).items
  chrome = await browser()
  page = await chrome.page()
  await page.goto(`${world.url}#/o/inbox`)
  await page.getByTestId('keep').waitFor()
})
after(async () => {
  await chrome?.close()
  await world?.stop()
})

test('1 1 1 j 2 while nothing is written yet: four items are decided, each its own, and the one between stays', async () => {
  const start = await open()
  const writes = await holding('decide_item')
  const on = await press('1', '1', '1', 'j', '2')
  assert.equal(new Set(on).size, 5, 'each key leads on')
  assert.equal(on[3], (await rows())[0], 'the one that j left stands first now')
  await soon(async () => assert.match(await page.getByTestId('inbox-left').innerText(), new RegExp(`还有 ${start - 4} 件`)))
  assert.equal(await open(), start, 'and none of it is written yet')
  const still = await rows()
  writes.let()
  await soon(async () => assert.equal(await open(), start - 4))
  assert.equal(writes.asked.length, 4)
  assert.deepEqual(decided(writes).map(([id]) => id).slice(0, 3), on.slice(0, 3))
  assert.deepEqual(decided(writes).map(([, d]) => d), ['keep', 'keep', 'keep', 'take'])
  assert.notEqual(writes.asked[3].id, on[3])
  assert.ok(!still.includes(writes.asked[3].id))
  assert.equal((await world.office('get_inbox_item', { id: on[3] })).item.id, on[3], 'the one between is open')
  await writes.end()
})

test('z as quick as the rest takes back as many as it was pressed, and the list says so', async () => {
  const start = await open()
  const writes = await holding('decide_item')
  const on = await press('1', '1')
  await press('z', 'z')
  assert.equal(await open(), start)
  writes.let()
  await soon(async () => assert.equal(writes.asked.length, 2))
  await soon(async () => assert.equal(await selected(), on[0]))
  assert.equal(await open(), start)
  for (const id of on) assert.equal((await world.office('get_inbox_item', { id })).item.id, id)
  await writes.end()
})

test('keys on items that have not been drawn yet are kept for those items', async () => {
  const start = await open()
  await page.getByTestId('keep').waitFor()
  const details = await holding('get_inbox_item')
  const all = await rows()
  const ids = all.slice(all.indexOf(await selected()))
  for (let n = 0; n < 6; n += 1) await page.keyboard.press('j')
  const writes = await holding('decide_item')
  // nothing of these three is on the screen: keep, take, keep
  const on = await press('1', '2', '1')
  assert.deepEqual(on, ids.slice(6, 9))
  assert.equal(await open(), start)
  assert.equal(writes.asked.length, 0)
  details.let()
  writes.let()
  await soon(async () => assert.equal(await open(), start - 3))
  assert.deepEqual(decided(writes), [[ids[6], 'keep'], [ids[7], 'take'], [ids[8], 'keep']])
  await details.end()
  await writes.end()
})

test('what opens a field before its item is drawn keeps the figures that follow from deciding anything', async () => {
  const start = await open()
  await page.getByTestId('keep').waitFor()
  const details = await holding('get_inbox_item')
  for (let n = 0; n < 3; n += 1) await page.keyboard.press('j')
  const on = await selected()
  await press('e', '1', '3', '9')
  details.let()
  await page.getByTestId('edit-value').waitFor()
  assert.equal(await selected(), on)
  await page.getByTestId('edit-value').fill('13811112222')
  await page.keyboard.press('Enter')
  await soon(async () => assert.equal(await open(), start - 1))
  await row(on).waitFor({ state: 'detached' })
  await details.end()
  const numbers = (await Promise.all(people.map(({ id }) => world.office('get_household', { id })))).flatMap((file) => file.persons).map((one) => one.phone)
  assert.ok(numbers.includes('13811112222'), 'what was typed is written')
})

test('a key that is held down decides once', async () => {
  const start = await open()
  await page.getByTestId('keep').waitFor()
  await page.keyboard.down('1')
  for (let n = 0; n < 5; n += 1) await page.keyboard.down('1')
  await page.keyboard.up('1')
  await soon(async () => assert.equal(await open(), start - 1))
  await soon(async () => assert.equal(await page.getByTestId('inbox-row').count(), start - 1))
  assert.equal(await open(), start - 1)
})

test('one that could not be written comes back and says why; the keys pressed since stay where they were meant', async () => {
  const { household } = await world.office('get_household', { id: people[0].id })
  const twin = await world.office('add_household', { building: household.building, unit_no: household.unit_no, door: household.door, head_name: household.head_name, edit: { note: '另一本台账来的' } })
  const start = await open()
  await page.goto(`${world.url}#/o/inbox`)
  const pair = (await world.office('list_inbox', { kind: 'same' })).items[0].id
  await row(pair).click()
  await page.getByTestId('merge-result').waitFor()
  const writes = await holding('decide_item')
  await page.keyboard.press('m')
  await soon(async () => assert.equal(writes.asked.length, 1))
  await soon(async () => assert.equal(await row(pair).count(), 0, 'it is gone from the list'))
  // more came since: what is merged is not what was shown
  await world.office('edit_household', { id: twin.id, edit: { note: '又写了一句', rented: true } })
  const [next] = await press('1')
  assert.notEqual(next, pair)
  writes.let()
  await soon(async () => assert.equal(await open(), start - 1))
  assert.deepEqual(writes.asked.map(({ id }) => id), [pair, next])
  await row(pair).waitFor()
  await page.getByTestId('unwritten').filter({ hasText: '没有写成' }).waitFor()
  await looksAccessible(page, 'what could not be written')
  await page.screenshot({ path: '/tmp/unwritten.png' })
  await page.getByTestId('unwritten').getByRole('button').click()
  await page.getByTestId('merge-result').waitFor()
  await page.locator('.of-problem[role="alert"]').waitFor()
  await page.keyboard.press('n')
  await soon(async () => assert.equal(await open(), start - 2))
  await writes.end()
  assert.deepEqual(chrome.errors, [])
})
