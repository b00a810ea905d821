// The map in real Chromium, on a phone and at a desk: without any position, with positions, with a base map made here; nothing is fetched from anywhere;
// one's own position is asked for only when a person presses, shown, and not kept; a place for a case is chosen without being required.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { deflateSync } from 'node:zlib'
import { DATA, looksAccessible } from './office.world.mjs'
import { at, GRID, until, World } from './world.mjs'

const LIGHT = { theme: 'light', elder: false }
const DESK = { width: 1440, height: 900, scale: 1, touch: false }
const SHAPES = join(DATA, '示例社区边界.geojson')
/** In building 3 of the sample. */
const THREE = { longitude: 108.91024, latitude: 34.2729 }
let world, worker, page, asked

/** A picture of one colour, as PNG. */
function png(side, [r, g, b]) {
  const table = Array.from({ length: 256 }, (_, n) => { let c = n; for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1; return c >>> 0 })
  const crc = (bytes) => { let c = 0xffffffff; for (const byte of bytes) c = table[(c ^ byte) & 255] ^ (c >>> 8); return (c ^ 0xffffffff) >>> 0 }
  const chunk = (name, data) => { const body = Buffer.concat([Buffer.from(name), data]); const out = Buffer.alloc(body.length + 8); out.writeUInt32BE(data.length); body.copy(out, 4); out.writeUInt32BE(crc(body), body.length + 4); return out }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(side, 0)
  head.writeUInt32BE(side, 4)
  head.set([8, 2, 0, 0, 0], 8)
  const row = Buffer.concat([Buffer.from([0]), Buffer.from(Array.from({ length: side }, () => [r, g, b]).flat())])
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', head), chunk('IDAT', deflateSync(Buffer.concat(Array.from({ length: side }, () => row)))), chunk('IEND', Buffer.alloc(0))])
}

/** A base map of the tiles around the sample, at one zoom. */
function baseMap(file, colour) {
  const [z, lng, lat] = [15, 108.911, 34.272]
  const x = Math.floor(((lng + 180) / 360) * 2 ** z)
  const rad = (lat * Math.PI) / 180
  const y = Math.floor(((1 - Math.log(Math.tan(rad) + 1 / Math.cos(rad)) / Math.PI) / 2) * 2 ** z)
  const rows = []
  for (let dx = -2; dx <= 2; dx += 1) for (let dy = -2; dy <= 2; dy += 1) rows.push(`insert into tiles values (${z}, ${x + dx}, ${2 ** z - 1 - (y + dy)}, x'${png(256, colour).toString('hex')}');`)
  const sql = `create table metadata (name text, value text); insert into metadata values ('name', '测试底图'), ('format', 'png'), ('attribution', '测试 <b>地图</b>'); create table tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob); ${rows.join('')}`
  execFileSync('python3', ['-c', 'import sqlite3,sys; db=sqlite3.connect(sys.argv[1]); db.executescript(sys.stdin.read()); db.commit()', file], { input: sql })
}

/** Everything that the page asks for, so that nothing leaves unseen. */
function watch(one) {
  const seen = []
  one.on('request', (request) => seen.push(request.url()))
  return seen
}
const outside = (seen, device) => seen.filter((url) => !url.startsWith(device.url) && !url.startsWith('data:') && !url.startsWith('blob:'))

before(async () => {
  world = await World.begin()
  worker = await world.device('worker', 'worker', GRID, '王秀梅')
  await worker.sync()
  page = await world.phone(worker, { prefs: LIGHT, hash: '/w/buildings' })
  asked = watch(page)
})
after(() => world?.end())

test('without any position the map is a plain scheme, by hand, by keyboard and as a list', async () => {
  await at(page, 'view-map').tap()
  await at(page, 'map-scheme').waitFor()
  const buildings = (await worker.call('get_map', {})).buildings
  assert.equal(await at(page, 'scheme-building').count(), buildings.length)
  assert.equal(await at(page, 'map-row-building').count(), buildings.length)
  assert.equal(await at(page, 'map-ground').count(), 0)
  await at(page, 'scheme-building').nth(2).tap()
  assert.match(await at(page, 'map-card').innerText(), /3号楼/)
  await looksAccessible(page, 'the scheme')
  await at(page, 'scheme-building').nth(4).focus()
  await page.keyboard.press('Enter')
  assert.match(await at(page, 'map-card').innerText(), /5号楼/)
  await at(page, 'map-open').tap()
  await at(page, 'doors').waitFor()
  assert.deepEqual(outside(asked, worker), [])
})

