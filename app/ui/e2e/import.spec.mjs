// Files that come in, in the page on the real engine: columns matched by hand, a row decided, a ledger of places, and a whole import taken back while somebody visited.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browser, GRID, looksAccessible, officeWorld, soon } from './office.world.mjs'

let world, chrome, page, worker
const at = (id) => page.locator(`[data-testid="${id}"]`)
const file = (name, text) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })

before(async () => {
  world = await officeWorld()
  worker = await world.device('worker', 'worker', GRID, '安然')
  chrome = await browser()
  page = await chrome.page()
})
after(async () => {
  await chrome?.close()
  await world?.stop()
})

test('a file of strange words is matched by hand, one row is left out, the rest comes in', async () => {
  await page.goto(`${world.url}#/o/ledger/import`)
  await at('import-grid').waitFor()
  await at('file').setInputFiles(file('物业.csv', '几号楼呀,第几单元,哪个门,叫什么,打哪里,爱好\n1,1,101,钱文,13900000901,下棋\n1,1,102,冯斌,13900000902,钓鱼\n1,1,201,褚芳,13900000903,\n'))
  await at('column-map').waitFor()
  for (const [column, field] of [['几号楼呀', 'building'], ['第几单元', 'unit'], ['哪个门', 'door'], ['叫什么', 'name'], ['打哪里', 'phone']]) {
    await at(`map-${column}`).selectOption(field)
    await soon(async () => assert.equal(await at(`map-${column}`).inputValue(), field))
  }
  await soon(async () => assert.equal(await at('map-done').isEnabled(), true))
  await looksAccessible(page, 'import, columns')
  await at('map-done').click()
  await at('import-write').waitFor()
  await soon(async () => assert.equal(await at('import-households').innerText(), '3'))
  await page.locator('[data-testid="import-rows"] [role="row"]').filter({ hasText: '褚芳' }).first().click()
  await at('decide-leave').click()
  await soon(async () => assert.match(await at('verdict-left').innerText(), /1$/))
  await at('import-write').click()
  await soon(async () => assert.equal((await world.office('list_households', { limit: 10 })).total, 2))
  await soon(async () => assert.equal((await world.office('list_templates')).items[0]?.import, true, 'the mapping is remembered'))
})

test('a ledger of places comes in row by row, what cannot be taken says why', async () => {
  await page.goto(`${world.url}#/o/ledger`)
  await at('ledger-total').waitFor()
  await page.goto(`${world.url}#/o/ledger/import`)
  await at('kind-place').click()
  await at('file').setInputFiles(file('商户.csv', '店名,类别,位置,负责人,联系电话\n<b>李记</b>,餐饮,1号楼底商,李建国,13900000111\n,餐饮,,,\n便民药店,没有的类,1号楼,,\n'))
  await at('ledger-write').waitFor()
  await soon(async () => assert.match(await at('ledger-bad').innerText(), /1$/))
  await looksAccessible(page, 'import, places')
  await at('ledger-write').click()
  await at('ledger-done').waitFor()
  const places = (await world.office('list_places')).items.map((p) => p.name).sort()
  assert.deepEqual(places, ['<b>李记</b>', '便民药店'])
})

test('an import is taken back but for the door that was visited, and brought back', async () => {
  await world.office('sync_now')
  await worker.sync()
  const home = (await worker.call('list_households', { limit: 10 })).items.find((h) => h.plate === '1-1-101')
  await worker.call('add_visit', { household: home.id, outcome: 'met' })
  await worker.sync()
  await world.office('sync_now')
  await page.goto(`${world.url}#/o/ledger/imports`)
  await at('import-row').filter({ hasText: '物业.csv' }).click()
  await soon(async () => assert.match(await at('undo-kept').innerText(), /1-1-101[\s\S]*走访过/))
  await looksAccessible(page, 'imports')
  await at('undo-import').click()
  await soon(async () => assert.equal((await world.office('list_households', { limit: 10 })).total, 1))
  await at('undo-back').click()
  await soon(async () => assert.equal((await world.office('list_households', { limit: 10 })).total, 2))
})

test('cells that a second file filled are emptied again, and the page says before what goes', async () => {
  await world.office('import_roster', { data: Buffer.from('楼号,单元,房号,姓名,与户主关系,工作单位,曾用名\n1,1,102,冯斌,户主,机床厂,小冯\n8,1,101,卫芳,户主,,\n').toString('base64'), name: '单位.csv', grid: (await world.office('list_units')).items.find((u) => u.kind.code === 'grid').id })
  await at('import-row').filter({ hasText: '单位.csv' }).click()
  await soon(async () => assert.match(await at('undo-goes').innerText(), /2 条[\s\S]*3 格[\s\S]*1 栋楼/))
  await looksAccessible(page, 'imports, cells')
  if (process.env.GRIDWALK_SHOTS) await page.screenshot({ path: `${process.env.GRIDWALK_SHOTS}/imports.png` })
  await at('undo-import').click()
  await soon(async () => assert.equal((await world.office('list_imports')).items.find((i) => i.file === '单位.csv').undone_at !== null, true))
  const home = (await world.office('list_households', { limit: 10 })).items.find((h) => h.plate === '1-1-102')
  assert.equal((await world.office('get_household', { id: home.id })).persons[0].employer, null)
  assert.deepEqual(chrome.errors, [])
})
