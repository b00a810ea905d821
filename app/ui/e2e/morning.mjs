// A morning at the office's inbox, as it comes about: two workers and a third who was let go, an import, a second ledger and the office, all writing apart.
// What lives here: making it, on the real server and real devices, and how many of each kind there are. What does not: claims.
import assert from 'node:assert/strict'
import { GRID, officeWorld } from './office.world.mjs'

const FORKS = 118
const HELD = 60
const VACANT = 10
const DOORS = FORKS + HELD + VACANT
/** Doors at which the rarer things happen. */
const RARE = 9
/** How many of each kind stand in the morning. */
export const MORNING = { fork: FORKS, held: HELD, fact: VACANT + 1, same: 2, refused: 1, step: 1, left: 2, late: 1, orphan: 1, device: 1, mention: 1, question: 1 }

const served = (address) => async (name, args = {}) => {
  const reply = await fetch(new URL(`api/${name}`, address), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(args) })
  const body = await reply.json()
  assert.ok(reply.ok, `${name}: ${JSON.stringify(body)}`)
  return body
}
const plate = (n) => [String(Math.floor(n / 50) + 1), '1', `${Math.floor((n % 50) / 2) + 1}0${(n % 2) + 1}`]
const roster = (from, to, phone) => `楼号,单元,房号,姓名,与户主关系,性别,联系电话\n${Array.from({ length: to - from }, (_, i) => [...plate(from + i), `居民${from + i}`, '户主', '男', phone(from + i)].join(',')).join('\n')}\n`

/** The world with its morning: the office served, two workers at hand, and who is who in the story. */
export async function morning() {
  const world = await officeWorld()
  const { office } = world
  const write = (name, text) => office('import_roster', { name, data: Buffer.from(text).toString('base64'), grid: GRID })
  await write('一月.csv', roster(0, DOORS + RARE, (n) => `139${String(n).padStart(8, '0')}`))
  await office('sync_now')
  const people = (await office('list_households', { limit: 1000 })).items
  assert.equal(people.length, DOORS + RARE)
  const of = new Map(people.map((p) => [Number(/\d+/.exec(p.head_name)[0]), p]))
  const workers = []
  for (const [home, name] of [['wang', '王秀梅'], ['li', '李倩']]) {
    const call = served(await world.serve(await world.device(home, 'worker', GRID, name)))
    await call('sync_now')
    workers.push(call)
  }
  const [wang, li] = workers
  const everybody = async (times = 2) => { for (let n = 0; n < times; n += 1) for (const call of [office, wang, li]) await call('sync_now') }
  const head = async (call, n) => (await call('get_household', { id: of.get(n).id })).persons[0]
  // two workers write apart
  for (let n = 0; n < FORKS; n += 1) {
    const person = await head(wang, n)
    await wang('edit_person', { id: person.id, edit: { phone: `137${String(n).padStart(8, '0')}` } })
    await li('edit_person', { id: person.id, edit: { phone: `138${String(n).padStart(8, '0')}` } })
  }
  for (const call of [wang, li, wang]) await call('sync_now')
  // a roster that differs, and doors marked vacant where somebody is registered
  await write('二月.csv', roster(FORKS, FORKS + HELD, (n) => `136${String(n).padStart(8, '0')}`))
  for (let n = FORKS + HELD; n < DOORS; n += 1) await office('edit_household', { id: of.get(n).id, edit: { vacant: true } })
  const twin = async (n) => {
    const { household } = await office('get_household', { id: of.get(n).id })
    return office('add_household', { building: household.building, unit_no: household.unit_no, door: household.door, head_name: household.head_name, edit: { note: '另一本台账来的' } })
  }
  // the same family from another roster
  for (const n of [FORKS, FORKS + 1]) await twin(n)
  const rare = await before({ world, office, wang, everybody, head, twin, write, of })
  await world.serverDown()
  await apart({ office, wang, li, head, of, rare })
  await world.serverUp()
  const { items } = await office('list_memberships')
  await office('end_membership', { id: items.find((one) => one.name === '赵强').id })
  await everybody()
  await rare.gone.sync()
  await world.invite('worker', GRID, '新来的', false).then((invite) => world.newcomer.enrol(invite))
  await everybody()
  return { world, workers: { wang, li }, of, first: { person: (await head(office, 0)).id, home: of.get(0).id }, refused: rare.refused, rare, everybody }
}

