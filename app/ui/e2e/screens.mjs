// Every screen of the phone and how to reach it; read by the accessibility tests and by the pictures. `prepare` writes the story they show; `paper`: as it is printed.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { FIELD_SCREENS, prepareField } from './field.screens.mjs'
import { prepareNode } from './node.screens.mjs'
import { at, COMMUNITY, GRID, until } from './world.mjs'

const open = async (page, id, shown) => {
  await at(page, id).first().click()
  await at(page, shown).first().waitFor()
}

/** Presses a choice that is not pressed yet: what was begun on a screen is still there the next time. */
const press = async (page, id) => {
  await at(page, id).waitFor()
  if ((await at(page, id).getAttribute('aria-pressed')) !== 'true') await at(page, id).click()
}

export const WORKER_SCREENS = [
  { name: 'today', hash: () => '/w/today', ready: 'door-row' },
  { name: 'visit', hash: () => '/w/today', ready: 'door-row', act: (page) => open(page, 'met', 'visit-sheet') },
  { name: 'visit-peek', hash: (s) => `/w/household/${s.forked.id}`, ready: 'person', act: async (page) => { await open(page, 'visit', 'visit-sheet'); await open(page, 'peek', 'private-facts') } },
  { name: 'visit-questions', hash: (s) => `/w/campaign/${s.campaign}`, ready: 'campaign-door', act: async (page) => { await page.locator('[data-testid="campaign-door"][data-state="todo"]').first().click(); await press(page, 'q-has-yes'); await press(page, 'q-where-home'); await at(page, 'q-why-none').waitFor() } },
  { name: 'campaign', hash: (s) => `/w/campaign/${s.campaign}`, ready: 'campaign-door' },
  { name: 'write', hash: () => '/w/today', ready: 'door-row', act: (page) => open(page, 'write', 'write-sheet') },
  { name: 'buildings', hash: () => '/w/buildings', ready: 'building' },
  { name: 'map', hash: () => '/w/map', ready: 'map-ground', act: (page) => page.locator('.gm-number').first().waitFor() },
  { name: 'map-card', hash: () => '/w/map', ready: 'map-ground', act: async (page) => { await page.locator('.gm-building', { hasText: '3' }).first().click(); await at(page, 'map-card').waitFor() } },
  { name: 'map-base', hash: () => '/w/map', ready: 'map-ground', act: (page) => open(page, 'base-open', 'base-map') },
  { name: 'report-place', hash: () => '/w/report', ready: 'matter-search', act: async (page) => { await at(page, 'matter-search').fill('电动'); await at(page, 'matter-01002').click(); await at(page, 'choose-place').click(); await open(page, 'pick-on-map', 'map-pick'); await page.locator('.gm-number').first().waitFor() } },
  { name: 'doors', hash: (s) => `/w/buildings/${s.building.id}`, ready: 'door' },
  { name: 'household', hash: (s) => `/w/household/${s.forked.id}`, ready: 'fork' },
  { name: 'household-visits', hash: (s) => `/w/household/${s.forked.id}`, ready: 'person', act: (page) => open(page, 'tab-visits', 'visit') },
  { name: 'reveal', hash: (s) => `/w/household/${s.forked.id}`, ready: 'person', act: (page) => open(page, 'reveal', 'reveal-reason') },
  { name: 'person', hash: (s) => `/w/household/${s.forked.id}/person/${s.person}`, ready: 'field-phone' },
  { name: 'person-add', hash: (s) => `/w/household/${s.plain}/person`, ready: 'field-phone' },
  { name: 'history', hash: (s) => `/w/household/${s.forked.id}`, ready: 'person', act: async (page) => { await at(page, 'person').first().locator('[data-testid="more"]').click(); await open(page, 'menu-history', 'history'); await page.getByText('139 0000 4127').last().waitFor() } },
  { name: 'report-matter', hash: () => '/w/report', ready: 'matter-search', act: async (page) => { await at(page, 'matter-search').fill('电动'); await page.locator('[data-testid^="matter-0"]').first().waitFor() } },
  { name: 'report', hash: (s) => `/w/report?building=${s.building.id}`, ready: 'matter-search', act: async (page) => { await at(page, 'matter-search').fill('电动'); await page.locator('[data-testid="matter-01002"]').click(); await at(page, 'send-report').waitFor() } },
  { name: 'cases', hash: () => '/w/cases', ready: 'case' },
  { name: 'cases-follow', hash: () => '/w/cases', ready: 'case', act: (page) => open(page, 'tab-follow', 'case') },
  { name: 'case', hash: (s) => `/w/case/${s.case}`, ready: 'step' },
  { name: 'case-photo', hash: (s) => `/w/case/${s.case}`, ready: 'photo', act: (page) => open(page, 'photo', 'viewer-picture') },
  { name: 'report-photo', hash: (s) => `/w/report?household=${s.plain}`, ready: 'camera', act: async (page, _, world) => { await at(page, 'camera-input').setInputFiles(await world.photo(4)); await at(page, 'staged-photo').waitFor(); await page.locator('[data-testid="record"]').click(); await page.waitForTimeout(1_200); await page.locator('[data-testid="record"]').click(); await at(page, 'audio').waitFor() } },
  { name: 'case-clocks', hash: (s) => `/w/case/${s.case}`, ready: 'step', act: (page) => page.locator('.cc-how summary').click() },
  { name: 'case-step', hash: (s) => `/w/case/${s.case}`, ready: 'step', act: async (page) => { await page.locator('.cp-acts [data-kind="primary"]').click(); await at(page, 'step-form').waitFor() } },
  { name: 'case-more', hash: (s) => `/w/case/${s.case}`, ready: 'step', act: (page) => open(page, 'more-steps', 'more-sheet') },
  { name: 'case-rating', hash: (s) => `/w/case/${s.light}`, ready: 'step', act: async (page) => { await at(page, 'step-return_visit').click(); await at(page, 'rating-satisfied').click() } },
  { name: 'case-fields', hash: (s) => `/w/case/${s.order}`, ready: 'step' },
  { name: 'report-start', hash: () => '/w/report', ready: 'matter-search', act: async (page) => { await at(page, 'starts').click(); await at(page, 'start-whistle').click() } },
  { name: 'report-fields', hash: (s) => `/w/report?building=${s.building.id}`, ready: 'matter-search', act: async (page) => { await at(page, 'matter-search').fill('邻里'); await at(page, 'matter-02002').click(); await open(page, 'more-fields', 'data-party_a') } },
  { name: 'print', hash: (s) => `/print/${s.case}/order`, ready: 'print-page', act: (page) => page.locator('.pp-paper h1').waitFor() },
  { name: 'move', hash: (s) => `/w/household/${s.plain}/move`, ready: 'move-all', act: async (page) => { await at(page, 'move-building').selectOption({ label: '6号楼' }); await at(page, 'move-stair-2').click(); await at(page, 'move-door').fill('906') } },
  { name: 'moved', hash: (s) => `/w/household/${s.old}`, ready: 'moved' },
  { name: 'left', hash: () => '/w/left', ready: 'left-item' },
  { name: 'case-shared', hash: (s) => `/w/case/${s.light}`, ready: 'share' },
  { name: 'tray', hash: () => '/tray', ready: 'tray-item' },
  { name: 'search', hash: () => '/w/search', ready: 'search-input', act: async (page) => { await at(page, 'search-input').fill('王'); await at(page, 'hit').first().waitFor() } },
  { name: 'sync', hash: () => '/w/sync', ready: 'sync-now', act: (page) => at(page, 'pending').first().waitFor() },
  { name: 'notices', hash: () => '/w/notices', ready: 'notice' },
  { name: 'me', hash: () => '/w/me', ready: 'to-log' },
  { name: 'holdings', hash: () => '/w/holdings', ready: 'holdings-page' },
  { name: 'log', hash: () => '/w/log', ready: 'log-page' },
  { name: 'help', hash: () => '/w/help', ready: 'help-page', act: (page) => page.locator('.hp summary').first().click() },
  { name: 'say', hash: () => '/w/say', ready: 'say-words' },
  { name: 'device', hash: () => '/w/device', ready: 'device-page' },
  { name: 'pin', hash: () => '/pin', ready: 'pin-page' },
  ...FIELD_SCREENS,
  { name: 'principles', hash: () => '/w/principles', ready: 'principles-page' },
]

