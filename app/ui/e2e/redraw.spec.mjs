// Grids redrawn in real Chromium against the real engine: tried first, with what is to be remarked and who gains and loses what, then all of it at once;
// the phones of both workers show it at their next contact, and it can be drawn back. Then projects, reach, and the sheet for the wall.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { browser, DATA, GRID, looksAccessible, officeWorld, soon } from './office.world.mjs'

const SECOND = '6101040019011002'
const HOSTILE = ['<img src=x onerror="document.title=1">', '"><script>alert(1)</script>', '</svg><svg onload=alert(1)>', '甲\u202e乙 & ]]>']
let world, chrome, page, wang, li, building

before(async () => {
  world = await officeWorld({ roster: '一网格居民台账.xlsx' })
  wang = await world.device('wang', 'worker', GRID, '王秀梅')
  li = await world.device('li', 'worker', SECOND, '李倩')
  await world.office('import_shapes', { data: readFileSync(join(DATA, '示例社区边界.geojson')).toString('base64') })
  await world.office('sync_now')
  await wang.sync()
  await li.sync()
  building = (await world.office('list_units')).items.find((one) => one.number === '3').id
  chrome = await browser()
  page = await chrome.page()
})
after(async () => {
  await chrome?.close()
  await world?.stop()
})

const at = (id) => page.getByTestId(id)
const doors = async (device) => (await device.call('list_households', { limit: 1000 })).items.map((one) => one.plate)
const of = (all, number) => all.filter((plate) => plate.startsWith(`${number}-`)).length
const grids = async () => Object.fromEntries((await world.office('plan_grids')).grids.map((one) => [one.name, one]))
/** The page of the plan as it stands after the engine answered. */
const opened = async () => {
  await page.goto(`${world.url}#/o/map/plan`)
  await page.locator('[data-testid="plan-page"][data-ready="true"]').waitFor()
  await at('plan-ground').waitFor()
}
async function applied() {
  await soon(async () => assert.ok(await at('plan-apply').isEnabled()))
  await at('plan-apply').click()
  await at('plan-done').waitFor()
  assert.match(await at('plan-done').innerText(), /已经生效/)
}

test('a building is moved by list, with both workers away and work unsent: the phones lose and gain it, and nothing is lost', async () => {
  const home = (await wang.call('list_households', { q: '3-1-101', limit: 1 })).items[0].id
  await wang.call('add_visit', { household: home, outcome: 'met', note: '划走以前写的' })
  await page.goto(`${world.url}#/o/map`)
  await at('to-plan').click()
  await page.locator('[data-testid="plan-page"][data-ready="true"]').waitFor()
  await at('plan-ground').waitFor()
  assert.ok(await at('plan-apply').isDisabled(), 'nothing is to be done yet')
  await looksAccessible(page, 'grids to be redrawn')
  await at('tool-attach').click()
  await at('tool-grid').selectOption((await grids())['第二网格'].key)
  await at('pick-3号楼').check()
  await at('tool-put').click()
  await soon(async () => assert.match(await at('plan-gains').innerText(), /李倩 多管 3号楼/))
  assert.match(await at('plan-gains').innerText(), /王秀梅 不再管 3号楼/)
  assert.match(await at('plan-steps').innerText(), /1 栋楼划到 第二网格/)
  await looksAccessible(page, 'a plan with its preview')
  assert.equal((await grids())['第二网格'].households, 0, 'nothing is done yet')
  // the plan is a draft: it is there after the page was left
  await page.reload()
  await soon(async () => assert.equal(await at('plan-steps').locator('li').count(), 1))
  await applied()
  await wang.sync()
  await li.sync()
  assert.equal(of(await doors(wang), 3), 0)
  assert.equal(of(await doors(li), 3), 36)
  assert.equal((await li.call('get_household', { id: home })).visits[0].note, '划走以前写的')
  const units = (await world.office('list_units')).items
  assert.equal(units.find((one) => one.id === building).parent, units.find((one) => one.code === SECOND).id)
})

