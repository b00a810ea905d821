// 我的: the PIN is changed, an opinion is handed in and stays with the office, help is found without a network.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { at, GRID, PIN, until, World } from './world.mjs'

let world, worker, page

before(async () => {
  world = await World.begin()
  worker = await world.device('worker', 'worker', GRID, '王秀梅')
  await worker.sync()
  page = await world.phone(worker, { hash: '/w/me' })
})
after(async () => {
  await world?.end()
})

test('help answers without a network', async () => {
  await at(page, 'to-help').tap()
  await at(page, 'help-search').fill('丢了')
  await until(async () => (await page.locator('.hp summary').count()) === 1, 'one topic is left')
  await page.locator('.hp summary').tap()
  await page.getByText('马上打电话给社区停用').waitFor()
})

test('an opinion goes to the office, and the phone keeps a receipt', async () => {
  await page.goto(`${worker.url}#/w/say`)
  await at(page, 'say-words').fill('晚上不要再派活\n七点以后的都第二天再说')
  await at(page, 'say-send').tap()
  await at(page, 'say-sent').waitFor()
  await worker.sync()
  await world.office.sync()
  const found = (await world.office.call('list_cases', { workflow: 'report' })).items
  assert.equal(found.length, 1)
  assert.equal(found[0].title, '晚上不要再派活')
  assert.equal(found[0].class, 'office')
})

test('wrong old digits are refused and nothing is locked; right ones change the PIN', async () => {
  await page.goto(`${worker.url}#/pin`)
  const type = async (old) => {
    await at(page, 'pin-old').fill(old)
    await at(page, 'pin-new').fill('246802')
    await at(page, 'pin-again').fill('246802')
    await at(page, 'pin-save').tap()
  }
  await type('000000')
  await page.getByText('PIN 不对').first().waitFor()
  assert.equal((await worker.call('whoami')).locked, false)
  await type(PIN)
  await at(page, 'toast').waitFor()
  await worker.call('lock')
  await assert.rejects(worker.call('unlock', { pin: PIN }))
  assert.equal((await worker.call('unlock', { pin: '246802' })).locked, false)
  assert.deepEqual(page.problems, [])
})