export const HEAD_SCREENS = [
  { name: 'head-home', hash: () => '/h', ready: 'head-home' },
  { name: 'head-report', hash: () => '/h/report', ready: 'head-words', act: (page) => at(page, 'head-matter-01002').click() },
  { name: 'head-said', hash: () => '/h/report', ready: 'record', act: async (page, _, world) => { await at(page, 'record').click(); await page.waitForTimeout(1_200); await at(page, 'record').click(); await at(page, 'audio').waitFor(); await at(page, 'camera-input').setInputFiles(await world.photo(5)); await at(page, 'staged-photo').waitFor() } },
  { name: 'head-cases', hash: () => '/h/cases', ready: 'head-case' },
  { name: 'head-more', hash: () => '/h/cases', ready: 'head-case', act: (page) => open(page, 'head-more', 'step-form') },
  { name: 'head-notices', hash: () => '/h/notices', ready: 'head-notices-page' },
  { name: 'head-calls', hash: () => '/h/calls', ready: 'head-calls-page' },
  { name: 'head-building', hash: () => '/h/building', ready: 'door' },
  { name: 'head-settings', hash: () => '/h/settings', ready: 'holdings-page' },
]

const sample = (name) => fileURLToPath(new URL(`../../../tests/data/${name}`, import.meta.url))
export const OFFICE_SCREENS = [
  { name: 'office-inbox', hash: () => '/o/inbox', ready: 'inbox-row', act: (page) => page.locator('article').first().waitFor() },
  { name: 'office-same', hash: () => '/o/same', ready: 'same-household', act: async (page, s, world) => { const h = s.plain && (await world.office.call('get_household', { id: s.plain })).household; await world.office.call('add_household', { building: h.building, unit_no: h.unit_no, door: h.door, head_name: h.head_name, edit: { note: '另一本台账来的' } }).catch(() => null); await page.reload(); await at(page, 'duplicate-detail').waitFor() } },
  { name: 'office-inbox-same', hash: () => '/o/inbox?kind=same', ready: 'merge-result' },
  { name: 'office-overdue', hash: () => '/o/overdue', ready: 'truth-line', act: (page) => page.locator('.of-empty, [data-testid="case-row"]').first().waitFor() },
  { name: 'office-dispatch', hash: () => '/o/dispatch', ready: 'truth-line', act: (page) => page.getByText('单元门口下水道堵了').first().click() },
  { name: 'office-dispatch-several', hash: () => '/o/dispatch', ready: 'case-row', act: async (page) => { for (const n of [1, 2]) await at(page, 'case-row').nth(n).click({ modifiers: ['Control'] }); await at(page, 'several-print').waitFor() } },
  { name: 'office-case-step', hash: (s) => `/o/dispatch/${s.hazard}`, ready: 'step', act: (page) => open(page, 'step-join', 'data-units') },
  { name: 'office-case-new', hash: () => '/o/dispatch/new', ready: 'new-case-form', act: async (page) => { await at(page, 'new-workflow').selectOption('hotline'); await at(page, 'data-number').waitFor() } },
  { name: 'office-clash', hash: () => '/o/inbox?kind=step', ready: 'clash-detail' },
  { name: 'office-print', hash: (s) => `/print/${s.hazard}/order`, ready: 'print-page', act: (page) => page.locator('.pp-paper h1').waitFor() },
  { name: 'office-prints', hash: (s) => `/prints/${s.hazard},${s.light}`, ready: 'print-page', act: (page) => at(page, 'print-sheet').nth(1).waitFor() },
  { name: 'office-ledger', hash: () => '/o/ledger', ready: 'ledger-row' },
  { name: 'office-household', hash: (s) => `/o/ledger/h/${s.forked.id}`, ready: 'household-file' },
  { name: 'office-ledger-people', hash: () => `/o/ledger/k/person?v=${encodeURIComponent(JSON.stringify({ group: 'relation', sort: [{ column: 'age', down: true }] }))}`, ready: 'ledger-row', act: (page) => at(page, 'group').first().waitFor() },
  { name: 'office-ledger-record', hash: () => '/o/ledger/k/place', ready: 'ledger-total', act: async (page) => { const row = at(page, 'ledger-row').first(); if (await row.count()) { await row.locator('[role="gridcell"]').first().click(); await at(page, 'record').waitFor() } } },
  { name: 'office-ledger-export', hash: () => '/o/ledger/k/person', ready: 'ledger-row', act: async (page) => { await at(page, 'go-export').click(); await at(page, 'export-masked').uncheck(); await at(page, 'export-reason').fill('部门核对') } },
  { name: 'office-weekly', hash: () => '/o/ledger/week', ready: 'week-flow' },
  { name: 'office-weekly-paper', hash: () => '/o/ledger/week', ready: 'week-flow', paper: true },
  { name: 'office-doors', hash: (s) => `/o/ledger/doors/${s.building ?? ''}`, ready: 'door-building', act: async (page) => { await at(page, 'door-building').selectOption({ index: 1 }); await at(page, 'door').first().waitFor() } },
  { name: 'office-doors-paper', hash: () => '/o/ledger/doors/', ready: 'door-building', paper: true, act: async (page) => { await at(page, 'door-building').selectOption({ index: 1 }); await at(page, 'door').first().waitFor() } },
  { name: 'office-import', hash: () => '/o/ledger/import', ready: 'import-grid', act: async (page) => { await at(page, 'import-grid').selectOption({ label: '第二网格' }); await at(page, 'file').setInputFiles(sample('二网格居民台账.xlsx')); await at(page, 'import-write').waitFor() } },
  { name: 'office-fill', hash: () => '/o/ledger/fill', ready: 'truth-line', act: async (page) => { await at(page, 'file').setInputFiles(sample('民政_高龄津贴摸底表.xlsx')); await page.locator('[data-testid="fill-preview"] tbody tr').first().waitFor() } },
  { name: 'office-templates', hash: () => '/o/ledger/templates', ready: 'truth-line' },
  { name: 'office-requests', hash: () => '/o/ledger/requests/new', ready: 'request-form' },
  { name: 'office-imports', hash: () => '/o/ledger/imports', ready: 'import-row', act: async (page) => { await at(page, 'import-row').first().click(); await at(page, 'import-detail').waitFor(); await at(page, 'undo-import').waitFor() } },
  { name: 'office-import-places', hash: () => '/o/ledger/import', ready: 'import-grid', act: async (page) => { await at(page, 'kind-place').click(); await at(page, 'file').setInputFiles({ name: '商户台账.csv', mimeType: 'text/csv', buffer: Buffer.from('店名,类别,位置,负责人,联系电话,面积\n李记面馆,餐饮,1号楼底商,李建国,13900000111,60\n,餐饮,,,,\n便民药店,没有的类,1号楼,,,30\n') }); await at(page, 'ledger-write').waitFor() } },
  { name: 'office-map', hash: () => '/o/map', ready: 'map-ground', act: (page) => page.locator('.gm-number').first().waitFor() },
  { name: 'office-plan', hash: () => '/o/map/plan', ready: 'plan-ground', act: async (page) => { await page.locator('[data-testid="plan-page"][data-ready="true"]').waitFor(); await at(page, 'tool-attach').click(); await at(page, 'tool-grid').selectOption({ index: 2 }); await at(page, 'pick-3号楼').check(); await at(page, 'pick-5号楼').check(); await at(page, 'tool-put').click(); await at(page, 'plan-gains').waitFor(); await at(page, 'tool-shape').click(); await page.locator('.pg-point').first().waitFor() } },
  { name: 'office-projects', hash: () => '/o/projects', ready: 'projects-page', act: (page) => page.getByText('加装雨棚').first().waitFor() },
  { name: 'office-device-sheet', hash: (s) => `/o/people/device/${s.lost}`, ready: 'device-sheet' },
  { name: 'office-device-sheet-paper', hash: (s) => `/o/people/device/${s.lost}`, ready: 'device-sheet', paper: true },
  { name: 'office-wall', hash: () => '/o/map/wall', ready: 'wall-sheet' },
  { name: 'office-teams', hash: () => '/o/people/teams', ready: 'team-finding' },
  { name: 'office-handover', hash: () => '/o/people/charge', ready: 'charge-row', act: async (page) => { await at(page, 'charge-row').filter({ hasText: '卫东' }).first().click(); await open(page, 'charge-hand-over', 'handover'); await at(page, 'charge-name').fill('孙梅'); await at(page, 'charge-preview').waitFor() } },
  { name: 'office-handovers', hash: () => '/o/people/handovers', ready: 'truth-line' },
  { name: 'office-stats', hash: () => '/o/stats?from=2026-01-01', ready: 'stats' },
  { name: 'office-tally', hash: () => '/o/stats/up', ready: 'tally' },
  { name: 'office-tallies', hash: () => '/o/stats/below', ready: 'truth-line', act: (page) => page.locator('.gw-empty, [data-testid="tallies"]').first().waitFor() },
  { name: 'office-people', hash: () => '/o/people', ready: 'truth-line', act: (page) => page.getByText('刘玉芬').first().waitFor() },
  { name: 'office-device', hash: () => '/o/people', ready: 'person-row', act: async (page) => { await at(page, 'person-row').filter({ hasText: '卫东' }).getByTestId('device').click(); await at(page, 'device-panel').waitFor() } },
  { name: 'office-charge', hash: () => '/o/people/charge', ready: 'charge-row', act: async (page) => { await at(page, 'charge-row').filter({ hasText: '王秀梅', hasNotText: /代|for / }).first().click(); await at(page, 'charge-end').click(); await at(page, 'charge-preview').waitFor() } },
  { name: 'office-redraw', hash: () => '/o/people/charge', ready: 'charge-row', act: async (page) => { await at(page, 'charge-open-grid').first().click(); await at(page, 'charge-pick-3').check(); await at(page, 'charge-pick-5').check(); await at(page, 'charge-target').selectOption({ index: 1 }); await at(page, 'charge-preview').waitFor() } },
  { name: 'office-flows', hash: () => '/o/settings/flows', ready: 'flows', act: (page) => page.locator('svg text').first().waitFor() },
  { name: 'office-matters', hash: () => '/o/settings/matters/01001', ready: 'matter-editor' },
  { name: 'office-calendar', hash: () => '/o/settings/calendar/2027', ready: 'year-basis' },
  { name: 'office-campaigns', hash: (s) => `/o/campaigns/${s.campaign}`, ready: 'campaign-doors' },
  { name: 'office-campaign-new', hash: () => '/o/campaigns?new', ready: 'campaign-form', act: (page) => at(page, 'campaign-form-pick').selectOption({ index: 1 }) },
  { name: 'office-forms', hash: () => '/o/settings/forms', ready: 'form-row', act: (page) => page.locator('[data-question]').first().waitFor() },
  { name: 'office-form-import', hash: () => '/o/settings/forms?import', ready: 'truth-line', act: async (page) => { await at(page, 'file').setInputFiles(sample('XLSForm_文明养犬.xlsx')); await at(page, 'form-problems').waitFor() } },
  { name: 'office-orders', hash: () => '/o/dispatch/orders', ready: 'orders-xlsx' },
  { name: 'office-erasures', hash: () => '/o/people/erasures', ready: 'erasure-detail' },
  { name: 'office-share', hash: (s) => `/o/dispatch/${s.hazard}`, ready: 'shares', act: async (page) => { await at(page, 'share-add').click(); await at(page, 'share-choice').first().click() } },
]

