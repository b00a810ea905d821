// Ledgers in real Chromium against the real engine: every kind opens, a view is filtered, grouped, kept; a cell is edited and taken back, many at once;
// what is copied and exported computes nothing; a large ledger scrolls without a row that is not there; hostile texts make no element and no dialog.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { join } from 'node:path'
import { browser, GRID, looksAccessible, officeWorld, ROOT, soon } from './office.world.mjs'

const DOORS = 3_000
const CORPUS = JSON.parse(readFileSync(join(ROOT, 'tests/corpus/texts.json'), 'utf8'))

let world
let chrome
let page

/** A grid of many doors, one person each. */
function roster(doors) {
  const lines = ['楼号,单元,房号,姓名,与户主关系,性别,联系电话']
  const names = ['钱文', '冯斌', '褚芳', '卫娜', '蒋军', '沈洁', '韩勇', '杨艳', '朱超', '秦霞']
  for (let n = 0; n < doors; n += 1) {
    const place = n % 48
    lines.push(`${Math.floor(n / 48) + 1},${Math.floor(place / 16) + 1},${Math.floor((place % 16) / 2) + 1}0${(place % 2) + 1},${names[n % 10]}${names[(n * 7) % 10][0]},户主,${n % 2 ? '男' : '女'},139${String(n).padStart(8, '0')}`)
  }
  return `${lines.join('\n')}\n`
}