test('it is drawn back by the plan that the last one left', async () => {
  await at('plan-undo').click()
  await soon(async () => assert.match(await at('plan-gains').innerText(), /王秀梅 多管 3号楼/))
  await applied()
  await wang.sync()
  await li.sync()
  assert.equal(of(await doors(wang), 3), 36)
  assert.equal((await doors(li)).length, 0)
})

test('a grid is cut along a line that was typed: the buildings of one side go, and the checks say what that comes to', async () => {
  await opened()
  const before = (await grids())['第一网格']
  const ring = before.shape[0][0]
  const west = Math.min(...ring.map((p) => p[0])), east = Math.max(...ring.map((p) => p[0]))
  const south = Math.min(...ring.map((p) => p[1])), north = Math.max(...ring.map((p) => p[1]))
  const middle = (west + east) / 2
  await at('plan-grid-第一网格').click()
  await at('tool-split').click()
  await at('tool-name').fill('第四网格')
  for (const [n, [lng, lat]] of [[middle, south - 0.0005], [middle, north + 0.0005]].entries()) {
    await at('point-add').click()
    await at('point-lng').nth(n).fill(String(lng))
    await at('point-lng').nth(n).press('Tab')
    await at('point-lat').nth(n).fill(String(lat))
    await at('point-lat').nth(n).press('Tab')
  }
  await soon(async () => assert.ok(await at('tool-put').isEnabled()))
  await at('tool-put').click()
  await at('plan-grid-第四网格').click()
  await soon(async () => assert.match(await at('plan-facts').innerText(), /第四网格[\s\S]*没有专职网格员/))
  // taken back with one key, and put again from the same place
  await page.locator('h1').click()
  await page.keyboard.press('Control+z')
  await soon(async () => assert.equal(await at('plan-steps').count(), 0))
  await world.office('apply_plan', { changes: [{ do: 'split', grid: GRID, key: 'four', name: '第四网格', line: [[middle, south - 0.0005], [middle, north + 0.0005]] }] })
  const now = await grids()
  assert.equal(now['第一网格'].households + now['第四网格'].households, before.households)
  assert.ok(now['第四网格'].households > 0 && now['第四网格'].households <= now['第一网格'].households)
  await wang.sync()
  assert.equal((await doors(wang)).length, now['第一网格'].households)
})

test('two grids are merged on the page, and a boundary is moved by a key', async () => {
  await opened()
  await at('tool-merge').click()
  await at('merge-第一网格').check()
  await at('merge-第四网格').check()
  await at('merge-into').selectOption({ label: '第一网格' })
  await at('tool-put').click()
  await soon(async () => assert.match(await at('plan-steps').innerText(), /第四网格/))
  await applied()
  await wang.sync()
  assert.equal((await doors(wang)).length, 459)
  const before = (await grids())['第二网格'].shape[0][0][0]
  await opened()
  await at('plan-grid-第二网格').click()
  await at('tool-shape').click()
  await page.locator('.pg-point').first().focus()
  await page.keyboard.press('Shift+ArrowRight')
  await soon(async () => assert.notEqual(await at('point-lng').first().inputValue(), String(before[0])))
  await at('tool-put').click()
  await applied()
  const now = (await grids())['第二网格'].shape[0][0][0]
  assert.ok(Math.abs((now[0] - before[0]) * 111_195 * Math.cos((now[1] * Math.PI) / 180) - 10) < 1, 'ten metres to the east')
})

test('a venue is told how many live within its reach', async () => {
  await world.office('add_place', { name: '党群服务中心', building, edit: { kind: 'venue' } })
  await page.goto(`${world.url}#/o/map`)
  await at('reach-place').selectOption({ label: '党群服务中心' })
  await soon(async () => assert.match(await at('reach-said').innerText(), /直线距离 500 米以内：\d+ 户/))
  await looksAccessible(page, 'the map with the reach of a venue')
})

