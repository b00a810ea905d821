// A community whose records say what a hostile file would say: every text of tests/corpus/texts.json, as names, notes, titles, questions, units and files, through
// the same commands and the same imports that people use. What is looked at stands in corpus.spec.mjs.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { COMMUNITY, GRID } from './world.mjs'

const root = resolve(fileURLToPath(new URL('../../..', import.meta.url)))
const CORPUS = JSON.parse(readFileSync(join(root, 'tests/corpus/texts.json'), 'utf8'))
export const TEXTS = [...CORPUS.formulas, ...CORPUS.markup, ...CORPUS.bidi]
/** Texts that would do something to a page. */
export const { markup: MARKUP, bidi: BIDI } = CORPUS
const base64 = (text) => Buffer.from(text).toString('base64')
const quoted = (text) => `"${text.replaceAll('"', '""')}"`
/** A text as a CSV holds it: as it is, but where an apostrophe of its own would be taken for the one that makes a text inert. */
const written = (text) => (/^'+\s*[=+\-@]/.test(text) ? `'${text}` : text)
const csv = (rows) => `${rows.map((row) => row.map((text) => quoted(written(text))).join(',')).join('\n')}\n`
const day = (ahead) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10)

/** Runs a script of tests/tables; what it printed where it ended badly. */
export function python(script, ...args) {
  try {
    return execFileSync('/usr/bin/python3', [join(root, 'tests/tables', script), ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  } catch (raised) {
    return raised.stdout
  }
}

/** Every text of a JSON, replaced by texts of the corpus under these keys. */
function reworded(value, keys, next) {
  if (Array.isArray(value)) return value.map((one) => reworded(one, keys, next))
  if (!value || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, keys.includes(key) && typeof one === 'string' && one ? next() : reworded(one, keys, next)]))
}

/** Every import fed with a file of the corpus; answers what each said. */
export async function importAll(world) {
  const { office } = world
  const rows = (headers, row) => base64(csv([headers, ...TEXTS.map((text, n) => row(text, n))]))
  const said = {}
  said.roster = await office.call('import_roster', { grid: GRID, name: '=1+1<b>.csv', data: rows(['楼号', '单元', '房号', '姓名', '与户主关系', '联系电话', '标签', '备注', '<img src=x onerror=alert(1)>'], (text, n) => ['31', '1', `${n + 101}`, text, '户主', '', text, text, text]) })
  const table = (kind, headers, row) => office.call('import_table', { kind, grid: GRID, name: `${kind}<b>.csv`, data: rows(headers, row) })
  said.place = await table('place', ['店名', '位置', '负责人', '联系电话', '备注'], (text) => [text, '31号楼', text, '13900000101', text])
  said.facility = await table('facility', ['设施名称', '位置', '备注'], (text) => [text, '31号楼', text])
  said.building = await table('building', ['楼号', '小区', '备注'], (text, n) => [`${n + 200}`, text, text])
  said.case = await table('case', ['事项名称', '类别', '情况', '上报时间', '状态', '位置'], (text) => [text, '楼道堆物', text, '2026-09-01', '已办结', '31号楼'])
  said.visit = await table('visit', ['楼号', '单元', '房号', '走访时间', '走访情况'], (text, n) => ['31', '1', `${n + 101}`, '2026-09-01', text])
  said.orders = await office.call('import_orders', { name: 'orders.csv', data: rows(['工单编号', '诉求类型', '标题', '诉求内容', '来电人', '事发地址', '派单时间', '办理时限'], (text, n) => [`GD${n}`, '投诉', text, text, text, text, '2026-09-21', '2026-09-28']) })
  const square = (n) => ({ type: 'Polygon', coordinates: [[[108.9 + n / 1e4, 34.2], [108.90005 + n / 1e4, 34.2], [108.90005 + n / 1e4, 34.20005], [108.9 + n / 1e4, 34.2]]] })
  said.shapes = await office.call('import_shapes', { data: base64(JSON.stringify({ type: 'FeatureCollection', features: TEXTS.map((text, n) => ({ type: 'Feature', properties: { name: text, 楼号: text }, geometry: square(n) })) })) })
  return said
}

/** Writes the corpus wherever somebody may write. Answers what was refused: `command text code`. */
export async function poison(world, story) {
  const { office } = world
  const { worker, head, building } = story
  let turn = 0
  // a picked text, in turn, so that each stands somewhere and each screen shows some; marks of markup and of direction come most
  const LOUD = [...MARKUP.slice(0, 6), ...BIDI.slice(0, 3), CORPUS.formulas[1], ...MARKUP.filter((text) => /corpus|\||@:/.test(text))]
  const loud = () => LOUD[turn++ % LOUD.length]
  const refused = []
  const tell = async (device, name, args) => {
    try {
      return await device.call(name, args)
    } catch (raised) {
      refused.push(`${name} ${raised.code} ${raised.message}`)
      return {}
    }
  }
  const doors = (await worker.call('list_households', { unit: building.id, limit: 100 })).items
  const shown = [story.forked.id, story.plain, story.field.family, story.field.hub]
  for (const id of [...shown, ...doors.slice(0, 12).map((one) => one.id)]) {
    await tell(office, 'edit_household', { id, edit: { head_name: loud(), note: loud(), tags: [loud()] } })
    const { persons } = await worker.call('get_household', { id })
    for (const { id: person } of persons.filter((one) => !one.ended).slice(0, 3)) await tell(office, 'edit_person', { id: person, edit: { name: loud(), note: loud(), employer: loud(), care_tags: [loud()], tags: [loud()] } })
    await tell(worker, 'add_visit', { household: id, outcome: 'absent', note: loud(), at: Date.now() - 86_400_000, facts: {}, topics: [] })
    await tell(worker, 'add_listing', { kind: 'wish', words: loud(), household: id })
  }
  for (const kind of ['place', 'facility', 'patrol']) for (let n = 0; n < 4; n += 1) await tell(office, `add_${kind}`, { name: loud(), building: building.id, edit: { address: loud(), ...(kind === 'patrol' ? {} : { note: loud() }), ...(kind === 'place' ? { contact: loud() } : kind === 'patrol' ? { round: loud(), every_days: 7, order: n } : {}) } })
  for (const id of [story.field.point, story.field.lift, story.field.shop]) await tell(worker, 'add_visit', { [id === story.field.point ? 'patrol' : id === story.field.lift ? 'facility' : 'place']: id, outcome: 'found', note: loud(), at: Date.now(), facts: {} })
  for (const device of [office, worker, head]) for (let n = 0; n < 6; n += 1) await tell(device, 'add_case', { matter: ['01002', '02002', '03016'][n % 3], title: loud(), description: loud(), building: building.id, place: loud(), ...(device === office ? { reporter: loud(), contact: loud() } : {}) })
  await tell(office, 'add_case', { workflow: 'hotline', matter: '噪声扰民', title: loud(), description: loud(), building: building.id, reporter: loud(), contact: loud(), data: { number: loud(), kind: 'complaint', channel: loud(), due: day(5) } })
  for (const id of [story.case, story.light, story.order]) await tell(office, 'add_step', { case: id, transition: 'comment', note: loud() })
  await project(tell, office, loud, building)
  await tell(worker, 'set_hub', { household: story.field.hub, name: loud() })
  await tell(office, 'put_view', { kind: 'household', name: MARKUP[0], view: {} })
  await tell(office, 'put_view', { kind: 'person', name: BIDI[0], view: {} })
  await tell(office, 'add_matter', { category: '06', name_zh: loud(), name_en: loud(), class: 'open', community_duty: '协办', lead: loud() })
  for (let n = 2; n < 5; n += 1) await tell(office, 'set_day', { date: `2027-03-0${n}`, works: false, name: loud() })
  for (let n = 0; n < 4; n += 1) await tell(office, 'add_request', { title: loud(), asker: loud(), basis: loud(), note: loud(), minutes: 5, asked_on: day(-1), fields: ['person.name'] })
  await forms(tell, office, loud)
  for (let n = 0; n < 3; n += 1) await tell(office, 'add_campaign', { title: loud().slice(0, 40), words: loud(), form: 'campaign_ebike', unit: building.id, due: day(9) })
  for (let n = 0; n < 2; n += 1) await tell(office, 'make_grid', { parent: COMMUNITY, name: loud(), units: [] })
  for (const name of [MARKUP[0], BIDI[0], CORPUS.formulas[1]]) await tell(office, 'invite_device', { role: 'worker', unit: GRID, name })
  for (const [n, role] of ['worker', 'part_time', 'assignee', 'building_head'].entries()) {
    const device = await world.device(`hostile${n}`, role, role === 'assignee' ? COMMUNITY : role === 'building_head' ? building.id : GRID, [MARKUP[2], BIDI[1], MARKUP[5], BIDI[0]][n])
    await device.sync()
    await device.off()
  }
  await office.sync()
  const asked = (await office.call('list_inbox', {})).items[0]
  const choice = asked && (await office.call('get_inbox_item', { id: asked.id })).may_ask[0]
  if (choice) await tell(office, 'ask_back', { item: asked.id, to: choice.id, words: loud() })
  const read = await office.call('read_template', { file: join(root, 'tests/data/民政_高龄津贴摸底表.xlsx') }).catch(() => office.call('read_template', { data: readFileSync(join(root, 'tests/data/民政_高龄津贴摸底表.xlsx')).toString('base64'), name: 'a.xlsx' }))
  await tell(office, 'put_template', { print: read.sheets[0].print, name: loud(), asker: loud(), per: 'person', columns: { 序号: '' } })
  for (const device of [office, worker, head, office, worker, head]) await device.sync()
  // what is written after the last contact waits
  await world.serverDown()
  await tell(worker, 'add_visit', { household: doors[13].id, outcome: 'absent', note: loud(), at: Date.now(), facts: {} })
  return refused
}

/** A project in each state. */
async function project(tell, office, loud, building) {
  for (let n = 0; n < 3; n += 1) await tell(office, 'add_case', { workflow: 'project', matter: '03016', title: loud(), description: loud(), building: building.id, place: loud(), data: { contractor: loud(), budget: '1000' } })
}

/** A questionnaire and a workflow whose every word is of the corpus. */
async function forms(tell, office, loud) {
  const form = (await office.call('list_forms')).items.find((one) => one.form.name === 'campaign_ebike').form
  const words = ['zh', 'en', 'about', 'about_en', 'hint', 'hint_en', 'message', 'message_en']
  await tell(office, 'put_form', { form: { ...reworded(form, words, loud), name: 'corpus' } })
  const flow = (await office.call('list_workflows')).items.find((one) => one.current).workflow
  let named = 0 // two states of one name could not be told apart
  await tell(office, 'put_workflow', { workflow: { ...reworded(flow, ['zh', 'en', 'about', 'said'], () => `${(named += 1)} ${loud().slice(0, 34).trim()}`), name: 'corpus', matters: [] } })
}

/** A workbook with these texts, for what is read as a workbook. */
export function workbook(file, sheets) {
  writeFileSync(`${file}.json`, JSON.stringify(sheets))
  const raised = python('book.py', `${file}.json`, file)
  if (raised) throw new Error(raised)
  return file
}
