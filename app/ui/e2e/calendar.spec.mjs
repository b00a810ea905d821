// A deadline in a year whose holidays nobody has announced yet says from what it was counted.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { at, GRID, PIN, World } from './world.mjs'

let world

before(async () => { world = await World.begin() })
after(() => world?.end())

test('a case of a year that is not announced says so, on the phone and in words', async () => {
  const worker = await world.device('worker', 'worker', GRID, '王秀梅')
  await worker.sync()
  await worker.off()
  // the clock of this phone alone is on: what it writes has no time of the server yet
  await worker.serve({ daysAhead: 800 })
  await worker.call('unlock', { pin: PIN })
  await worker.sync()
  await world.serverDown()
  const { items } = await worker.call('list_households', { limit: 1 })
  const { id } = await worker.call('add_case', { matter: '01001', title: '楼道堆了纸箱', household: items[0].id })
  const page = await world.phone(worker, { hash: `/w/case/${id}` })
  await at(page, 'due-basis').waitFor()
  assert.equal(await at(page, 'due-basis').innerText(), '节假日未公布，按周一至周五算')
  // taken in, it counts from the server's day
  await world.serverUp()
  await worker.sync()
  const due = (await worker.call('get_case', { id })).case
  assert.equal(due.pending, false)
  assert.ok(due.due_at < Date.now() + 60 * 86_400_000, `${new Date(due.due_at)}`)
  assert.deepEqual(page.problems, [])
})