test('when the office has drawn the community every device shows it, with what waits at each building', async () => {
  const desk = await world.phone(world.office, { prefs: LIGHT, ...DESK, hash: '/o/map' })
  const seen = watch(desk)
  await at(desk, 'map-scheme').waitFor()
  const report = await world.office.call('import_shapes', { data: readFileSync(SHAPES).toString('base64') })
  assert.ok(report.placed > 10, JSON.stringify(report.features[0]))
  await world.office.call('add_case', { matter: '03016', title: '路灯不亮', place: '东门', lng: 108.9105, lat: 34.2712 })
  await world.office.sync()
  await at(desk, 'map-ground').waitFor()
  await desk.locator('.gm-number', { hasText: /^3$/ }).waitFor()
  await desk.locator('.gm-thing[data-layer="cases"]').waitFor()
  await looksAccessible(desk, 'the map of the office')
  await desk.locator('.gm-building', { hasText: /^3/ }).first().click()
  assert.match(await at(desk, 'map-card').innerText(), /3号楼/)
  await at(desk, 'layer-cases').click()
  await until(async () => (await desk.locator('.gm-thing').count()) === 0, 'a layer that is off shows nothing')
  assert.equal(await at(desk, 'map-row-cases').count(), 0)
  assert.deepEqual(outside(seen, world.office), [])
  assert.deepEqual(desk.problems, [])
  await desk.context().close()

  await worker.sync()
  await page.goto(`${worker.url}#/w/map`)
  await at(page, 'map-ground').waitFor()
  await page.locator('.gm-number', { hasText: /^13$/ }).waitFor()
  const drawn = await page.locator('.gm-box canvas').first().evaluate((canvas) => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0))
  assert.ok(drawn, 'shapes are drawn')
  for (const theme of ['light', 'dark', 'outdoor']) {
    await page.evaluate((theme) => (document.documentElement.dataset.theme = theme), theme)
    await looksAccessible(page, `the map, ${theme}`)
  }
  await page.evaluate(() => (document.documentElement.dataset.theme = 'light'))
})

test('a base map is a file of this device: its tiles are drawn, and nothing is fetched for it', async () => {
  const file = join(world.dir, 'street.mbtiles')
  baseMap(file, [200, 60, 10])
  await at(page, 'base-open').tap()
  await at(page, 'base-map').waitFor()
  await looksAccessible(page, 'choosing a base map')
  await at(page, 'base-file').setInputFiles(join(DATA, 'expected.json'))
  await page.getByText('这个文件不是能用的底图').first().waitFor()
  await at(page, 'base-file').setInputFiles(file)
  await at(page, 'base-name').waitFor()
  assert.match(await at(page, 'base-name').innerText(), /测试底图/)
  await page.keyboard.press('Escape')
  await page.locator('.gm-tiles img[src^="data:image/png"]').first().waitFor()
  assert.match(await page.locator('.gm-words').innerText(), /^测试 地图$/)
  const shifted = await worker.call('get_map', { datum: 'gcj02' })
  assert.equal((await worker.call('get_base_map', {})).map.datum, 'gcj02')
  assert.ok(shifted.bounds.west - (await worker.call('get_map', {})).bounds.west > 0.003)
  assert.deepEqual(outside(asked, worker), [])
  await at(page, 'base-open').tap()
  await at(page, 'base-remove').tap()
  await until(async () => (await page.locator('.gm-tiles img').count()) === 0, 'the tiles are gone')
  await page.keyboard.press('Escape')
})

