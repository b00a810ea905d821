// The office's path in real Chromium: an empty ledger, two rosters, what differs decided by keyboard, a fork with two names, an edit in place, a blank
// table filled, a case given out and closed, a device confirmed by six digits. The server, the other devices and the engine are the real ones.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { join } from 'node:path'
import { browser, DATA, Device, GRID, looksAccessible, officeWorld, soon } from './office.world.mjs'

let world
let chrome
let page
let wang
let li

before(async () => {
  world = await officeWorld()
  chrome = await browser()
  page = await chrome.page()
})
after(async () => {
  await chrome?.close()
  await world?.stop()
})

const go = async (hash) => {
  await page.goto(`${world.url}#${hash}`)
  await page.locator('[data-testid="truth-line"]').waitFor()
}
const text = (testid) => page.locator(`[data-testid="${testid}"]`).first().innerText()
const rows = () => page.locator('[data-testid="inbox-row"]')

test('an empty ledger teaches how to fill it', async () => {
  await go('/o/ledger')
  await page.getByText('台账还是空的').waitFor()
  await page.getByRole('link', { name: '导入第一份花名册' }).click()
  await page.getByText('把花名册拖到这里').waitFor()
  await looksAccessible(page, 'import, empty')
})

test('a roster is tried first, with every doubtful cell as it stands, and written only then', async () => {
  await page.locator('[data-testid="import-grid"]').selectOption({ label: '第一网格' })
  await page.locator('[data-testid="file"]').setInputFiles(join(DATA, '一网格居民台账.xlsx'))
  await page.locator('[data-testid="import-write"]').waitFor()
  assert.equal(await text('import-households'), '459')
  assert.equal(await text('import-persons'), '1,223')
  assert.match(await text('verdict-kept'), /5$/)
  assert.equal((await world.office('list_households', { limit: 1 })).total, 0)
  await page.locator('[data-testid="verdict-kept"]').click()
  await page.locator('[data-testid="import-rows"]').focus()
  await page.keyboard.press('ArrowDown')
  assert.match(await page.locator('[aria-selected="true"]').first().innerText(), /身份证|\d/)
  await looksAccessible(page, 'import, preview')
  await page.locator('[data-testid="import-write"]').click()
  await page.getByText('459 户 1,223 人都在台账里了').waitFor()
  assert.equal((await world.office('list_households', { limit: 1 })).total, 459)
})

