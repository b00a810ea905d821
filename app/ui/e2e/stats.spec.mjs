// 统计 at 1440 × 900 on the real engine: what a worker did stands in the office's tables without a name, the span and the place are in the address,
// a month goes up and the street reads it with its small cells left out.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browser, GRID, looksAccessible, officeWorld, soon } from './office.world.mjs'

const STREET = '610104001'
let world, chrome, page, wang, doors

before(async () => {
  world = await officeWorld({ roster: '一网格居民台账.xlsx' })
  wang = await world.device('wang', 'worker', GRID, '王秀梅')
  await wang.sync()
  doors = (await wang.call('list_households', { limit: 40 })).items
  for (const door of doors.slice(0, 6)) await wang.call('add_visit', { household: door.id, outcome: 'met' })
  await wang.call('add_visit', { household: doors[7].id, outcome: 'absent' })
  for (const door of doors.slice(0, 7)) await wang.call('add_case', { matter: '01002', title: '楼道停着电动车', household: door.id })
  for (const n of [0, 1]) await wang.call('add_case', { matter: '02002', title: '楼上漏水', household: doors[n].id })
  for (const n of [2, 3, 4, 5, 6]) await wang.call('add_case', { matter: '03001', title: '垃圾没有清', household: doors[n].id, on_the_spot: '清走了' })
  await wang.sync()
  await world.office('sync_now')
  chrome = await browser()
  page = await chrome.page()
})
after(async () => {
  await chrome?.close()
  await world?.stop()
})

const at = (id) => page.getByTestId(id)
const cells = (row) => row.locator('td').allInnerTexts()
const line = (part, name) => at(part).locator('tr').filter({ has: page.locator('th', { hasText: name }) })

test('what was done stands in tables, and nobody is named', async () => {
  await page.goto(`${world.url}#/o/stats`)
  await at('stats').waitFor()
  await page.getByTestId('rail-o-stats').and(page.locator('[aria-current]')).waitFor()
  const first = await cells(line('stats-doors', '第一网格'))
  assert.deepEqual(first.slice(1, 3), ['6', '1'])
  assert.equal(Number(first[0]), (await world.office('get_stats')).doors.doors)
  assert.deepEqual(await cells(line('stats-cases', '安全隐患')), ['7', '0', '7', '0', '0', '0'])
  assert.deepEqual((await cells(line('stats-cases', '环境卫生'))).slice(0, 3), ['5', '5', '0'])
  assert.match(await at('stats-levels').innerText(), /5 件没有出社区/)
  assert.match(await at('stats-trend').innerText(), /邻里纠纷/)
  const text = await at('stats').innerText()
  for (const name of ['王秀梅', doors[0].head_name]) assert.ok(!text.includes(name), `${name} is named`)
  await looksAccessible(page, 'stats')
})

test('a category opens into its matters, and the view is in the address', async () => {
  await line('stats-cases', '安全隐患').getByRole('button').click()
  await line('stats-cases', '电动自行车').waitFor()
  await at('by-grid').click()
  assert.deepEqual((await cells(line('stats-cases', '第一网格'))).slice(0, 1), ['14'])
  await at('span-last').click()
  await soon(async () => assert.match(await at('stats-cases').innerText(), /没有事项/))
  const url = page.url()
  assert.match(url, /by=grid/)
  assert.match(url, /from=\d{4}-\d\d-01/)
  await page.goto('about:blank')
  await page.goto(url)
  await soon(async () => assert.match(await at('stats-cases').innerText(), /没有事项/))
  await page.goBack()
})

test('what is wrong with a span is said, and nothing is blanked', async () => {
  await page.goto(`${world.url}#/o/stats?from=2001-01-01`)
  await page.getByText('一次最多看三年').waitFor()
})

test('on paper only the tables stand', async () => {
  await page.goto(`${world.url}#/o/stats`)
  await at('stats-cases').waitFor()
  await page.emulateMedia({ media: 'print' })
  assert.equal(await page.locator('.rail').isVisible(), false)
  assert.equal(await page.locator('.st-paper').isVisible(), true)
  assert.match(await page.locator('.st-paper').innerText(), /不数人/)
  await page.emulateMedia({ media: 'screen' })
})

test('a month goes up, and the street reads it without the small cells', async () => {
  await page.goto(`${world.url}#/o/stats/up`)
  await at('tally').waitFor()
  assert.deepEqual(await cells(line('tally-opened', '矛盾纠纷')), ['不写'])
  assert.deepEqual(await cells(line('tally-opened', '安全隐患')), ['7'])
  await looksAccessible(page, 'tally')
  await at('tally-send').click()
  await at('tally-was').waitFor()
  await soon(async () => assert.match(await at('tally-was').innerText(), /周敏/))
  await world.office('sync_now')

  const street = await world.device('street', 'office', STREET, '刘科长')
  await street.sync()
  const url = await world.serve(street)
  const up = await chrome.page()
  await up.goto(`${url}#/o/stats/below`)
  await up.getByTestId('tally-opened').waitFor()
  const row = (name) => up.getByTestId('tally-opened').locator('tr').filter({ has: up.locator('th', { hasText: name }) })
  assert.deepEqual(await cells(row('安全隐患')), ['7'])
  assert.deepEqual(await cells(row('矛盾纠纷')), ['不写'])
  assert.deepEqual(await cells(row('合计')), ['14'])
  await looksAccessible(up, 'tallies')
  await up.goto(`${url}#/o/stats/up`)
  await up.getByText('由社区上报').waitFor()
})

test('no page failed', () => assert.deepEqual(chrome.errors, []))
