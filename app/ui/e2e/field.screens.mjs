// Screens of field work beyond the household visit, and what they show: a round, a shop, a lift, a hub, a wish, people who died, are away, split.
import { at } from './world.mjs'

const open = async (page, id, shown) => {
  await at(page, id).first().click()
  await at(page, shown).first().waitFor()
}
const menu = async (page, value) => {
  await page.locator('header [data-testid="more"]').first().click()
  await at(page, `menu-${value}`).click()
}

export const FIELD_SCREENS = [
  { name: 'today-points', hash: () => '/w/today', ready: 'today-point', act: (page) => at(page, 'today-points').scrollIntoViewIfNeeded() },
  { name: 'route', hash: () => '/w/today', ready: 'door-row', act: (page) => open(page, 'by-route', 'stop') },
  { name: 'rounds', hash: () => '/w/field', ready: 'round' },
  { name: 'places', hash: () => '/w/field?tab=place', ready: 'place' },
  { name: 'facilities', hash: () => '/w/field?tab=facility', ready: 'facility' },
  { name: 'spot', hash: (s) => `/w/spot/${s.field.point}`, ready: 'spot-visit' },
  { name: 'check', hash: (s) => `/w/spot/${s.field.point}`, ready: 'spot-visit', act: (page) => open(page, 'check', 'check-sheet') },
  { name: 'check-facility', hash: (s) => `/w/spot/${s.field.lift}`, ready: 'spot-name', act: (page) => open(page, 'check', 'check-sheet') },
  { name: 'spot-form', hash: () => '/w/field/add/patrol', ready: 'spot-name-field' },
  { name: 'spot-edit', hash: (s) => `/w/spot/${s.field.point}/edit`, ready: 'spot-name-field' },
  { name: 'death', hash: (s) => `/w/household/${s.field.family}`, ready: 'person', act: async (page) => { await at(page, 'person').first().locator('[data-testid="more"]').click(); await open(page, 'menu-death', 'life-death') } },
  { name: 'away', hash: (s) => `/w/household/${s.field.family}`, ready: 'person', act: async (page) => { await menu(page, 'away'); await at(page, 'life-away').waitFor() } },
  { name: 'split', hash: (s) => `/w/household/${s.field.family}`, ready: 'person', act: async (page) => { await menu(page, 'split'); await at(page, 'life-split').locator('.gw-chip').first().click() } },
  { name: 'household-family', hash: (s) => `/w/household/${s.field.hub}`, ready: 'family-part', act: (page) => at(page, 'family-part').scrollIntoViewIfNeeded() },
  { name: 'hubs', hash: () => '/w/hubs', ready: 'hub' },
  { name: 'hub', hash: (s) => `/w/household/${s.field.hub}/hub`, ready: 'covered' },
  { name: 'wishes', hash: () => '/w/wishes', ready: 'wish' },
  { name: 'wish', hash: (s) => `/w/household/${s.field.family}`, ready: 'person', act: async (page) => { await menu(page, 'wish'); await at(page, 'wish-sheet').waitFor() } },
  { name: 'wish-settle', hash: () => '/w/wishes', ready: 'wish', act: (page) => open(page, 'wish', 'settle-wish') },
  { name: 'paste', hash: () => '/w/report', ready: 'paste-open', act: async (page, s) => { await at(page, 'paste-open').click(); await at(page, 'paste-text').fill(s.field.message); await open(page, 'paste-read', 'guess-door') } },
  { name: 'tower', hash: (s) => `/w/buildings/${s.field.tower}`, ready: 'door', act: (page) => open(page, 'tab-9', 'door') },
  { name: 'lane', hash: (s) => `/w/buildings/${s.field.tower}`, ready: 'door', act: (page) => open(page, 'tab-柳巷', 'door') },
]

/** Floors and doors of the tower; houses of the lane. */
export const TOWER = { floors: 33, doors: 6 }
export const LANE = ['甲1', '2', '3', '5', '7', '8', '10', '11', '12', '12乙', '14', '16']

/** A tower of 33 floors and a lane, as two staircases of a building. */
export async function buildTower(worker, building, doors = TOWER.doors) {
  for (let floor = 1; floor <= TOWER.floors; floor += 1) for (let n = 1; n <= doors; n += 1) await worker.call('add_household', { building, unit_no: '9', door: `${floor}0${n}`, edit: { rented: (floor + n) % 7 === 0 } })
  for (const house of LANE) await worker.call('add_household', { building, unit_no: '柳巷', door: house })
}

/** What the screens above show, written by the worker. */
export async function prepareField(worker, building) {
  const units = (await worker.call('list_units')).items
  const tower = units.filter((unit) => unit.kind.code === 'building' && unit.households).sort((a, b) => Number(b.number) - Number(a.number))[0]
  await buildTower(worker, tower.id, 4)
  const add = async (kind, name, edit) => (await worker.call(`add_${kind}`, { name, building: building.id, edit })).id
  const point = await add('patrol', '车棚', { round: '消防巡查', order: 1, every_days: 7, address: '东侧' })
  await add('patrol', '一层消火栓', { round: '消防巡查', order: 2, every_days: 30 })
  await add('patrol', '楼顶', { round: '防汛', order: 1, every_days: 90, address: '1 单元上' })
  await worker.call('add_visit', { patrol: point, outcome: 'found', note: '靠门那两辆还在拉线充电', at: Date.now() - 9 * 86_400_000, facts: {} })
  const shop = await add('place', '老马面馆', { kind: 'restaurant', contact: '马老板', phone: '13900004455' })
  await worker.call('add_visit', { place: shop, outcome: 'met', note: '灭火器换了新的', at: Date.now() - 86_400_000, facts: {} })
  const lift = await add('facility', '1 单元电梯', { kind: 'lift', state: 'good' })
  await add('facility', '楼道声控灯', { kind: 'lamp', state: 'fault', address: '2 单元五层' })
  const files = []
  for (const item of (await worker.call('list_households', { unit: building.id, limit: 100 })).items.slice(12)) {
    const file = await worker.call('get_household', { id: item.id })
    if (file.persons.filter((one) => !one.ended).length > 2 && !file.household.moved && !file.own_hub) files.push(file)
    if (files.length > 4) break
  }
  const [family, hub, ...covered] = files
  await worker.call('set_hub', { household: hub.household.id, lead: hub.persons[0].id, covers: covered.map((one) => one.household.id) })
  await worker.call('set_away', { household: hub.household.id, until: new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10) })
  await worker.call('split_household', { household: hub.household.id, people: [hub.persons[1].id], head: hub.persons[1].id })
  const wish = await worker.call('add_listing', { kind: 'wish', words: '想在卫生间装个扶手', household: covered[0].household.id, person: covered[0].persons[0].id })
  await worker.call('add_listing', { kind: 'need', words: '想学用手机挂号', household: hub.household.id })
  await worker.call('settle_listing', { id: wish.id, state: 'matched', outcome: '物业下周来量' })
  const [number, stair, no] = family.household.plate.split('-')
  const message = `李阿姨 09:12\n您好，${number}号楼${stair}单元${no}门口有人飞线充电，电话139 0000 4321，麻烦看看`
  return { point, lift, shop, family: family.household.id, hub: hub.household.id, tower: tower.id, message }
}