test('the ledger shows them, finds by words, sorts, and moves by keyboard', async () => {
  await page.locator('[data-testid="see-ledger"]').click()
  await soon(async () => assert.match(await text('ledger-total'), /459/))
  await page.locator('[data-testid="ledger"]').focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.locator('[data-testid="household-file"] h4').first().waitFor()
  assert.match(page.url(), /\/o\/ledger\/h\//)
  await looksAccessible(page, 'ledger with a file')
  await page.keyboard.press('Escape')
  await page.locator('[data-testid="ledger-words"]').fill('3-1-1')
  await soon(async () => {
    const plates = await page.locator('[data-testid="ledger-row"] .gw-plate-no').allInnerTexts()
    assert.ok(plates.length > 0 && plates.every((p) => p.includes('3-1-1')), plates.join())
  })
  await go('/o/ledger')
  await page.getByRole('button', { name: '最年长' }).click()
  await soon(async () => {
    const ages = (await page.locator('[data-testid="ledger-row"] [data-col="oldest"]').allInnerTexts()).slice(0, 5).map(Number)
    assert.deepEqual(ages, [...ages].sort((a, b) => b - a))
    assert.ok(ages[0] > 80)
  })
})

test('a roster that repeats doors waits in the inbox, and one key decides', async () => {
  await go('/o/ledger/import')
  await page.locator('[data-testid="import-grid"]').selectOption({ label: '第二网格' })
  await page.locator('[data-testid="file"]').setInputFiles(join(DATA, '二网格居民台账.xlsx'))
  await page.locator('[data-testid="import-write"]').click()
  await page.getByText('都在台账里了').waitFor({ timeout: 60_000 })
  await go('/o/inbox')
  await rows().first().waitFor()
  const held = await world.office('list_held', { limit: 500 })
  // Only the rows in view exist; how many there are is said above them.
  const left = async () => Number(/还有 (\d+) 件/.exec(await text('inbox-left'))[1])
  await soon(async () => assert.equal(await left(), held.items.length))
  assert.match(await text('inbox-left'), /还有 \d+ 件/)
  await looksAccessible(page, 'inbox, held cell')
  await page.locator('[data-testid="inbox-row"]', { hasText: '与已有的值不同' }).first().click()
  const id = decodeURIComponent(page.url()).split('/o/inbox/h-')[1]
  const cell = held.items.find((h) => h.id === id)
  assert.equal(cell.reason.code, 'differs')
  await page.keyboard.press('2')
  await soon(async () => assert.equal((await world.office('list_held', { limit: 500 })).items.length, held.items.length - 1))
  const file = await world.office('get_household', { id: cell.household })
  assert.ok(file.persons.some((p) => p.id === cell.record && [p.phone, p.phone2].includes(cell.cell)), 'the cell was taken')
  await page.getByText(/已定为/).waitFor()
  await soon(async () => assert.equal(await left(), held.items.length - 1))
  assert.equal(await page.locator('[role="option"][aria-selected="true"]').count(), 1)
})

test('two phones that wrote apart are a fork with both names; a key settles it and everyone agrees', async () => {
  await world.office('sync_now')
  wang = await world.device('wang', 'worker', GRID, '王秀梅')
  li = await world.device('li', 'worker', GRID, '李倩')
  await wang.sync()
  await li.sync()
  const home = (await wang.call('list_households', { limit: 1 })).items[0]
  const person = (await wang.call('get_household', { id: home.id })).persons[0]
  await wang.call('edit_person', { id: person.id, edit: { phone: '13900004127' } })
  await li.call('edit_person', { id: person.id, edit: { phone: '13900004172' } })
  await wang.sync()
  await li.sync()
  const before = await page.locator('[role="option"][aria-selected="true"]').getAttribute('id')
  await page.locator('[data-testid="sync-now"]').click()
  await page.locator('[data-testid="inbox-row"]', { hasText: '王秀梅' }).first().waitFor()
  assert.equal(await page.locator('[role="option"][aria-selected="true"]').getAttribute('id'), before, 'the selection survives a sync')
  await page.locator('[data-testid="inbox-row"]', { hasText: '王秀梅' }).first().click()
  const fork = page.locator('article', { hasText: '有 2 个值' })
  await fork.waitFor()
  for (const name of ['王秀梅', '李倩']) assert.match(await fork.innerText(), new RegExp(name))
  assert.deepEqual((await fork.locator('.value u').allInnerTexts()).sort(), ['27', '72'])
  await looksAccessible(page, 'inbox, fork')
  const conflict = (await world.office('list_conflicts')).items.find((c) => c.record === person.id)
  const second = conflict.values[1].value
  await page.keyboard.press('2')
  await soon(async () => assert.equal((await world.office('list_conflicts')).items.filter((c) => c.record === person.id).length, 0))
  await world.office('sync_now')
  await wang.sync()
  await li.sync()
  for (const device of [wang, li]) assert.equal((await device.call('get_household', { id: home.id })).persons[0].phone, second)
  // A change of mind takes the decision back: both values stand again, and another one is taken.
  await page.keyboard.press('z')
  await page.locator('article', { hasText: '有 2 个值' }).waitFor()
  await soon(async () => assert.equal(await page.locator('[data-testid="inbox-row"][aria-selected="true"]').filter({ hasText: '电话' }).count(), 1))
  await page.getByRole('button', { name: new RegExp(conflict.values[0].text.slice(-4)) }).first().click()
  await soon(async () => assert.equal((await world.office('get_household', { id: home.id })).persons[0].phone, conflict.values[0].value))
})

test('a fact is edited where it stands, and an ID number is shown for a reason', async () => {
  const home = (await world.office('list_households', { limit: 20 })).items[12]
  await go(`/o/ledger/h/${home.id}`)
  const file = page.locator('[data-testid="household-file"]')
  await file.locator('[data-testid="edit-phone"]').first().click()
  await file.locator('[data-testid="edit-value"]').fill('13900005555')
  await page.keyboard.press('Enter')
  await file.getByText('139 0000 5555').waitFor()
  assert.equal((await world.office('get_household', { id: home.id })).persons[0].phone, '13900005555')
  await file.locator('[data-testid="reveal"]').first().click()
  await file.locator('[data-testid="reveal-reason"]').fill('核对导入的号码')
  await file.locator('[data-testid="reveal-show"]').click()
  await soon(async () => assert.match(await file.locator('[data-testid="id-number"]').first().innerText(), /^\d{17}[\dX]$/))
})

test("a department's blank table is filled, its gaps are asked for, and it is saved as a workbook", async () => {
  await go('/o/ledger/fill')
  await page.getByText('把部门的空表拖到这里').waitFor()
  await page.locator('[data-testid="file"]').setInputFiles(join(DATA, '民政_高龄津贴摸底表.xlsx'))
  await page.locator('[data-testid="fill-preview"] tbody tr').first().waitFor()
  assert.match(await page.locator('[data-testid="fill-preview"]').innerText(), /\*{4,}/)
  await looksAccessible(page, 'fill')
  await page.locator('[data-testid="ask-next"]').click()
  await page.getByText('下次走访会问').waitFor()
  const [saved] = await Promise.all([page.waitForEvent('download'), page.locator('[data-testid="fill-save"]').click()])
  assert.match(saved.suggestedFilename(), /\.xlsx$/)
  assert.equal(readFileSync(await saved.path()).subarray(0, 2).toString(), 'PK')
})

test('a matter comes in, is given out by keyboard and closed; what people wrote is text', async () => {
  const home = (await wang.call('list_households', { limit: 3 })).items[2]
  const title = '停水一天了<img src=x onerror=alert(1)>'
  const { id } = await wang.call('add_case', { matter: '04010', title, household: home.id })
  await wang.sync()
  await world.office('sync_now')
  await go(`/o/dispatch/${id}`)
  await page.getByRole('heading', { name: title }).waitFor()
  assert.equal(await page.locator('article img').count(), 0)
  await page.getByRole('radio').first().waitFor()
  await looksAccessible(page, 'dispatch')
  await page.keyboard.press('2')
  assert.equal(await page.getByRole('radio').nth(1).getAttribute('aria-checked'), 'true')
  await page.locator('[data-testid="give"]').click()
  await soon(async () => assert.equal((await world.office('get_case', { id })).case.state.code, 'dispatched'))
  await page.locator('[data-testid="step-close"]').first().click()
  await page.locator('[data-testid="step-note"]').fill('已恢复供水')
  await page.locator('[data-testid="step-send"]').click()
  await soon(async () => assert.equal((await world.office('get_case', { id })).case.is_closed, true))
})

test('a device is invited here and confirmed by its six digits', async () => {
  await go('/o/people')
  await page.locator('[data-testid="invite-name"]').fill('安然')
  await page.locator('[data-testid="invite"]').click()
  await page.getByRole('img', { name: /安然/ }).waitFor()
  const invite = await page.locator('[data-testid="invite-text"]').inputValue()
  const who = await new Device(world, 'an').enrol(invite)
  assert.equal(who.confirmed, false)
  await page.locator('[data-testid="sync-now"]').click()
  await soon(async () => assert.equal((await page.locator('.digits').innerText()).replace(/\D/g, ''), who.digits.replace(/\D/g, '')))
  await looksAccessible(page, 'people, with a device to confirm')
  await page.locator('[data-testid="confirm-device"]').click()
  await soon(async () => assert.equal((await world.office('list_devices')).items.find((d) => d.name === '安然').state, 'active'))
})

test('a device is ended by reason, gives what it has, and says what happened', async () => {
  const gone = await world.device('gone', 'worker', GRID, '卫东')
  await gone.sync()
  await gone.call('add_case', { matter: (await gone.call('list_matters', {})).items.find((m) => m.class === 'open').code, title: '停用之前写的', place: '门口' })
  await world.office('sync_now')
  await go('/o/people')
  await page.getByTestId('person-row').filter({ hasText: '卫东' }).getByTestId('device').click()
  await page.getByTestId('revoke').click()
  await page.getByTestId('reason-replaced').check()
  await page.getByTestId('follows').waitFor()
  await looksAccessible(page, 'the end of a device')
  await page.getByTestId('revoke-now').click()
  await soon(async () => assert.equal((await world.office('list_devices')).items.find((d) => d.name === '卫东').state, 'revoked'))
  await assert.rejects(gone.sync(), /revoked/)
  assert.equal((await gone.call('whoami')).wiped.reason.code, 'replaced')
  await world.office('sync_now')
  await page.getByTestId('wiped-at').waitFor()
  assert.ok((await world.office('list_cases')).items.some((c) => c.title === '停用之前写的'))
})

test('search is one key away on every page', async () => {
  const home = (await world.office('list_households', { limit: 1 })).items[0]
  await go('/o/people')
  await page.keyboard.press('/')
  await page.keyboard.type(home.head_name)
  await page.getByRole('option').first().waitFor()
  await page.keyboard.press('Enter')
  await page.locator('[data-testid="household-file"]').waitFor()
})

test('every page is accessible in the dark, and at 1280', async () => {
  const dark = await chrome.page({ colorScheme: 'dark', viewport: { width: 1280, height: 800 } })
  for (const hash of ['/o/inbox', '/o/overdue', '/o/dispatch', '/o/dispatch/new', '/o/ledger', '/o/ledger/import', '/o/ledger/fill', '/o/dispatch/orders', '/o/settings/matters/01001', '/o/settings/calendar/2027', '/o/people']) {
    await dark.goto(`${world.url}#${hash}`)
    await dark.locator('[data-testid="truth-line"]').waitFor()
    await dark.locator('h1').waitFor()
    assert.equal(await dark.evaluate(() => document.documentElement.dataset.theme), 'dark')
    assert.ok(await dark.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${hash} fits 1280`)
    await looksAccessible(dark, `${hash}, dark`)
  }
})

test('nothing broke in any page, and nothing was fetched from outside', () => {
  assert.deepEqual(chrome.errors, [])
})