before(async () => {
  world = await officeWorld()
  await world.office('import_roster', { data: Buffer.from(roster(DOORS)).toString('base64'), name: 'many.csv', grid: GRID })
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
const at = (id) => page.locator(`[data-testid="${id}"]`)
const rows = () => at('ledger-row')
const cells = (key) => page.locator(`[data-testid="ledger-row"] [data-col="${key}"]`).allInnerTexts()

test('three thousand doors scroll to their end and back, and no frame shows a row that is not there', async () => {
  const here = new Set()
  page.on('requestfinished', (request) => {
    if (!request.url().endsWith('/api/query_ledger')) return
    const { offset, limit } = request.postDataJSON()
    for (let row = offset; row < offset + limit; row += 1) here.add(row)
  })
  await go('/o/ledger')
  await rows().first().waitFor()
  await soon(async () => assert.match(await at('ledger-total').innerText(), /3,000/))
  // all of it is fetched in the background without anybody scrolling; from then on every frame is whole
  await soon(() => assert.ok(here.size >= 3_000, `${here.size} rows are here`))
  await soon(async () => {
    await page.evaluate(() => { const box = document.querySelector('[data-testid="ledger"]'); box.scrollTop = box.scrollHeight })
    assert.equal(await at('ledger-gap').count(), 0)
    assert.ok((await cells('plate')).some((p) => p.includes('63-2-')), 'the last building is there')
  })
  const seen = await page.evaluate(async () => {
    const box = document.querySelector('[data-testid="ledger"]')
    let blank = 0
    let frames = 0
    // a browser without a window may stop drawing altogether: then the page is looked at as it is
    const frame = () => new Promise((done) => { const late = setTimeout(done, 500); requestAnimationFrame(() => { clearTimeout(late); done() }) })
    for (let top = box.scrollHeight; top > 0; top -= 700) {
      box.scrollTop = Math.max(0, top)
      await frame()
      await frame()
      frames += 1
      const { top: from, bottom: to } = box.getBoundingClientRect()
      const here = [...box.querySelectorAll('[data-testid="ledger-row"]')].map((row) => row.getBoundingClientRect()).filter((r) => r.bottom > from + 40 && r.top < to)
      const covered = here.reduce((sum, r) => sum + Math.min(r.bottom, to) - Math.max(r.top, from), 0)
      if (box.querySelector('[data-testid="ledger-gap"]') || covered < to - from - 80) blank += 1
    }
    return { blank, frames }
  })
  assert.ok(seen.frames > 100)
  assert.equal(seen.blank, 0, `${seen.blank} of ${seen.frames} frames had a gap`)
})

test('a ledger is filtered, grouped and sorted; the view is in the address and is kept under a name', async () => {
  await go('/o/ledger/k/person')
  await rows().first().waitFor()
  await at('filter-add').click()
  await at('filter-column').selectOption('sex')
  await at('filter-value').selectOption('2')
  await at('filter-put').click()
  await soon(async () => assert.match(await at('ledger-total').innerText(), /1,500/))
  await page.getByRole('button', { name: '姓名', exact: true }).click()
  await soon(async () => {
    const names = (await cells('name')).slice(0, 20)
    assert.deepEqual(names, names.toSorted(new Intl.Collator('zh-CN-u-co-pinyin').compare))
  })
  await at('ledger-group').selectOption('building')
  await soon(async () => assert.ok((await at('group').count()) > 50))
  assert.match(page.url(), /v=/)
  await at('view-save').click()
  await at('view-name').fill('女，按楼')
  await at('view-keep').click()
  await soon(async () => assert.equal(await at('view').count(), 1))
  const address = page.url()
  await go('/o/ledger/k/person')
  await soon(async () => assert.match(await at('ledger-total').innerText(), /^3,000/))
  await at('view').click()
  await soon(async () => assert.match(await at('ledger-total').innerText(), /1,500/))
  await page.goto(address)
  await soon(async () => assert.match(await at('ledger-total').innerText(), /1,500/))
  await looksAccessible(page, 'ledger of people, grouped')
  assert.equal((await world.office('list_views')).items[0].name, '女，按楼')
})

test('a cell is edited by keyboard and taken back; many are set at once', async () => {
  await go('/o/ledger')
  await rows().first().waitFor()
  const first = (await world.office('query_ledger', { kind: 'household', limit: 5, view: { columns: ['plate', 'tier'] } })).rows
  const tier = async (i) => (await world.office('query_ledger', { kind: 'household', limit: 5, view: { columns: ['tier'] } })).rows[i].cells[0]?.code ?? null
  await at('ledger').focus()
  for (let i = 0; i < 4; i += 1) await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await soon(async () => assert.equal(await at('cell-edit').isEnabled(), true))
  await at('cell-edit').selectOption('red')
  await page.keyboard.press('Enter')
  await soon(async () => assert.equal(await tier(0), 'red'))
  await page.getByRole('button', { name: '撤销' }).click()
  await soon(async () => assert.equal(await tier(0), null))
  await at('ledger').focus()
  for (let i = 0; i < 3; i += 1) await page.keyboard.press('Shift+ArrowDown')
  await at('pick-set').click()
  await at('set-value').selectOption('yellow')
  await at('set-look').click()
  await soon(async () => assert.match(await at('set-preview').innerText(), /会改 4 行/))
  await at('set-go').click()
  await soon(async () => assert.deepEqual([await tier(0), await tier(3), await tier(4)], ['yellow', 'yellow', null]))
  assert.equal(first.length, 5)
})

test('hostile texts are text on the screen, on the clipboard and in every file', async () => {
  const building = (await world.office('list_units')).items.find((u) => u.number === '1').id
  const texts = [...CORPUS.formulas, ...CORPUS.markup, ...CORPUS.bidi]
  for (const text of texts) await world.office('add_place', { name: text, building, edit: { note: text } })
  await world.office('put_view', { kind: 'place', name: '<img src=x onerror=alert(1)>', view: {} })
  const dialogs = []
  page.on('dialog', (d) => { dialogs.push(d.message()); void d.dismiss() })
  await go('/o/ledger/k/place')
  await rows().first().waitFor()
  await soon(async () => assert.match(await at('ledger-total').innerText(), new RegExp(`^${texts.length} `)))
  const made = await page.evaluate(() => document.querySelectorAll('main img, main script, main svg[onload], main a[href^="javascript"], [onerror]').length)
  assert.equal(made, 0, 'no element is made of a text')
  const shown = new Set()
  await soon(async () => {
    for (const name of await cells('name')) shown.add(name.trim())
    await page.evaluate(() => { document.querySelector('[data-testid="ledger"]').scrollTop += 400 })
    for (const text of CORPUS.markup) assert.ok(shown.has(text.trim()), text)
  })
  await page.evaluate(() => { document.querySelector('[data-testid="ledger"]').scrollTop = 0 })
  await at('ledger').focus()
  await page.keyboard.press('Control+a')
  const copied = await page.evaluate(() => {
    const data = new DataTransfer()
    document.querySelector('[data-testid="ledger"]').dispatchEvent(new ClipboardEvent('copy', { clipboardData: data, bubbles: true, cancelable: true }))
    return data.getData('text/plain')
  })
  assert.equal(copied.split('\r\n').length, texts.length)
  await soon(async () => assert.equal((await world.office('query_ledger', { kind: 'export', view: { columns: ['format', 'count', 'masked'] } })).rows[0]?.cells.join(), `copy,${texts.length},true`))
  for (const cell of copied.split(/[\t\r\n]+/)) assert.ok(!/^"?\s*[=+@＝＋－＠]/.test(cell), cell)
  await page.keyboard.press('Escape')
  const downloads = []
  page.on('download', (d) => downloads.push(d))
  for (const format of ['csv', 'xlsx', 'geojson']) {
    await at('go-export').click()
    await at('export-format').selectOption(format)
    await at('export-start').click()
    await soon(async () => assert.equal(downloads.filter((d) => d.suggestedFilename().endsWith(`.${format}`)).length, 1))
    const name = downloads.at(-1).suggestedFilename()
    assert.match(name, /^场所台账-\d{4}-\d\d-\d\d\.\w+$/)
    await at('export-done').waitFor()
    await page.keyboard.press('Escape')
  }
  const csv = readFileSync(await downloads[0].path(), 'utf8')
  assert.ok(csv.startsWith('\ufeff'))
  for (const line of csv.split('\r\n').slice(2)) assert.ok(!/^"?\s*[=+@＝＋－＠]/.test(line), line)
  await go('/o/ledger/k/export')
  await rows().first().waitFor()
  await soon(async () => assert.deepEqual((await cells('format')).toSorted(), ['copy', 'csv', 'geojson', 'xlsx']))
  assert.deepEqual(dialogs, [])
  assert.deepEqual(chrome.errors, [])
})

test('what is copied is masked on the clipboard; whole for a reason, and both are in the log', async () => {
  await go('/o/ledger/k/person')
  await rows().first().waitFor()
  await soon(async () => assert.match((await cells('phone'))[0], /^139 \d{4} \d{4}$/))
  await at('ledger').focus()
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+End')
  const copied = await page.evaluate(() => {
    const data = new DataTransfer()
    document.querySelector('[data-testid="ledger"]').dispatchEvent(new ClipboardEvent('copy', { clipboardData: data, bubbles: true, cancelable: true }))
    return data.getData('text/plain')
  })
  assert.match(copied, /139\*{4}\d{4}/)
  assert.doesNotMatch(copied, /139 ?\d{4} ?\d{4}/)
  const log = () => world.office('query_ledger', { kind: 'export', view: { columns: ['what', 'format', 'count', 'masked', 'reason'] } })
  await soon(async () => assert.deepEqual((await log()).rows[0].cells, ['居民台账', 'copy', 2, true, null]))
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByRole('button', { name: '更多' }).click()
  await page.getByRole('menuitem', { name: '不遮盖复制…' }).click()
  assert.equal(await at('copy-go').isDisabled(), true)
  await at('copy-reason').fill('部门核对')
  await looksAccessible(page, 'copy')
  await at('copy-go').click()
  await at('copy-go').waitFor({ state: 'detached' })
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /139 ?\d{4} ?\d{4}/)
  await soon(async () => assert.deepEqual((await log()).rows[0].cells, ['居民台账', 'copy', 2, false, '部门核对']))
})

test('an export can be stopped, asks for a reason where it is not masked, and is in the log', async () => {
  await go('/o/ledger/k/person')
  // two rows are still chosen, and an export would be of them alone
  await page.reload()
  await rows().first().waitFor()
  await at('go-export').click()
  await at('export-masked').uncheck()
  assert.equal(await at('export-start').isDisabled(), true)
  await at('export-reason').fill('部门核对')
  await looksAccessible(page, 'export')
  await at('export-start').click()
  await at('export-done').waitFor({ timeout: 60_000 })
  await page.keyboard.press('Escape')
  const log = await world.office('query_ledger', { kind: 'export', view: { columns: ['what', 'count', 'masked', 'reason'] } })
  assert.deepEqual(log.rows[0].cells, ['居民台账', DOORS, false, '部门核对'])
  const job = await world.office('export_ledger', { kind: 'person' })
  if (job.state === 'running') assert.equal((await world.office('cancel_job', { id: job.id })).state, 'cancelled')
  await soon(async () => assert.ok((await world.office('query_ledger', { kind: 'export' })).total >= 4))
})

test('the weekly sheet and the doors of a building stand on a page to print', async () => {
  await go('/o/ledger/week')
  await at('week-visits').waitFor()
  assert.match(await at('week-visits').innerText(), /第一网格/)
  await looksAccessible(page, 'weekly sheet')
  const building = (await world.office('list_units')).items.find((u) => u.number === '1').id
  await go(`/o/ledger/doors/${building}`)
  await at('door').first().waitFor()
  assert.equal(await at('door').count(), 48)
  await looksAccessible(page, 'door list')
  await at('door-care').click()
  await at('door-reason').fill('停电，逐户查看')
  await at('door-show').click()
  await soon(async () => assert.match(await at('doors').innerText(), /关爱标签/))
  assert.match(JSON.stringify(await world.office('get_log')), /停电，逐户查看/)
  await page.emulateMedia({ media: 'print' })
  await soon(async () => assert.equal(await page.locator('.rail').isVisible(), false))
  await page.emulateMedia({ media: 'screen' })
})

test('every kind opens, each row has an address, and a record opens beside the grid', async () => {
  const { items } = await world.office('list_ledgers')
  assert.ok(items.length >= 15)
  for (const { kind } of items) {
    await go(`/o/ledger/k/${kind.code}`)
    await soon(async () => assert.match(await at('ledger-total').innerText(), /行/))
  }
  await go('/o/ledger/k/person')
  await rows().first().waitFor()
  await at('ledger').focus()
  await page.keyboard.press('o')
  await at('record').locator('h2').waitFor()
  assert.match(page.url(), /\/k\/person\/[0-9a-f-]{36}/)
  await looksAccessible(page, 'ledger with a record')
})