/** Every screen begins as if nothing had been begun on it. To be called while no page of the device is open. */
export async function forgetDrafts(device) {
  for (const { key } of (await device.call('list_drafts')).items) await device.call('keep_draft', { key })
}

/** A worker and a building head with something to show: a visit, two values, a case on its way, records that wait. */
export async function prepare(world) {
  const units = (await world.office.call('list_units')).items
  const building = units.find((unit) => unit.number === '3')
  const worker = await world.device('worker', 'worker', GRID, '王秀梅')
  const head = await world.device('head', 'building_head', building.id, '刘玉芬')
  await world.office.call('import_shapes', { data: readFileSync(sample('示例社区边界.geojson')).toString('base64') })
  await world.office.sync()
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
  const changes = await change(world, worker, building)
  const visit = (household, outcome, note, more = {}) => worker.call('add_visit', { household, outcome, note, at: Date.now(), facts: {}, ...more })
  const campaign = await world.office.call('add_campaign', { title: '电动车入户', form: 'campaign_ebike', unit: building.id, due: new Date(Date.now() + 8 * 86_400_000).toISOString().slice(0, 10) })
  await world.office.sync()
  await worker.sync()
  await worker.call('add_response', { household: forked.id, form: 'campaign_ebike', campaign: campaign.id, answers: { has: 'yes', count: '1', where: 'shed' } })
  await visit(forked.id, 'met', '血压药够吃，想装个扶手', { topics: ['health', 'care'] })
  for (const item of doors.slice(6, 12)) await visit(item.id, item.id === forked.id ? 'met' : 'absent', undefined)
  const hazard = await worker.call('add_case', { matter: '01002', title: '一楼有两辆电动车拉线充电', description: '靠门那两辆，晚上还在充', building: building.id, place: '1 单元一层楼道' })
  const keep = async (device, n, isDone) => (await device.call('stage_media', { media: 'photo', data: (await world.photo(n, isDone)).buffer.toString('base64') })).token
  const put = async (device, of, n, stage, isDone) => device.call('add_attachment', { of, of_kind: 'case', token: await keep(device, n, isDone), stage })
  await put(worker, hazard.id, 1, 'found')
  const light = await head.call('add_case', { matter: '03016', title: '五楼楼道灯不亮', building: building.id, place: '2 单元五楼' })
  await head.call('add_case', { matter: '03005', title: '单元门口下水道堵了', building: building.id })
  await worker.sync()
  await head.sync()
  const day = (ahead) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10)
  const order = await world.office.call('add_case', { workflow: 'hotline', matter: '噪声扰民', title: '广场舞音响太大', description: '晚上九点以后还在放', building: building.id, place: '东门小广场', reporter: '来电人', contact: '13900001234', data: { number: '12345-0088', due: day(6), kind: 'complaint', channel: '12345 电话' } })
  await projects(world.office, building)
  const apart = await worker.call('add_case', { matter: '04010', title: '三楼以上停水', building: building.id, data: {} })
  await worker.sync()
  await world.office.sync()
  await worker.sync()
  await take(world.office, light.id, ['close', 'handle', 'dispatch'], '物业换好了灯')
  await take(world.office, hazard.id, ['dispatch'], '4 工作时内到场', '和顺物业')
  await put(world.office, hazard.id, 1, 'after', true)
  await world.office.sync()
  await worker.sync()
  await head.sync()
  await until(async () => (await worker.call('list_conflicts', {})).total > 0, 'two values')
  await world.office.call('share_case', { case: light.id, to: '610104001' })
  await world.office.sync()
  await worker.sync()
  // Two steps taken apart, of which the other knew nothing.
  await world.serverDown()
  await world.office.call('add_step', { case: apart.id, transition: 'void', note: '自来水公司说没有停水', data: {} })
  await worker.call('add_step', { case: apart.id, transition: 'handle', note: '去看了，还在停', data: {} })
  await world.serverUp()
  for (const device of [world.office, worker, world.office, worker]) await device.sync()
  await until(async () => (await world.office.call('list_cases', { clashing: true })).total > 0, 'steps that do not fit')
  const field = await prepareField(worker, building)
  await worker.sync()
  const node = await prepareNode(world)
  await world.office.sync()
  // What is written after the last contact waits here, and is shown as such.
  await world.serverDown()
  await put(worker, hazard.id, 2, 'before')
  await visit(doors[0].id, 'met', '问了燃气')
  await visit(doors[13].id, 'absent')
  await worker.call('sync_now').catch(() => undefined)
  return { worker, head, building, forked, person, case: hazard.id, hazard: hazard.id, light: light.id, order: order.id, campaign: campaign.id, field, node, ...changes }
}