test('my position is shown when I press, with its building, and is gone when the page is left', async () => {
  await page.context().grantPermissions(['geolocation'])
  await page.context().setGeolocation({ ...THREE, accuracy: 8 })
  assert.equal(await page.locator('.gm-here').count(), 0, 'nobody asked yet')
  const before = (await worker.call('list_pending', {})).items.length
  await at(page, 'map-me').tap()
  await at(page, 'map-here').waitFor()
  assert.match(await at(page, 'map-here').innerText(), /号楼/)
  assert.equal(await page.locator('.gm-here').count(), 1)
  const kept = await page.evaluate(() => JSON.stringify([Object.values(localStorage), Object.values(sessionStorage)]))
  assert.doesNotMatch(kept, /108\.91|34\.27/)
  assert.equal((await worker.call('list_pending', {})).items.length, before, 'nothing is written')
  await at(page, 'view-buildings').tap()
  await at(page, 'view-map').tap()
  await at(page, 'map-ground').waitFor()
  assert.equal(await page.locator('.gm-here').count(), 0)
})

test('where a case is can be pointed at, taken from where I stand, or left out', async () => {
  await page.goto(`${worker.url}#/w/report`)
  await at(page, 'matter-search').fill('电动')
  await at(page, 'matter-01002').tap()
  await at(page, 'choose-place').tap()
  await page.context().clearPermissions()
  await at(page, 'use-position').tap()
  await at(page, 'no-position').waitFor()
  assert.match(await at(page, 'no-position').innerText(), /不给位置也能用/)
  await page.context().grantPermissions(['geolocation'])
  await at(page, 'use-position').tap()
  await at(page, 'has-position').waitFor()
  await at(page, 'clear-position').tap()
  assert.equal(await at(page, 'has-position').count(), 0)
  await at(page, 'pick-on-map').tap()
  await at(page, 'map-pick').locator('.gm-number').first().waitFor()
  await looksAccessible(page, 'pointing at the map')
  await page.locator('.gm-box').last().focus()
  for (let n = 0; n < 3; n += 1) await page.keyboard.press('ArrowRight')
  await at(page, 'pick-done').tap()
  await at(page, 'has-position').waitFor()
  await looksAccessible(page, 'a place with a position')
  await at(page, 'place-done').tap()
  await at(page, 'report-words').fill('靠墙拉了一根线')
  await at(page, 'send-report').tap()
  await at(page, 'step').first().waitFor()
  const mine = (await worker.call('get_map', {})).cases.find((one) => one.title === '靠墙拉了一根线')
  assert.equal(mine.at.exact, true)
  assert.ok(Math.abs(mine.at.lng - 108.911) < 0.01 && Math.abs(mine.at.lat - 34.272) < 0.01, JSON.stringify(mine.at))
  const without = await worker.call('add_case', { matter: '01002', title: '没有位置', place: '路口' })
  assert.equal((await worker.call('get_map', {})).cases.find((one) => one.id === without.id).at, null)
  assert.deepEqual(page.problems, [])
  assert.deepEqual(outside(asked, worker), [])
})

test('a map that is left before a slow browser has drawn it fails nothing', async () => {
  const slow = await world.phone(worker, { prefs: LIGHT, hash: '/w/me' })
  // What was asked of the next frame comes only when the test lets it.
  await slow.context().addInitScript(() => {
    const waiting = new Map()
    let last = 0
    let isHeld = false
    const native = window.requestAnimationFrame.bind(window)
    window.requestAnimationFrame = (draw) => (isHeld ? (waiting.set((last -= 1), draw), last) : native(draw))
    const cancel = window.cancelAnimationFrame.bind(window)
    window.cancelAnimationFrame = (id) => (waiting.delete(id) ? undefined : cancel(id))
    window.hold = () => (isHeld = true)
    window.release = () => ((isHeld = false), [...waiting.values()].map((draw) => draw(performance.now())).length)
  })
  await slow.reload()
  await at(slow, 'me').waitFor()
  await slow.evaluate(() => window.hold())
  await slow.goto(`${worker.url}#/w/map`)
  await at(slow, 'map-ground').waitFor()
  await slow.locator('.gm-number').first().waitFor()
  for (const id of ['map-in', 'map-out', 'map-in']) await at(slow, id).dispatchEvent('click')
  await slow.evaluate(() => (location.hash = '#/w/report'))
  await at(slow, 'matter-search').waitFor()
  assert.ok((await slow.evaluate(() => window.release())) > 0, 'something was still to be drawn')
  assert.deepEqual(slow.problems, [])
  await slow.context().close()
})
