// 人员与设备 in real Chromium: where somebody is missing and the post that fills it, an invite taken back, a grid handed over and watched, the sheet
// about a phone that is gone.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browser, GRID, looksAccessible, officeWorld, soon } from './office.world.mjs'

let world, chrome, page, wang

before(async () => {
  world = await officeWorld({ roster: '一网格居民台账.xlsx' })
  wang = await world.device('wang', 'worker', GRID, '王秀梅')
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

test('a grid without a guide is named, and no longer once somebody is one', async () => {
  await page.goto(`${world.url}#/o/people`)
  await at('to-teams').click()
  const first = at('team-unit').filter({ hasText: '第一网格' })
  await first.getByText('没有网格指导员').waitFor()
  await at('team-unit').filter({ hasText: '第二网格' }).getByText('没有人负责').waitFor()
  await looksAccessible(page, 'staffing')
  await page.goto(`${world.url}#/o/people/charge`)
  await at('charge-row').filter({ hasText: '周敏' }).click()
  await at('post').selectOption('guide')
  await at('post-save').click()
  await soon(async () => assert.match(await at('charge-row').filter({ hasText: '周敏' }).innerText(), /网格指导员/))
  await page.goto(`${world.url}#/o/people/teams`)
  await soon(async () => assert.equal(await page.getByText('没有网格指导员').count(), 0))
})

test('an invite that nobody has used is taken back', async () => {
  await page.goto(`${world.url}#/o/people`)
  await at('invite-name').fill('孙梅')
  await at('invite').click()
  await at('invite-text').waitFor()
  await world.office('sync_now')
  const item = at('invite-item').filter({ hasText: '孙梅' })
  await item.getByTestId('take-back').click()
  await soon(async () => assert.match(await item.innerText(), /收回了/))
})

test('each device says which version of the app it runs', async () => {
  await page.goto(`${world.url}#/o/people`)
  await at('person-row').filter({ hasText: '王秀梅' }).getByTestId('device').click()
  await soon(async () => assert.match(await at('device-app').innerText(), /^\d+\.\d+\.\d+$/))
  await looksAccessible(page, 'a device')
  assert.equal(await at('device-old').count(), 0, 'as new as this computer')
})

test('a grid is handed over: what is unsent is said first, and the handover is watched', async () => {
  await page.goto(`${world.url}#/o/people/charge`)
  await at('charge-row').filter({ hasText: '王秀梅' }).click()
  await at('charge-hand-over').click()
  await at('charge-name').fill('孙梅')
  await at('charge-preview').waitFor()
  const preview = await at('charge-preview').innerText()
  assert.match(preview, /孙梅多管/)
  assert.match(preview, /王秀梅不再管/)
  await at('handover-unsent').filter({ hasText: '王秀梅' }).waitFor()
  await looksAccessible(page, 'handing a grid over')
  await at('handover-do').click()
  await soon(async () => assert.match(await at('charge-row').filter({ hasText: '孙梅' }).innerText(), /还没开始/))
  await page.goto(`${world.url}#/o/people/handovers`)
  await at('handover-row').filter({ hasText: '王秀梅 交给 孙梅' }).waitFor()
  await looksAccessible(page, 'handovers')
})

test('what a lost phone held is a sheet to print: classes and numbers, nobody named', async () => {
  const device = (await world.office('list_devices')).items.find((d) => d.name === '王秀梅')
  await world.office('revoke_device', { device: device.id, reason: 'lost', machine: false })
  await page.goto(`${world.url}#/o/people?device=${device.id}`)
  await at('to-sheet').click()
  await at('device-sheet').waitFor()
  const text = await at('device-sheet').innerText()
  for (const said of ['第一网格', '敏感个人信息', '公民身份号码', '个人信息保护法第五十七条']) assert.match(text, new RegExp(said))
  assert.ok(Number((await page.locator('[data-class="private"] .n').nth(1).innerText()).replace(',', '')) > 0)
  for (const name of ['王建国', '李秀英']) assert.ok(!text.includes(name))
  await looksAccessible(page, 'the sheet about a lost phone')
  // a screen that is dark prints dark letters on white all the same
  const ink = () => at('device-sheet').evaluate((node) => getComputedStyle(node).color)
  const light = await ink()
  await page.evaluate(() => (document.documentElement.dataset.theme = 'dark'))
  assert.notEqual(await ink(), light)
  await page.emulateMedia({ media: 'print' })
  assert.equal(await ink(), light)
  await page.emulateMedia({ media: 'screen' })
})
