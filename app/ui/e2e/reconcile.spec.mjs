// A morning at the office's inbox: two hundred items of every kind the engine knows, worked off with the keys of the page, by a rule with its list, by asking
// back; with everything taken back once. It ends empty and the history says who decided and why. Real server, real devices, real page.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { morning, MORNING } from './morning.mjs'
import { browser, looksAccessible, soon } from './office.world.mjs'

const OPEN = Object.values(MORNING).reduce((sum, n) => sum + n, 0)

let story
let world
let chrome
let page

const open = async () => (await world.office('list_inbox', { limit: 1 })).open
const left = () => page.getByTestId('inbox-left').innerText()
const rows = () => page.locator('[data-testid="inbox-row"]')
const press = async (...keys) => { for (const key of keys) await page.keyboard.press(key) }
/** The list of one kind, with its first item drawn. */
async function show(kind, detail) {
  await page.goto(`${world.url}#/o/inbox?kind=${kind}`)
  await page.getByTestId(detail).waitFor()
}
const headOf = async (n) => (await world.office('get_household', { id: story.of.get(n).id })).persons[0]

before(async () => {
  story = await morning()
  world = story.world
  chrome = await browser()
  page = await chrome.page()
})
after(async () => {
  await chrome?.close()
  await world?.stop()
})

test('the morning stands in one list, every kind that the engine knows, and no row of it is blank', async () => {
  assert.ok(OPEN >= 200)
  await soon(async () => assert.equal(await open(), OPEN))
  await page.goto(`${world.url}#/o/inbox`)
  await soon(async () => assert.match(await left(), new RegExp(`还有 ${OPEN} 件`)))
  const { counts } = await world.office('list_inbox', { limit: 1 })
  assert.deepEqual(Object.fromEntries(counts.map((c) => [c.kind, c.count])), MORNING, 'a new kind is put into the morning')
  for (const [kind, n] of Object.entries(MORNING)) await soon(async () => assert.match(await page.getByTestId(`chip-${kind}`).innerText(), new RegExp(`${n}$`)))
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
  await page.goto(`${world.url}#/o/inbox/c-${story.first.person}-register-phone`)
  await page.locator('article', { hasText: '有 2 个值' }).waitFor()
  await page.keyboard.press('w')
  await page.getByTestId('why-words').fill('儿子来电话说的')
  await page.getByTestId('take-1').click()
  await soon(async () => assert.equal(await open(), OPEN - 1))
  await page.locator('[data-testid="inbox-row"][aria-selected="true"]').waitFor()
  await page.locator('h2').first().click()
  await page.keyboard.press('z')
  await soon(async () => assert.equal(await open(), OPEN))
  const again = await world.office('get_inbox_item', { id: `c-${story.first.person}-register-phone` })
  assert.deepEqual(again.conflict.values.map((v) => v.text).sort(), ['13700000000', '13800000000'])
  await page.goto(`${world.url}#/o/inbox/c-${story.first.person}-register-phone`)
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
  await apply('door_over_roster', MORNING.held)
  await soon(async () => assert.equal(await open(), OPEN - 1 - MORNING.held))
  await page.getByRole('button', { name: '撤销这一批' }).click()
  await soon(async () => assert.equal(await open(), OPEN - 1))
  await apply('door_over_roster', MORNING.held)
  await soon(async () => assert.equal(await open(), OPEN - 1 - MORNING.held))
})

test('two that look alike are merged by a key, taken apart by z, merged again; the others are not the same', async () => {
  const start = await open()
  await page.goto(`${world.url}#/o/inbox?kind=same`)
  await page.getByTestId('merge-result').waitFor()
  await looksAccessible(page, 'two that look alike in the inbox')
  await page.keyboard.press('m')
  await soon(async () => assert.equal(await open(), start - 1))
  await soon(async () => assert.equal(await page.locator('[data-testid="inbox-row"]').count(), MORNING.same - 1))
  await page.keyboard.press('z')
  await soon(async () => assert.equal(await open(), start))
  await soon(async () => assert.equal(await page.locator('[data-testid="inbox-row"]').count(), MORNING.same))
  await page.getByTestId('merge-result').waitFor()
  await press('m', 'n')
  await soon(async () => assert.equal(await open(), start - 2))
  await page.getByText('这一类没有要定的了').waitFor()
})