/** What changes hands and what goes: a household that moved, a stand-in, a refused edit, an erasure of which one device never proved its wipe. */
async function change(world, worker, building) {
  const { office } = world
  const door = async (q) => (await worker.call('list_households', { q, limit: 1 })).items[0]
  const bo = await world.device('bo', 'worker', '6101040019011002', '李倩')
  const lost = await world.device('lost', 'worker', GRID, '卫东')
  const away = await world.device('away', 'part_time', GRID, '赵敏')
  await world.device('firm', 'assignee', COMMUNITY, '和顺物业')
  for (const device of [bo, lost, away]) await device.sync()
  await office.sync()
  const [old, gone, next] = [await door('5-1-102'), await door('2-1-201'), await door('2-1-301')]
  const someone = await office.call('add_person', { household: (await door('1-1-101')).id, name: '钱立新' })
  const erased = (await worker.call('get_household', { id: gone.id })).persons[0]
  await worker.call('add_visit', { household: next.id, outcome: 'met', note: `邻居${erased.name}住院了`, at: Date.now(), facts: {} })
  await office.sync()
  await worker.sync()
  await lost.off()
  await away.off()
  const moved = (await worker.call('get_household', { id: old.id })).persons[0]
  const sixth = (await office.call('list_units')).items.find((unit) => unit.number === '6')
  await world.serverDown()
  await worker.call('edit_person', { id: moved.id, edit: { phone: '13700000055', note: '耳背，敲门要重一点' } })
  await worker.call('edit_person', { id: someone.id, edit: { birth_year: 1960, phone: '13712340001' } })
  await office.call('edit_person', { id: someone.id, edit: { birth_date: '1961-05-04' } })
  await office.call('move_household', { id: old.id, building: sixth.id, unit_no: '2', door: '905', reason: '换房' })
  await world.serverUp()
  await office.sync()
  await worker.sync()
  const members = (await office.call('list_memberships')).items
  const person = members.find((one) => one.name === '李倩').person
  await office.call('stand_in', { id: members.find((one) => one.name === '王秀梅').id, person, until: new Date(Date.now() + 13 * 86_400_000).toISOString().slice(0, 10) })
  const phone = (await office.call('list_devices')).items.find((one) => one.name === '卫东').id
  await office.call('revoke_device', { device: phone, reason: 'lost' })
  await office.call('erase', { record: erased.id, reason: 'asked', confirm: true })
  for (const device of [office, worker, office, worker]) await device.sync()
  await until(async () => (await worker.call('list_tray')).total > 0 && (await worker.call('list_left_behind')).items.length === 2, 'what was refused, and what stayed behind')
  return { lost: phone, old: old.id, plain: (await door(`${building.number}-1-102`)).id }
}

