// Every screen of the phone and how to reach it; read by the accessibility tests and by the pictures. `prepare` writes the story they show.
import { fileURLToPath } from 'node:url'
import { at, GRID, until } from './world.mjs'

const open = async (page, id, shown) => {
  await at(page, id).first().click()
  await at(page, shown).first().waitFor()
}

export const WORKER_SCREENS = [
  { name: 'today', hash: () => '/w/today', ready: 'door-row' },
  { name: 'visit', hash: () => '/w/today', ready: 'door-row', act: (page) => open(page, 'met', 'visit-sheet') },
  { name: 'visit-peek', hash: (s) => `/w/household/${s.forked.id}`, ready: 'person', act: async (page) => { await open(page, 'visit', 'visit-sheet'); await open(page, 'peek', 'private-facts') } },
  { name: 'write', hash: () => '/w/today', ready: 'door-row', act: (page) => open(page, 'write', 'write-sheet') },
  { name: 'buildings', hash: () => '/w/buildings', ready: 'building' },
  { name: 'doors', hash: (s) => `/w/buildings/${s.building.id}`, ready: 'door' },
  { name: 'household', hash: (s) => `/w/household/${s.forked.id}`, ready: 'fork' },
  { name: 'household-visits', hash: (s) => `/w/household/${s.forked.id}`, ready: 'person', act: (page) => open(page, 'tab-visits', 'visit') },
  { name: 'reveal', hash: (s) => `/w/household/${s.forked.id}`, ready: 'person', act: (page) => open(page, 'reveal', 'reveal-reason') },
  { name: 'person', hash: (s) => `/w/household/${s.forked.id}/person/${s.person}`, ready: 'field-phone' },
  { name: 'history', hash: (s) => `/w/household/${s.forked.id}`, ready: 'person', act: async (page) => { await at(page, 'person').first().locator('[data-testid="more"]').click(); await open(page, 'menu-history', 'history'); await page.getByText('139 0000 4127').last().waitFor() } },
  { name: 'report-matter', hash: () => '/w/report', ready: 'matter-search', act: async (page) => { await at(page, 'matter-search').fill('电动'); await page.locator('[data-testid^="matter-0"]').first().waitFor() } },
  { name: 'report', hash: (s) => `/w/report?building=${s.building.id}`, ready: 'matter-search', act: async (page) => { await at(page, 'matter-search').fill('电动'); await page.locator('[data-testid="matter-01002"]').click(); await at(page, 'send-report').waitFor() } },
  { name: 'cases', hash: () => '/w/cases', ready: 'case' },
  { name: 'case', hash: (s) => `/w/case/${s.case}`, ready: 'step' },
  { name: 'search', hash: () => '/w/search', ready: 'search-input', act: async (page) => { await at(page, 'search-input').fill('王'); await at(page, 'hit').first().waitFor() } },
  { name: 'sync', hash: () => '/w/sync', ready: 'sync-now', act: (page) => at(page, 'pending').first().waitFor() },
  { name: 'me', hash: () => '/w/me', ready: 'to-log' },
  { name: 'holdings', hash: () => '/w/holdings', ready: 'holdings-page' },
  { name: 'log', hash: () => '/w/log', ready: 'log-page' },
  { name: 'principles', hash: () => '/w/principles', ready: 'principles-page' },
]

export const HEAD_SCREENS = [
  { name: 'head-home', hash: () => '/h', ready: 'head-home' },
  { name: 'head-report', hash: () => '/h/report', ready: 'head-words', act: (page) => at(page, 'head-matter-01002').click() },
  { name: 'head-cases', hash: () => '/h/cases', ready: 'head-case' },
  { name: 'head-notices', hash: () => '/h/notices', ready: 'head-notices-page' },
  { name: 'head-calls', hash: () => '/h/calls', ready: 'head-calls-page' },
  { name: 'head-building', hash: () => '/h/building', ready: 'door' },
  { name: 'head-settings', hash: () => '/h/settings', ready: 'holdings-page' },
]