test('what was refused is given back with a word, taken up with z so that it waits again, and given back once more; a looked-at clash is gone', async () => {
  const start = await open()
  await show('refused', 'give-back')
  const give = async () => {
    await press('g')
    await page.getByTestId('return-words').and(page.locator(':focus')).waitFor()
    await page.keyboard.type('1 出生日期已有，电话请再核一次')
    await press('Tab', 'Enter')
    await soon(async () => assert.equal(await open(), start - 1))
  }
  await give()
  await page.getByText('这一类没有要定的了').waitFor()
  await press('z')
  await soon(async () => assert.equal(await open(), start))
  await page.getByTestId('give-back').waitFor()
  await give()
  await show('step', 'clash-review')
  await press('v')
  await page.getByTestId('step-form').waitFor()
  await page.keyboard.type('问过自来水公司')
  await press('Control+Enter')
  await soon(async () => assert.equal(await open(), start - 2))
  await page.getByText('这一类没有要定的了').waitFor()
})

test('an answer is read with a key; somebody else is asked back, and the answer stands beside the item', async () => {
  const start = await open()
  await show('question', 'question-detail')
  assert.match(await page.getByTestId('question-detail').innerText(), /哪个号打得通？[\s\S]*137 那个，昨天刚打过/)
  await press('1')
  await soon(async () => assert.equal(await open(), start - 1))
  await press('z')
  await page.getByTestId('question-detail').waitFor()
  await press('1')
  await soon(async () => assert.equal(await open(), start - 1))
  const fork = `c-${(await headOf(2)).id}-register-phone`
  await page.goto(`${world.url}#/o/inbox/${fork}`)
  await page.getByTestId('ask-open').waitFor()
  await press('q')
  await page.getByTestId('ask-words').and(page.locator(':focus')).waitFor()
  await page.getByTestId('ask-who').selectOption({ label: '李倩 · 写过这条记录' })
  await page.getByTestId('ask-words').focus()
  await page.keyboard.type('138 这个是本人的吗？1 2')
  await press('Control+Enter')
  await page.locator('[data-testid="inbox-row"][aria-selected="true"]', { hasText: '问过' }).waitFor()
  await story.everybody()
  const [asked] = (await story.workers.li('list_asked')).items
  assert.equal(asked.words, '138 这个是本人的吗？1 2')
  await story.workers.li('reply_question', { id: asked.id, words: '是她女儿的' })
  await story.everybody()
  await page.getByTestId('ask-reply').filter({ hasText: '是她女儿的' }).waitFor()
  assert.equal(await open(), start, 'the answer is an item, until somebody has read it')
  await show('question', 'question-detail')
  await press('1')
  await soon(async () => assert.equal(await open(), start - 1))
})

test('what came late to a door that was left and to a file that was merged is brought along by a key', async () => {
  const start = await open()
  const { rare, of } = story
  await show('left', 'left-detail')
  await looksAccessible(page, 'what came late')
  await press('2', '2')
  await soon(async () => assert.equal(await open(), start - 2))
  assert.equal((await world.office('get_household', { id: of.get(rare.merged).id })).household.note, '门铃坏了，打电话', 'it followed the merge')
  const [there] = (await world.office('list_households', { q: '2-905', limit: 5 })).items
  assert.equal((await world.office('get_household', { id: there.id })).persons[0].phone, '13700000055', 'and the move')
})