/** A project in each of its three states. */
async function projects(office, building) {
  const day = (ahead) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10)
  const add = async (title, data, steps) => {
    const { id } = await office.call('add_case', { workflow: 'project', matter: '04010', title, building: building.id, data })
    for (const [transition, more] of steps) await office.call('add_step', { case: id, transition, ...more })
  }
  const start = ['start', { data: { started_on: day(-20), manager: '和顺物业' } }]
  await add('3 号楼加装雨棚', { budget: '86000', due: day(60) }, [])
  await add('东门小广场换地砖', { budget: '240000', contractor: '城北市政', due: day(20) }, [start, ['milestone', { note: '旧砖拆完', data: { milestone: '拆除', milestone_done: 'done', percent: '40' } }]])
  await add('楼道声控灯更换', { budget: '12800', contractor: '和顺物业', due: day(-3) }, [start, ['complete', { note: '五个楼道都换好了', data: { completed_on: day(-3) } }]])
}

/** Takes steps that the workflow offers, in this order, where they are offered. */
async function take(device, id, codes, note, assignee) {
  for (const code of codes) {
    const { next } = await device.call('get_case', { id })
    const step = next.find((one) => one.transition.code === code)
    if (step) await device.call('add_step', { case: id, transition: code, note, ...(assignee ? { assignee } : step.requires.includes('assignee') ? { assignee: '和顺物业' } : {}), ...(step.requires.includes('rating') ? { rating: '满意' } : {}) })
  }
}