const sample = (name) => fileURLToPath(new URL(`../../../tests/data/${name}`, import.meta.url))
export const OFFICE_SCREENS = [
  { name: 'office-inbox', hash: () => '/o/inbox', ready: 'inbox-row', act: (page) => page.locator('article').first().waitFor() },
  { name: 'office-dispatch', hash: () => '/o/dispatch', ready: 'truth-line', act: (page) => page.getByText('单元门口下水道堵了').first().click() },
  { name: 'office-ledger', hash: () => '/o/ledger', ready: 'ledger-row' },
  { name: 'office-household', hash: (s) => `/o/ledger/h/${s.forked.id}`, ready: 'household-file' },
  { name: 'office-import', hash: () => '/o/ledger/import', ready: 'import-grid', act: async (page) => { await at(page, 'import-grid').selectOption({ label: '第二网格' }); await at(page, 'file').setInputFiles(sample('二网格居民台账.xlsx')); await at(page, 'import-write').waitFor() } },
  { name: 'office-fill', hash: () => '/o/ledger/fill', ready: 'truth-line', act: async (page) => { await at(page, 'file').setInputFiles(sample('民政_高龄津贴摸底表.xlsx')); await page.locator('[data-testid="fill-preview"] tbody tr').first().waitFor() } },
  { name: 'office-people', hash: () => '/o/people', ready: 'truth-line', act: (page) => page.getByText('刘玉芬').first().waitFor() },
]

/** A worker and a building head with something to show: a visit, two values, a case on its way, records that wait. */
export async function prepare(world) {
  const units = (await world.office.call('list_units')).items
  const building = units.find((unit) => unit.number === '3')
  const worker = await world.device('worker', 'worker', GRID, '王秀梅')
  const head = await world.device('head', 'building_head', building.id, '刘玉芬')
  await worker.sync()
  await head.sync()
  const doors = (await worker.call('list_households', { unit: building.id, limit: 100 })).items
  let forked, person, seen
  for (const item of doors) {
    const file = await worker.call('get_household', { id: item.id })
    const found = file.persons.find((one) => one.phone && one.id_number_masked)
    if (found && item.people > 1) {
      forked = item
      person = found.id
      seen = { phone: found.ops.phone ?? [] }
      break
    }
  }
  await world.office.sync()
  await world.office.call('edit_person', { id: person, edit: { phone: '13900004172' } })
  await world.office.sync()
  await worker.call('edit_person', { id: person, edit: { phone: '13900004127' }, seen })
  const visit = (household, outcome, note, more = {}) => worker.call('add_visit', { household, outcome, note, at: Date.now(), facts: {}, ...more })
  await visit(forked.id, 'met', '血压药够吃，想装个扶手', { topics: ['health', 'care'] })
  for (const item of doors.slice(6, 12)) await visit(item.id, item.id === forked.id ? 'met' : 'absent', undefined)
  const hazard = await worker.call('add_case', { matter: '01002', title: '一楼有两辆电动车拉线充电', description: '靠门那两辆，晚上还在充', building: building.id, place: '1 单元一层楼道' })
  const light = await head.call('add_case', { matter: '03016', title: '五楼楼道灯不亮', building: building.id, place: '2 单元五楼' })
  await head.call('add_case', { matter: '03005', title: '单元门口下水道堵了', building: building.id })
  await worker.sync()
  await head.sync()
  await world.office.sync()
  await take(world.office, light.id, ['close', 'handle', 'dispatch'], '物业换好了灯')
  await take(world.office, hazard.id, ['dispatch'], '4 工作时内到场', '和顺物业')
  await world.office.sync()
  await worker.sync()
  await head.sync()
  await until(async () => (await worker.call('list_conflicts', {})).total > 0, 'two values')
  // What is written after the last contact waits here, and is shown as such.
  await world.serverDown()
  await visit(doors[0].id, 'met', '问了燃气')
  await visit(doors[13].id, 'absent')
  await worker.call('sync_now').catch(() => undefined)
  return { worker, head, building, forked, person, case: hazard.id, light: light.id }
}

/** Takes steps that the workflow offers, in this order, where they are offered. */
async function take(device, id, codes, note, assignee) {
  for (const code of codes) {
    const { next } = await device.call('get_case', { id })
    const step = next.find((one) => one.transition.code === code)
    if (step) await device.call('add_step', { case: id, transition: code, note, ...(assignee ? { assignee } : step.requires.includes('assignee') ? { assignee: '和顺物业' } : {}), ...(step.requires.includes('rating') ? { rating: '满意' } : {}) })
  }
}