test('who was noted where nobody lives any more, and what was written to a door whose import was taken back, are put right by a key', async () => {
  const start = await open()
  const { rare } = story
  await show('orphan', 'fact-detail')
  assert.match(await page.getByTestId('fact-detail').innerText(), /赵奶奶/)
  await press('1')
  await soon(async () => assert.equal(await open(), start - 1))
  await page.goto(`${world.url}#/o/inbox/f-edited_while_deleted-${rare.imported}`)
  await page.getByTestId('fact-detail').filter({ hasText: '门口有条狗' }).waitFor()
  await looksAccessible(page, 'written to what was taken back')
  await press('1')
  await soon(async () => assert.equal(await open(), start - 2))
  const file = await world.office('get_household', { id: rare.imported })
  assert.deepEqual([file.household.note, file.household.plate], ['门口有条狗', '90-1-101'], 'the door is back with what was written')
})

test('work of somebody who was let go is adopted by a key', async () => {
  const start = await open()
  await show('late', 'refused-detail')
  assert.match(await page.getByTestId('refused-detail').innerText(), /赵强/)
  await looksAccessible(page, 'late work')
  await press('a')
  await soon(async () => assert.equal((await world.office('list_inbox', { kind: 'late' })).total, 0))
  await page.getByText('这一类没有要定的了').waitFor()
  await story.everybody()
  // adopted at the old door of somebody who has moved since, it is brought along like whatever else came late
  assert.equal(await open(), start)
  await show('left', 'left-detail')
  await press('2')
  await soon(async () => assert.equal(await open(), start - 1))
  const [there] = (await world.office('list_households', { q: '2-906', limit: 5 })).items
  assert.equal((await world.office('get_household', { id: there.id })).persons[0].phone, '13700000077')
})

test('a device that waits is confirmed by a key of its own, and takes part', async () => {
  const start = await open()
  await show('device', 'confirm-device')
  await press('1')
  assert.equal(await open(), start, 'a figure confirms nothing')
  await press('c')
  await soon(async () => assert.equal(await open(), start - 1))
  await story.everybody()
  await world.newcomer.sync()
  assert.ok((await world.newcomer.call('list_households', { limit: 5 })).total > 100)
})

test('where an erased person may be named is looked at and decided', async () => {
  const start = await open()
  await show('mention', 'mention-detail')
  await press('o')
  await page.getByTestId('mention').waitFor()
  await page.getByTestId('mention-erase').focus()
  await press('Enter')
  await soon(async () => assert.equal(await open(), start - 1))
})

test('what is left is worked off by keys pressed as fast as they go, and the morning ends empty with its history', async () => {
  const { items } = await world.office('list_inbox', { limit: 1000 })
  assert.deepEqual([...new Set(items.map((i) => i.kind))].sort(), ['fact', 'fork'])
  await page.goto(`${world.url}#/o/inbox`)
  await rows().first().waitFor()
  const writes = []
  page.on('request', (r) => { if (r.url().endsWith('/decide_item')) writes.push(r.postDataJSON()) })
  // every other one is passed over, and comes in the second round
  for (let n = 0; n < items.length - 1; n += 1) await press(n % 2 ? 'j' : '1')
  const round = items.slice(0, -1).filter((_, n) => n % 2 === 0).map((i) => i.id)
  await soon(async () => assert.equal(await open(), items.length - round.length), { within: 90_000 })
  assert.deepEqual(writes.map((w) => w.id), round, 'each on the item that was selected')
  for (let rest = await open(); rest > 0; rest -= 1) await press('1')
  await page.getByText('没有要您定的了').waitFor({ timeout: 90_000 })
  assert.equal(await open(), 0)
  const history = await world.office('get_history', { record: story.first.person, key: 'phone' })
  assert.equal(history.items[0].by, '周敏')
  assert.ok(history.items.some((h) => h.words === '儿子来电话说的'), 'why stands beside it')
  assert.deepEqual(chrome.errors, [])
})
