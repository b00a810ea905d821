// Three blank tables as three departments lay them out, filled through the page on the real engine, and every cell of the result looked at: with openpyxl, and
// with LibreOffice, which computes the formulas. Then the mapping is remembered and the request noted.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, before, test } from 'node:test'
import { browser, GRID, looksAccessible, officeWorld, ROOT, soon } from './office.world.mjs'

const ROSTER = '楼号,单元,房号,姓名,与户主关系,性别,出生日期,身份证号,联系电话,标签,备注\n'
  + [1, 2, 3, 4, 5].map((n) => `1,1,${n}01,=${n}户主,户主,男,195${n}-03-02,,1390000010${n},低保,\n1,1,${n}01,家人${n},配偶,女,195${n}-05-06,,1380000010${n},,\n`).join('')

let world, chrome, page, folder
const at = (id) => page.locator(`[data-testid="${id}"]`)
const python = (script, ...args) => execFileSync('/usr/bin/python3', [join(ROOT, 'tests/tables', script), ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
/** What LibreOffice makes of a file: computed, and written in another format. */
function soffice(file, format, to) {
  mkdirSync(to, { recursive: true })
  execFileSync('soffice', ['--headless', `-env:UserInstallation=file://${folder}/profile`, '--convert-to', format, '--outdir', to, file], { stdio: 'ignore' })
}
/** The first sheet as LibreOffice computes it, as rows of texts. */
function computed(file) {
  soffice(file, 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false', folder)
  return readFileSync(file.replace(/\.xlsx$/, '.csv'), 'utf8').split(/\r?\n/).map((line) => line.split(','))
}
/** Every cell of the filled table against what is wanted, and against what LibreOffice reads of it; openpyxl says what is wrong. */
function check(blank, filled, wanted) {
  const list = join(folder, 'wanted.json')
  writeFileSync(list, JSON.stringify(wanted))
  soffice(filled, 'xlsx', join(folder, 'saved'))
  for (const ask of [['check.py', blank, filled, list], ['office.py', filled, join(folder, 'saved', basename(filled))]]) {
    try {
      python(...ask)
    } catch (e) {
      assert.fail(`${ask[0]} ${blank}\n${e.stdout}`)
    }
  }
}
async function open(name) {
  await page.goto(`${world.url}#/o/ledger/templates`)
  await at('truth-line').waitFor()
  await page.goto(`${world.url}#/o/ledger/fill`)
  await at('file').waitFor({ state: 'attached' })
  await at('file').setInputFiles(join(folder, name))
  await at('fill-preview').waitFor()
}
async function save(name) {
  await soon(async () => assert.equal(await at('fill-save').isEnabled(), true))
  const [saved] = await Promise.all([page.waitForEvent('download'), at('fill-save').click()])
  const path = join(folder, name)
  await saved.saveAs(path)
  return path
}
/** Waits until what the sheet shows is the answer to the last choice. */
const shows = (words) => soon(async () => assert.match(await at('fill-preview').innerText(), words))

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gridwalk-tables-'))
  python('make.py', folder)
  world = await officeWorld()
  await world.office('import_roster', { data: Buffer.from(ROSTER).toString('base64'), name: '名册.csv', grid: GRID })
  await world.office('add_case', { matter: '01002', title: '飞线充电', place: '1号楼门口', description: '三辆', workflow: 'hazard' })
  await world.office('add_case', { matter: '01002', title: '=楼道堆物', place: '1号楼二层', on_the_spot: '已清理', workflow: 'hazard' })
  chrome = await browser()
  page = await chrome.page()
})
after(async () => {
  await chrome?.close()
  await world?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const people = (sex) => world.office('list_households', { limit: 100 }).then(async ({ items }) => {
  const found = []
  for (const home of items) for (const p of (await world.office('get_household', { id: home.id })).persons) if (p.sex?.code === sex) found.push({ ...p, plate: home.plate })
  return found
})

test('a table of households: two header rows, sums, formulas, titles and remarks stay; a column chosen by hand is remembered', async () => {
  await open('困难群众.xlsx')
  await soon(async () => assert.match(await at('fill-rows').innerText(), /5 户/))
  assert.match(await at('unknown').innerText(), /1/)
  await looksAccessible(page, 'fill, households')
  await at('map-开户银行').selectOption('plate')
  await shows(/1-1-101/)
  const path = await save('filled-need.xlsx')
  const rows = [1, 2, 3, 4, 5].map((n, i) => ({ A: String(n), B: `=${n}户主`, C: '2', D: `1390000010${n}`, G: `=C${5 + i}*10`, H: `1-1-${n}01` }))
  const wanted = { 困难群众: { first: 5, had: 3, rows, formulas: { C10: '=SUM(C5:C9)', G10: '=SUM(G5:G9)', G11: '=COUNTA(10:10)', H11: '=COUNTA(B:B)' }, unfilled: [], charted: ["'困难群众'!$C$5:$C$9", "'困难群众'!$B$5:$B$9"], merged: ['A1:H1', 'D3:E3', 'A11:D11', 'B3:B4'] } }
  check(join(folder, '困难群众.xlsx'), path, wanted)
  const cells = computed(path)
  assert.equal(cells[9][2], '10', 'LibreOffice sums the people')
  assert.equal(Number(cells[9][6].replaceAll('"', '')), 100)
  assert.equal(cells[4][1], '=1户主', 'a name that looks like a formula is a text')
  await soon(async () => assert.equal((await world.office('list_templates')).items.length, 1))
  const log = await world.office('query_ledger', { kind: 'export', view: { columns: ['what', 'count', 'masked'] } })
  assert.equal(log.rows.length, 1)
  assert.match(log.rows[0].cells[0], /^套表 .*困难群众/)
  assert.deepEqual(log.rows[0].cells.slice(1), [5, true])
  await page.goto(`${world.url}#/o/ledger/templates`)
  await at('template-row').first().click()
  await at('template-remove').click()
  await soon(async () => assert.equal((await world.office('list_templates')).items.length, 0))
  await page.getByRole('button', { name: '撤销' }).click()
  await soon(async () => assert.equal((await world.office('list_templates')).items.length, 1))
  await open('困难群众.xlsx')
  await shows(/1-1-101/)
})

test('the request is noted with its minutes, and an equal one is told while it is written', async () => {
  await save('again.xlsx')
  await at('request-asker').fill('民政办')
  await at('request-minutes').fill('40')
  await at('request-save').click()
  await at('request-row').first().waitFor()
  await at('request-new').click()
  await at('request-title').fill('2027年困难群众家庭登记表')
  await at('request-asker').fill('民政办')
  await at('request-alike').waitFor()
  await looksAccessible(page, 'requests')
  await soon(async () => assert.match(await at('request-month').first().innerText(), /40/))
})

test('a workbook of two sheets and a summary: each filled by its own filter of the whole, validations and formulas of rows go along', async () => {
  await open('名册.xlsx')
  await at('sheet-女性名册').click()
  await soon(async () => assert.match(await at('fill-rows').innerText(), /10 人/))
  const path = await save('filled-people.xlsx')
  const all = [...(await people('1')), ...(await people('2'))].sort((a, b) => a.plate.localeCompare(b.plate))
  assert.equal(all.length, 10)
  const wanted = {}
  for (const sheet of ['男性名册', '女性名册']) {
    const rows = Array.from({ length: 10 }, (_, i) => ({ A: String(i + 1), E: `=IF(D${3 + i}="","",YEAR(TODAY())-YEAR(D${3 + i}))` }))
    wanted[sheet] = { first: 3, had: 1, rows, formulas: { B13: '=COUNTA(B3:B12)' }, validated: ['C3', 'C12'], merged: ['A1:F1'] }
  }
  wanted['汇总'] = { first: 0, had: 0, rows: [], formulas: { B1: '=男性名册!B13+女性名册!B13' } }
  check(join(folder, '名册.xlsx'), path, wanted)
  const preview = await at('fill-preview').innerText()
  for (const p of all) assert.match(preview, new RegExp(p.name))
  assert.match(preview, /195\d-0[35]-0[26]/)
  const cells = computed(path)
  assert.match(cells[2][4], /^7\d$/, 'LibreOffice computes the age from the day')
})

test('a table of cases: a row each with state and days; what we do not have stays empty and marked', async () => {
  await open('隐患台账.xlsx')
  await soon(async () => assert.match(await at('fill-rows').innerText(), /2 件/))
  const path = await save('filled-cases.xlsx')
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
  const rows = [
    { A: '1', B: '飞线充电', C: '1号楼门口', D: today, G: '否', I: '' },
    { A: '2', B: '=楼道堆物', C: '1号楼二层', D: today, F: '已清理', G: '是', I: '' },
  ]
  check(join(folder, '隐患台账.xlsx'), path, { 隐患台账: { first: 3, had: 1, rows, merged: ['A1:I1'] } })
  await at('fill-state').selectOption('closed')
  await soon(async () => assert.match(await at('fill-rows').innerText(), /1 件/))
  assert.match(await at('unknown').innerText(), /1/)
  assert.deepEqual(chrome.errors, [])
})
