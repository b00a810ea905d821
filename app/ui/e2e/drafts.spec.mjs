// What was begun is not lost: not by the end of the program, not by the lock; and it goes when it was saved or begun anew.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { at, GRID, until, World } from './world.mjs'

let world, worker, home

before(async () => {
  world = await World.begin()
  worker = await world.device('worker', 'worker', GRID, '王秀梅')
  await worker.sync()
  home = (await worker.call('list_households', { q: '3-1-101', limit: 1 })).items[0]
})
after(async () => {
  await world?.end()
})

const drafts = async () => (await worker.call('list_drafts')).items
const visit = async () => {
  const page = await world.phone(worker, { hash: `/w/household/${home.id}` })
  await at(page, 'visit').tap()
  await at(page, 'visit-sheet').waitFor()
  return page
}

test('a sheet that was only looked at is no draft', async () => {
  const page = await visit()
  await at(page, 'person-choice').first().waitFor()
  await page.keyboard.press('Escape')
  await at(page, 'visit-sheet').waitFor({ state: 'detached' })
  // The write that would be wrong comes a moment after a change: one that is right stands behind it.
  await page.goto(`${worker.url}#/w/report`)
  await at(page, 'matter-search').fill('电动')
  await at(page, 'matter-01002').tap()
  await at(page, 'report-words').fill('一楼有电动车拉线充电')
  await until(async () => (await drafts()).some((one) => one.key.startsWith('report')), 'the report is kept')
  assert.deepEqual((await drafts()).filter((one) => one.key.startsWith('visit')), [])
  await page.context().close()
})

test('half a visit survives the end of the program', async () => {
  const page = await visit()
  await at(page, 'visit-note').fill('血压药够吃，想装个扶手')
  await at(page, 'topic-health').tap()
  await until(async () => (await drafts()).some((one) => one.key === `visit ${home.id}` && one.body.includes('扶手')), 'it is kept')
  await worker.off()
  await page.context().close()
  await worker.serve()
  const again = await visit()
  await at(again, 'draft-note').waitFor()
  assert.equal(await at(again, 'visit-note').inputValue(), '血压药够吃，想装个扶手')
  assert.equal(await at(again, 'topic-health').getAttribute('aria-pressed'), 'true')
  await at(again, 'draft-anew').tap()
  await until(async () => (await at(again, 'visit-note').inputValue()) === '', 'begun anew')
  await until(async () => !(await drafts()).some((one) => one.key === `visit ${home.id}`), 'nothing is kept of it')
  await again.context().close()
})

test('what was saved is no draft any more', async () => {
  const page = await visit()
  await at(page, 'visit-note').fill('家里都好')
  await until(async () => (await drafts()).some((one) => one.key === `visit ${home.id}`), 'it is kept')
  await at(page, 'save-visit').tap()
  await at(page, 'toast').waitFor()
  await until(async () => !(await drafts()).some((one) => one.key === `visit ${home.id}`), 'it is a visit now')
  assert.equal((await worker.call('get_household', { id: home.id })).visits[0].note, '家里都好')
  assert.deepEqual(page.problems, [])
})
