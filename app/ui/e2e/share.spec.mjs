// Who sees a case, in real Chromium: shown to a firm and to the street by the office, with words for how much and how long; another device of its own
// home then really has it, and after a take-back it is gone there, from the screen too.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browser, COMMUNITY, GRID, looksAccessible, officeWorld, soon } from './office.world.mjs'

let world, chrome, page, firmPage, urls, light, home
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }

before(async () => {
  world = await officeWorld({ roster: '一网格居民台账.xlsx' })
  const building = (await world.office('list_units')).items.find((u) => u.number === '3')
  urls = {}
  for (const [name, role, unit, who] of [['wang', 'worker', GRID, '王秀梅'], ['head', 'building_head', building.id, '刘玉芬'], ['firm', 'assignee', COMMUNITY, '和顺物业'], ['street', 'office', '610104001', '赵科']]) urls[name] = await world.serve(await world.device(name, role, unit, who))
  for (const name of Object.keys(urls)) await meets(name)
  home = (await ask('wang', 'list_households', { q: '3-1-101', limit: 1 })).items[0]
  light = (await ask('head', 'add_case', { matter: '03016', title: '五楼楼道灯不亮', building: building.id, place: '2 单元五楼' })).id
  await meets('head')
  await world.office('sync_now')
  await meets('wang')
  chrome = await browser()
  page = await chrome.page()
  firmPage = await chrome.page()
})
after(async () => {
  await chrome?.close()
  await world?.stop()
})

async function ask(name, command, args = {}) {
  const reply = await fetch(new URL(`api/${command}`, urls[name]), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(args) })
  const body = await reply.json()
  assert.ok(reply.ok, `${name} ${command}: ${JSON.stringify(body)}`)
  return body
}
/** Syncs a served device; one that is doing so by itself is waited for. */
const meets = (name) => soon(() => ask(name, 'sync_now'))
const titles = async (name) => (await ask(name, 'list_cases')).items.map((one) => one.title)
const open = async (id) => {
  await page.goto(`${world.url}#/o/dispatch/${id}`)
  await page.getByTestId('shares').waitFor()
}
const shared = (name) => page.getByTestId('share').filter({ hasText: name })
const choose = async (name) => {
  await page.getByTestId('share-add').click()
  await page.getByTestId('share-choice').filter({ hasText: name }).click()
}

test('a case says who sees it in any case, and nobody else does', async () => {
  await open(light)
  assert.match(await page.getByTestId('shares').innerText(), /社区办公室，负责这里的网格员和楼长/)
  assert.equal(await page.getByTestId('share').count(), 0)
  assert.deepEqual(await titles('firm'), [])
  await looksAccessible(page, 'who sees a case')
})

test('it is shown to one person by name, and the other device really has it', async () => {
  await choose('和顺物业')
  assert.match(await page.getByTestId('share-choice').filter({ hasText: '和顺物业' }).innerText(), /承办人/)
  await looksAccessible(page, 'the chooser')
  await page.getByTestId('share-do').click()
  await soon(async () => assert.match(await shared('和顺物业').innerText(), /看事由和办理经过/))
  await world.office('sync_now')
  await soon(async () => assert.match(await shared('和顺物业').innerText(), /起，直到收回/))
  await meets('firm')
  await firmPage.goto(`${urls.firm}#/o/dispatch/${light}`)
  await firmPage.getByRole('heading', { name: '五楼楼道灯不亮' }).waitFor()
  assert.match(await firmPage.getByTestId('shares').innerText(), /别处给您看的/)
  assert.equal(await firmPage.getByTestId('share-add').count(), 0)
  await page.getByTestId('share-add').click()
  await page.getByTestId('share-choice').first().waitFor()
  assert.equal(await page.getByTestId('share-choice').filter({ hasText: '和顺物业' }).count(), 0, 'whoever sees it is not offered again')
  await page.getByTestId('share-choice').filter({ hasText: '青年路街道' }).first().click()
  await page.getByTestId('share-do').click()
  await world.office('sync_now')
  await meets('street')
  await soon(async () => assert.deepEqual(await titles('street'), ['五楼楼道灯不亮']))
})