/** Everybody knows of this before the network goes. */
async function before({ world, office, wang, everybody, head, twin, write, of }) {
  const n = (at) => DOORS + at
  const rare = { moved: n(0), merged: n(1), left: n(2), erased: n(3), beside: n(4), late: n(5), refused: (await head(office, DOORS - 1)).id }
  rare.twin = (await twin(rare.merged)).id
  await write('三月.csv', '楼号,单元,房号,姓名,与户主关系,性别,联系电话\n90,1,101,临时一,户主,女,13900009001\n90,1,102,临时二,户主,男,13900009002\n')
  rare.batch = (await office('list_imports')).items.find((one) => one.file === '三月.csv').batch
  rare.imported = (await office('list_households', { q: '90-1-101', limit: 1 })).items[0].id
  rare.case = (await wang('add_case', { matter: '04010', title: '三楼以上停水', building: of.get(0).building, data: {} })).id
  rare.gone = await world.device('zhao', 'worker', GRID, '赵强')
  world.newcomer = new (rare.gone.constructor)(world, 'new')
  await everybody()
  await rare.gone.sync()
  const erased = await head(wang, rare.erased)
  await wang('add_visit', { household: of.get(rare.beside).id, outcome: 'met', note: `邻居${erased.name}住院了` })
  await everybody()
  await office('erase', { record: erased.id, reason: 'asked', confirm: true })
  // who wrote it is asked, and answers
  const fork = `c-${(await head(office, 1)).id}-register-phone`
  const { may_ask: whom } = await office('get_inbox_item', { id: fork })
  await office('ask_back', { item: fork, to: whom.find((one) => one.name === '王秀梅').id, words: '哪个号打得通？' })
  await everybody()
  const [asked] = (await wang('list_asked')).items
  await wang('reply_question', { id: asked.id, words: '137 那个，昨天刚打过' })
  await everybody()
  rare.answered = fork
  return rare
}

/** Nobody hears of the others meanwhile. */
async function apart({ office, wang, li, head, of, rare }) {
  const id = (n) => of.get(n).id
  // somebody wrote at the old door of whoever has moved, and in a file that was merged into another
  await wang('edit_person', { id: (await head(wang, rare.moved)).id, edit: { phone: '13700000055' } })
  await office('move_household', { id: id(rare.moved), building: of.get(rare.moved).building, unit_no: '2', door: '905', reason: '换房' })
  await li('edit_household', { id: rare.twin, edit: { note: '门铃坏了，打电话' } })
  const { seen, people } = await office('preview_merge', { kind: 'household', keep: id(rare.merged), drop: rare.twin })
  await office('merge_records', { kind: 'household', keep: id(rare.merged), drop: rare.twin, people: people.map((two) => ({ keep: two.keep.id, drop: two.drop.id })), seen })
  await office('move_household', { id: id(rare.late), building: of.get(0).building, unit_no: '2', door: '906', reason: '换房' })
  // a household moved out, and somebody was noted there
  await office('move_household', { id: id(rare.left), reason: '外地' })
  await li('add_person', { household: id(rare.left), name: '赵奶奶' })
  // an import was taken back, and one of its doors was written to
  await li('edit_household', { id: rare.imported, edit: { note: '门口有条狗' } })
  await office('undo_import', { batch: rare.batch })
  // steps of one case, and a birth year where the office entered the date
  await office('add_step', { case: rare.case, transition: 'void', note: '自来水公司说没有停水', data: {} })
  await wang('add_step', { case: rare.case, transition: 'handle', note: '去看了，还在停', data: {} })
  await wang('edit_person', { id: rare.refused, edit: { birth_year: 1960, phone: '13712340001' } })
  await office('edit_person', { id: rare.refused, edit: { birth_date: '1961-05-04' } })
  // and somebody went on working who was let go
  const person = (await rare.gone.call('get_household', { id: id(rare.late) })).persons[0]
  await rare.gone.call('edit_person', { id: person.id, edit: { phone: '13700000077' } })
}