test('projects stand in their three states; a hostile title is text on the page and on the sheet for the wall', async () => {
  for (const title of HOSTILE) await world.office('add_case', { matter: '04011', workflow: 'project', title, building })
  for (const name of HOSTILE) await world.office('add_place', { name, building, edit: { kind: 'venue' } })
  await page.goto(`${world.url}#/o/projects`)
  await soon(async () => assert.equal(await at('stage-planned').locator('a').count(), HOSTILE.length))
  assert.equal(await page.locator('#office-main img').count(), 0)
  await looksAccessible(page, 'projects')
  await at('tab-resolutions').click()
  await at('resolutions').waitFor()
  await at('project-add').click()
  await soon(async () => assert.equal(await at('new-workflow').inputValue(), 'resolution'))

  await page.goto(`${world.url}#/o/map/wall`)
  await at('wall-sheet').waitFor()
  await looksAccessible(page, 'the sheet for the wall')
  for (const args of [{}, { scheme: true }, { paper: 'a2', layers: ['projects', 'hubs', 'venues', 'staff'] }]) {
    const { svg } = await world.office('wall_sheet', args)
    const read = await page.evaluate((text) => {
      const doc = new DOMParser().parseFromString(text, 'image/svg+xml')
      const all = [...doc.querySelectorAll('*')]
      return {
        wrong: doc.querySelector('parsererror')?.textContent ?? null,
        tags: [...new Set(all.map((one) => one.localName))],
        handlers: all.flatMap((one) => [...one.attributes]).filter((a) => /^on|href/i.test(a.name)).length,
        words: doc.documentElement.textContent,
      }
    }, svg)
    assert.equal(read.wrong, null)
    assert.deepEqual(read.tags.filter((tag) => ['script', 'image', 'foreignObject', 'a', 'use', 'style', 'img'].includes(tag)), [])
    assert.equal(read.handlers, 0)
    assert.ok(read.words.includes('<img src=x') && read.words.includes('王秀梅') && !read.words.includes('\u202e'))
    assert.doesNotMatch(read.words, /1[3-9]\d{9}/, 'no telephone of a resident')
  }
  assert.deepEqual(chrome.errors, [])
})

test('a micro-grid that the plan cuts is decided by a person before anything can be done', async () => {
  await world.office('sync_now')
  const first = (await grids())['第一网格']
  const units = (await world.office('list_units')).items
  const two = first.buildings.map((id) => units.find((one) => one.id === id)).filter((one) => one.kind.code === 'building').slice(0, 2)
  await world.office('make_grid', { parent: first.key, kind: 'micro_grid', name: '花园微网格', units: two.map((one) => one.id) })
  await opened()
  for (let n = await at('plan-steps').locator('li').count(); n > 0; n -= 1) await at('drop-0').click()
  await at('tool-attach').click()
  await at('tool-grid').selectOption((await grids())['第二网格'].key)
  await at(`pick-${two[0].name}`).check()
  await at('tool-put').click()
  await at('plan-micro').waitFor()
  assert.match(await at('plan-micro').innerText(), new RegExp(`花园微网格[\\s\\S]*${two[0].name} 划到了「第二网格」`))
  assert.ok(await at('plan-apply').isDisabled(), 'not before it is decided')
  await looksAccessible(page, 'a micro-grid to be decided')
  if (process.env.GRIDWALK_SHOTS) await page.screenshot({ path: `${process.env.GRIDWALK_SHOTS}/micro.png` })
  await at('micro-goes').click()
  await soon(async () => assert.match(await at('plan-steps').innerText(), /花园微网格 整个归 第二网格/))
  await applied()
  await world.office('sync_now')
  const now = (await world.office('list_units')).items
  const micro = now.find((one) => one.name === '花园微网格')
  assert.equal(micro.parent, units.find((one) => one.code === SECOND).id)
  for (const one of two) assert.equal(now.find((u) => u.id === one.id).parent, micro.id)
})