test('a phone reads the same, and takes nothing back', async () => {
  await meets('wang')
  for (const [prefs, what] of [[{ theme: 'light', elder: false }, 'phone'], [{ theme: 'light', elder: true }, 'large face'], [{ theme: 'dark', elder: false, lang: 'en' }, 'dark, English']]) {
    const phone = await chrome.page(PHONE)
    await phone.addInitScript((value) => localStorage.setItem(`gridwalk:prefs:${location.pathname.replace(/[^/]*$/, '')}`, value), JSON.stringify(prefs))
    await phone.goto(`${urls.wang}#/w/case/${light}`)
    await soon(async () => assert.equal(await phone.getByTestId('share').count(), 2))
    assert.match(await phone.getByTestId('shares').innerText(), prefs.lang ? /until taken back/ : /直到收回/)
    assert.equal(await phone.getByTestId('share-end').count(), 0)
    assert.ok(await phone.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${what} fits 360`)
    await looksAccessible(phone, what)
    await phone.context().close()
  }
})

test('with a term the share says until when', async () => {
  const member = (await world.office('list_memberships')).items.find((m) => m.name === '和顺物业')
  await world.office('set_term', { id: member.id, until: '2035-06-30' })
  await soon(async () => assert.match(await shared('和顺物业').innerText(), /到 2035 年 6 月 30 日 自动收回/))
})

test('after a question it is taken back, and it is gone from the other device and its screen', async () => {
  await shared('和顺物业').getByTestId('share-end').click()
  await page.getByTestId('share-end-yes').waitFor()
  await looksAccessible(page, 'taking back')
  await page.getByRole('button', { name: '先不收回' }).click()
  assert.equal(await shared('和顺物业').getAttribute('data-state'), 'lasts')
  // from the moment it is taken back its device may hear of it by itself
  await firmPage.getByRole('heading', { name: '五楼楼道灯不亮' }).waitFor()
  await shared('和顺物业').getByTestId('share-end').click()
  await page.getByTestId('share-end-yes').click()
  await world.office('sync_now')
  await soon(async () => assert.equal(await shared('和顺物业').count(), 0))
  await meets('firm')
  await soon(async () => assert.equal(await firmPage.getByText('五楼楼道灯不亮').count(), 0))
  assert.deepEqual(await titles('firm'), [])
  await assert.rejects(ask('firm', 'get_case', { id: light }), /not_found/)
  assert.deepEqual(await titles('street'), ['五楼楼道灯不亮'], 'the street keeps it')
})

test('without a server both directions wait, and say so', async () => {
  await world.serverDown()
  await choose('和顺物业')
  await page.getByTestId('share-do').click()
  await soon(async () => assert.match(await shared('和顺物业').innerText(), /等服务器确认，还没看到/))
  await shared('青年路街道').getByTestId('share-end').click()
  await page.getByTestId('share-end-yes').click()
  await soon(async () => assert.match(await shared('青年路街道').innerText(), /已要收回，等服务器确认/))
  await looksAccessible(page, 'what waits')
  await world.serverUp()
  await page.getByTestId('sync-now').click()
  await soon(async () => assert.equal(await shared('青年路街道').count(), 0))
  await soon(async () => assert.match(await shared('和顺物业').innerText(), /起/))
  await meets('street')
  assert.deepEqual(await titles('street'), [])
})

test('what concerns a household goes to a person by name only, with a line that it is recorded', async () => {
  const matter = (await ask('wang', 'list_matters')).items.find((m) => m.class === 'register')
  const { id } = await ask('wang', 'add_case', { matter: matter.code, title: '老人独居，想申请助餐', household: home.id })
  await meets('wang')
  await world.office('sync_now')
  await open(id)
  await page.getByTestId('share-add').click()
  await page.getByTestId('share-choice').first().waitFor()
  assert.equal(await page.getByText('上级单位').count(), 0)
  await page.getByTestId('share-choice').filter({ hasText: '和顺物业' }).click()
  await page.getByText('会记下谁给了谁').waitFor()
  await page.getByTestId('share-do').click()
  await world.office('sync_now')
  await meets('firm')
  await soon(async () => assert.ok((await titles('firm')).includes('老人独居，想申请助餐')))
  assert.equal((await ask('firm', 'list_households', { limit: 10 })).total, 0, 'the file of the household stays here')
})

test('to give a case to a firm is to show it to the firm', async () => {
  const { id } = await ask('head', 'add_case', { matter: '03005', title: '单元门口下水道堵了', place: '门口' })
  await meets('head')
  await world.office('sync_now')
  await open(id)
  await page.getByRole('radio', { name: /和顺物业/ }).click()
  await page.getByTestId('give').click()
  await soon(async () => assert.equal((await world.office('get_case', { id })).case.state.code, 'dispatched'))
  await world.office('sync_now')
  await meets('firm')
  await soon(async () => assert.ok((await titles('firm')).includes('单元门口下水道堵了')))
})

test('nothing broke in any page', () => {
  assert.deepEqual(chrome.errors, [])
})
