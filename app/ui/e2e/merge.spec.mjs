// Two files of one household, merged and taken apart at the office's desk while a worker without signal writes in both. The real engine and
// server, Chromium at 1440×900.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browser, GRID, looksAccessible, officeWorld, soon } from './office.world.mjs'

let world, chrome, page, wang, keep, drop, names
const at = (id) => page.getByTestId(id)
const file = async (device, id) => device.call('get_household', { id })

before(async () => {
  world = await officeWorld({ roster: '一网格居民台账.xlsx' })
  chrome = await browser()
  const first = (await world.office('list_households', { limit: 400 })).items.find((h) => h.people >= 2 && h.head_name)
  keep = first.id
  const head = (await world.office('get_household', { id: keep })).persons.find((p) => p.name === first.head_name)
  names = { head: first.head_name, plate: first.plate }
  // a second roster knew the same family, with another telephone
  drop = (await world.office('add_household', { building: first.building, unit_no: first.unit_no, door: first.door, head_name: first.head_name, edit: { note: '另一本台账来的' } })).id
  const again = (await world.office('get_household', { id: drop })).persons[0]
  await world.office('edit_person', { id: again.id, edit: { phone: '13700002206', birth_date: '1959-03-04' } })
  await world.office('edit_person', { id: head.id, edit: { phone: '13700002260', birth_date: '1959-03-04' } })
  await world.office('sync_now')
  wang = await world.device('wang', 'worker', GRID, '王秀梅')
  await wang.sync()
  page = await chrome.page()
  await page.goto(world.url)
})
after(async () => {
  await chrome?.close()
  await world?.stop()
})

test('the pair stands in the list with its reasons, and the page says what a merge will bring', async () => {
  await page.goto(`${world.url}#/o/inbox`)
  await at('to-same').click()
  await at('duplicate-detail').waitFor()
  await soon(async () => assert.match(await at('reasons').innerText(), /门牌相同[\s\S]*户主相同/))
  await soon(async () => assert.match(await at('points-to').innerText(), /人/))
  await looksAccessible(page, 'possible duplicates')
})

test('"not the same" takes the pair out, and undo brings it back', async () => {
  await at('different').click()
  await page.getByText('没有疑似重复的户').waitFor()
  await page.getByRole('button', { name: '收回' }).click()
  await at('duplicate-detail').waitFor()
  await soon(async () => assert.equal((await world.office('list_duplicates', { kind: 'household' })).total, 1))
})

test('merged at the desk while a worker without signal writes in both files: nothing is lost and nothing is overwritten', async () => {
  await world.serverDown()
  const there = await file(wang, drop)
  await wang.call('add_visit', { household: drop, outcome: 'met', note: '孙女来住几天' })
  await wang.call('edit_household', { id: drop, edit: { note: '门铃坏了，打电话' } })
  await wang.call('edit_person', { id: there.persons[0].id, edit: { nickname: '罗婶' } })
  await wang.call('edit_household', { id: keep, edit: { rented: true } })
  // the desk: the file that stays is the first one
  if (!(await page.locator('.card[data-stays]').first().innerText()).includes('留下')) assert.fail('one of the two stays')
  const preview = await world.office('list_duplicates', { kind: 'household' })
  if (preview.items[0].a.id !== keep) await at('turn').click()
  await soon(async () => assert.match(await at('merge-result').innerText(), /这 1 人两边都有/))
  await at('merge').click()
  await page.getByText('没有疑似重复的户').waitFor()
  await soon(async () => assert.equal((await file({ call: world.office }, drop)).household.id, keep))
  await world.serverUp()
  await wang.sync()
  await world.office('sync_now')
  await wang.sync()
  for (const device of [wang, { call: world.office }]) {
    const merged = await file(device, drop)
    assert.equal(merged.household.id, keep, 'it is led to the file that stays')
    assert.equal(merged.visits[0].note, '孙女来住几天')
    assert.deepEqual(merged.late.map((l) => l.text).sort(), ['罗婶', '门铃坏了，打电话'].sort())
    assert.equal(merged.household.note, '另一本台账来的')
    assert.equal(merged.household.is_rented, true)
    assert.equal(merged.persons.filter((p) => p.name === names.head).length, 1)
  }
})

test('the file says what went in, what came late waits beside it, and a person takes it', async () => {
  await page.goto(`${world.url}#/o/ledger/h/${keep}`)
  await at('merged').first().getByText('并入过').waitFor()
  const late = at('merged').first().getByText('门铃坏了，打电话')
  await late.waitFor()
  await looksAccessible(page, 'a merged household')
  await late.click()
  await at('left-detail').waitFor()
  await page.getByText('不知道', { exact: false }).first().waitFor()
  await at('left-take').click()
  await soon(async () => assert.equal((await file({ call: world.office }, keep)).household.note, '门铃坏了，打电话'))
})

test('taken apart again both files are what they were, each with what came to it', async () => {
  await page.goto(`${world.url}#/o/ledger/h/${keep}`)
  await at('unmerge').first().click()
  await soon(async () => assert.equal((await file({ call: world.office }, drop)).household.id, drop))
  await world.office('sync_now')
  await wang.sync()
  for (const device of [wang, { call: world.office }]) {
    const [one, other] = [await file(device, keep), await file(device, drop)]
    assert.equal(other.visits[0].note, '孙女来住几天')
    assert.equal(one.visits.filter((v) => v.note === '孙女来住几天').length, 0)
    assert.equal(other.household.note, '门铃坏了，打电话')
    assert.notEqual(one.household.note, '门铃坏了，打电话')
    assert.equal(other.persons[0].nickname, '罗婶')
    assert.equal(one.persons.find((p) => p.name === names.head).phone, '13700002260')
    assert.equal(other.persons[0].phone, '13700002206')
    assert.deepEqual(one.conflicts, [])
  }
  assert.deepEqual(chrome.errors, [])
})
