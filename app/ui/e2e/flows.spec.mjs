// Five cases from the first word to their end, each across the phone of a worker, of a building head, the screen of a firm and the office: a hazard, a dispute, an order of
// the hotline, a whistle, an order for the property firm. Every step is taken on a page; what became of it is asked of the engine.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { at, COMMUNITY, GRID, until, World } from './world.mjs'

const DESK = { width: 1440, height: 900, scale: 1, touch: false }
let world, building, worker, head, firm, office
/** Page of each, opened once. */
const pages = {}

before(async () => {
  world = await World.begin()
  office = world.office
  building = (await office.call('list_units')).items.find((unit) => unit.number === '3')
  worker = await world.device('worker', 'worker', GRID, '王秀梅')
  head = await world.device('head', 'building_head', building.id, '刘玉芬')
  firm = await world.device('firm', 'assignee', COMMUNITY, '和顺物业')
  await meet()
  pages.office = await world.phone(office, { ...DESK, prefs: { theme: 'light', elder: false } })
  pages.firm = await world.phone(firm, { ...DESK, prefs: { theme: 'light', elder: false } })
  pages.worker = await world.phone(worker, { prefs: { theme: 'light', elder: false } })
  pages.head = await world.phone(head)
})
after(async () => {
  await world?.end()
})

/** What each wrote is at the server, and everybody has it. */
async function meet() {
  for (const device of [head, worker, firm, office, head, worker, firm]) await device.sync()
}
const file = (device, id) => device.call('get_case', { id })
const go = async (page, device, hash) => {
  await page.goto(`${device.url}#${hash}`)
  await page.waitForLoadState()
}
const stands = (device, id, state) => until(async () => (await file(device, id)).case.state.code === state, `${state} here`)

/** Fills in what a step asks for, and sends it. */
async function fill(page, { note, rating, to, data = {}, choices = {} }) {
  const form = at(page, 'step-form')
  await form.waitFor()
  if (rating) await at(form, `rating-${rating}`).click()
  if (to) await at(form, 'step-assignee').fill(to)
  for (const [name, text] of Object.entries(data)) await at(form, `data-${name}`).fill(text)
  for (const [name, value] of Object.entries(choices)) {
    const control = at(form, `data-${name}`)
    if (await control.count()) await control.selectOption(value)
    else await at(form, `data-${name}-${value}`).click()
  }
  if (note) await at(form, 'step-note').fill(note)
  await form.locator('[data-testid="step-send"], [data-testid="give"]').click()
}

/** A step on the phone: the one in the bar, or one behind 更多. */
async function onPhone(id, step, state, asked = {}) {
  const { worker: page } = pages
  await go(page, worker, `/w/case/${id}`)
  await page.locator('[data-testid="case-page"] .cp-acts').waitFor()
  const bar = page.locator('.cp-acts').getByTestId(`step-${step}`)
  const behind = at(page, 'more-sheet').getByTestId(`step-${step}`)
  // What the page last knew is there at once, the newer answer a moment later: the bar may change once.
  await until(async () => {
    if (await bar.count()) return bar.click().then(() => true)
    await at(page, 'more-steps').click()
    await at(page, 'more-sheet').waitFor()
    if (await behind.count()) return behind.click().then(() => true)
    await page.keyboard.press('Escape')
    await at(page, 'more-sheet').waitFor({ state: 'detached' })
    return false
  }, `${step} on the phone`)
  await fill(page, asked)
  await stands(worker, id, state)
  await at(page, 'step-form').waitFor({ state: 'detached' })
  await meet()
}

/** A step at a desk: what lies open, or a button. */
async function atDesk(who, id, step, state, asked = {}) {
  const [page, device] = [pages[who], who === 'firm' ? firm : office]
  await go(page, device, `/o/dispatch/${id}`)
  await at(page, 'case-state').waitFor()
  const button = at(page, `step-${step}`)
  const given = page.locator(`[data-testid="step-form"][data-step="${step}"]`)
  await button.or(given).first().waitFor()
  if (await button.count()) await button.click()
  await given.waitFor()
  await fill(page, asked)
  await stands(device, id, state)
  await meet()
}

/** Reports on the phone and answers with the id of the new case. */
async function report({ hash = `/w/report?building=${building.id}`, start, search, matter, words, data = {}, choices = {} }) {
  const { worker: page } = pages
  await go(page, worker, hash)
  if (start) {
    await at(page, 'starts').click()
    await at(page, `start-${start}`).click()
  }
  if (matter) {
    await at(page, 'matter-search').fill(search)
    await at(page, `matter-${matter}`).click()
  }
  await at(page, 'report-words').fill(words)
  if (await at(page, 'more-fields').count()) await at(page, 'more-fields').click()
  for (const [name, text] of Object.entries(data)) await at(page, `data-${name}`).fill(text)
  for (const [name, value] of Object.entries(choices)) await at(page, `data-${name}`).selectOption(value)
  await at(page, 'send-report').click()
  await at(page, 'case-page').waitFor()
  const id = page.url().split('/w/case/')[1]
  await meet()
  return id
}

test('a hazard: said by a building head, given to whoever may handle it, answered, closed, called back, done again', async () => {
  const page = pages.head
  await at(page, 'head-report').tap()
  await at(page, 'head-words').fill('五楼楼道灯不亮了')
  await at(page, 'head-matter-03016').tap()
  await at(page, 'head-send').tap()
  await at(page, 'head-sent').waitFor()
  await meet()
  const { id } = (await office.call('list_cases', { state: 'open' })).items.find((one) => one.title.includes('楼道灯'))

  // the community only reports this: its own people are not offered, and the page says why
  await go(pages.office, office, `/o/dispatch/${id}`)
  await at(pages.office, 'report-only').waitFor()
  const offered = await at(pages.office, 'assignee-option').allInnerTexts()
  assert.ok(offered.some((one) => one.includes('和顺物业')), offered.join())
  assert.ok(!offered.some((one) => /王秀梅|刘玉芬|周敏/.test(one)), offered.join())
  // … and a name written by hand is refused in words, beside the name
  await at(pages.office, 'step-assignee').fill('王秀梅')
  await at(pages.office, 'give').click()
  await pages.office.getByText('社区和网格员只报不办').waitFor()
  assert.equal((await file(office, id)).case.state.code, 'reported', 'nothing was written')
  await at(pages.office, 'step-assignee').fill('')
  await pages.office.getByRole('radio', { name: /和顺物业/ }).click()
  await at(pages.office, 'give').click()
  await stands(office, id, 'dispatched')
  await meet()

  await atDesk('firm', id, 'answer', 'answered', { note: '换了灯泡，亮了' })
  await atDesk('office', id, 'close', 'closed', { note: '物业换好了灯' })

  await go(pages.head, head, '/h/cases')
  await at(pages.head, 'head-outcome').getByText('物业换好了灯').waitFor()

  // called back: not satisfied, so it is done again; the second time it is well
  await go(pages.worker, worker, '/w/cases')
  await at(pages.worker, 'tab-follow').click()
  await at(pages.worker, 'case').filter({ hasText: '楼道灯' }).click()
  await at(pages.worker, 'step-return_visit').click()
  // what was begun survives closing the sheet
  await at(pages.worker, 'step-note').fill('又灭了')
  await pages.worker.keyboard.press('Escape')
  await at(pages.worker, 'step-form').waitFor({ state: 'detached' })
  await at(pages.worker, 'step-return_visit').click()
  assert.equal(await at(pages.worker, 'step-note').inputValue(), '又灭了')
  await fill(pages.worker, { rating: 'dissatisfied' })
  await stands(worker, id, 'handling')
  await meet()
  await atDesk('office', id, 'close', 'closed', { note: '换了整个灯座' })
  await onPhone(id, 'return_visit', 'visited', { rating: 'satisfied' })
  assert.equal((await file(office, id)).case.is_closed, true)
})

test('the same thing close by is offered first, and a word is added to it instead of a second case', async () => {
  const { worker: page } = pages
  const first = await report({ search: '电动', matter: '01002', words: '一楼有两辆电动车拉线充电' })
  const before = (await worker.call('list_cases', {})).total
  await go(page, worker, `/w/report?building=${building.id}`)
  await at(page, 'matter-search').fill('电动')
  await at(page, 'matter-01002').click()
  await at(page, 'same-matter').getByText('一楼有两辆电动车拉线充电').waitFor()
  await at(page, 'report-words').fill('今天又多了一辆')
  await at(page, 'is-twin').click()
  await at(page, 'step-form').waitFor()
  assert.equal(await at(page, 'step-note').inputValue(), '今天又多了一辆')
  await at(page, 'step-send').click()
  await at(page, 'case-page').waitFor()
  assert.ok(page.url().endsWith(first))
  const { steps } = await file(worker, first)
  assert.equal(steps.at(-1).note, '今天又多了一辆')
  assert.equal((await worker.call('list_cases', {})).total, before)

  // somebody did report it twice: the office puts the second into the first, and each leads to the other
  await go(page, worker, `/w/report?building=${building.id}`)
  await at(page, 'matter-search').fill('电动')
  await at(page, 'matter-01002').click()
  await at(page, 'not-twin').click()
  await at(page, 'report-words').fill('门口有电动车飞线')
  await at(page, 'send-report').click()
  await at(page, 'case-page').getByText('门口有电动车飞线').first().waitFor()
  const second = page.url().split('/w/case/')[1]
  await meet()
  const { office: desk } = pages
  await go(desk, office, `/o/dispatch/${second}`)
  await at(desk, 'step-merge').click()
  await at(desk, 'data-into-find').fill('拉线充电')
  await at(desk, 'data-into-one').first().click()
  await at(desk, 'step-send').click()
  await at(desk, 'link-merged_into').click()
  await at(desk, 'link-merged').waitFor()
  assert.ok(desk.url().endsWith(first))
  const merged = await file(office, second)
  assert.deepEqual([merged.case.state.code, merged.case.is_closed, merged.case.is_aside], ['merged', true, true])
})

test('a dispute: found by the worker, mediated, agreed on paper, told, called back, filed; the building head never hears of it', async () => {
  const id = await report({ search: '邻里', matter: '02002', words: '楼上漏水，两家吵起来了', data: { party_a: '陈桂兰', party_b: '赵铁军' }, choices: { dispute_type: 'family_neighbour' } })
  assert.deepEqual((await file(office, id)).case.fields.map((one) => one.text), ['陈桂兰', '赵铁军', '婚姻、家庭、邻里等民间纠纷'])
  await onPhone(id, 'refer', 'referred', { to: '社区调解委员会' })
  await atDesk('office', id, 'accept', 'accepted', { data: { mediator: '周敏' } })
  await atDesk('office', id, 'mediate', 'mediating', { note: '两家都到了' })
  const terms = '楼上 3 日内修好水管，赔 1200 元 <b>各自留存</b>'
  await atDesk('office', id, 'agree', 'agreed', { data: { terms }, choices: { notarised: 'applied' } })

  await go(pages.office, office, `/o/dispatch/${id}`)
  await at(pages.office, 'print-agreement').click()
  await at(pages.office, 'print-page').getByText(terms).waitFor()
  assert.match(await at(pages.office, 'print-page').innerText(), /陈桂兰[\s\S]*赵铁军[\s\S]*已申请/)
  assert.equal(await at(pages.office, 'print-page').locator('b').count(), 0, 'what people wrote stays text')
  await at(pages.office, 'print-back').click()
  await at(pages.office, 'case-state').waitFor()

  await atDesk('office', id, 'feed_back', 'fed_back', { note: '谈成了，请去回访' })
  await onPhone(id, 'return_visit', 'visited', { rating: 'fair' })
  await atDesk('office', id, 'file', 'filed')
  assert.equal((await file(worker, id)).case.is_closed, true)
  await assert.rejects(file(head, id), { code: 'not_found' })
  assert.ok(!(await head.call('list_cases', {})).items.some((one) => one.id === id))
})

test('an order of the hotline: written down at the desk with its own number and day, handled, called back, delivered', async () => {
  const { office: page } = pages
  await go(page, office, '/o/dispatch')
  await at(page, 'new-case').click()
  await at(page, 'new-workflow').selectOption('hotline')
  await at(page, 'new-title').fill('广场舞音响太大')
  await at(page, 'new-contact').fill('13900001234')
  await at(page, 'new-reporter').fill('来电人')
  await at(page, 'new-building').selectOption(building.id)
  assert.equal(await at(page, 'new-send').isDisabled(), true, 'the number is required')
  const due = new Date(Date.now() + 9 * 86_400_000).toISOString().slice(0, 10)
  await at(page, 'data-number').fill('12345-0088')
  await at(page, 'data-due').fill(due)
  await at(page, 'new-send').click()
  await page.locator('article').getByTestId('tag-number').getByText('12345-0088').waitFor()
  const id = page.url().split('/o/dispatch/')[1]
  const opened = await file(office, id)
  assert.equal(opened.case.workflow.code, 'hotline')
  assert.equal(new Date(opened.case.due_at + 8 * 3_600_000).toISOString().slice(0, 10) <= due, true, 'its clock ends with the day that the hotline gave')
  await atDesk('office', id, 'sign', 'signed')
  await atDesk('office', id, 'give', 'given', { to: '王秀梅' })
  // who called is known to the worker, with a number one tap away
  await go(pages.worker, worker, `/w/case/${id}`)
  assert.equal(await at(pages.worker, 'call-person').first().getAttribute('href'), 'tel:13900001234')
  await onPhone(id, 'handle', 'handling', { note: '去劝了，说好九点停' })
  await onPhone(id, 'answer', 'answered', { note: '约定九点以后不放音响', choices: { contacted: 'reached' } })
  await onPhone(id, 'return_visit', 'visited', { rating: 'satisfied' })
  await atDesk('office', id, 'deliver', 'delivered')
  assert.equal((await file(office, id)).case.is_closed, true)
})

test('a whistle: drafted by the worker, blown by the office, arrival and rating written by whoever drafted it', async () => {
  const id = await report({ start: 'whistle', search: '占道', matter: '03007', words: '夜市占了消防通道', data: { reason: '社区没有执法权' } }).catch(async (raised) => {
    throw new Error(`the report was not written: ${await pages.worker.locator('main').innerText()}`, { cause: raised })
  })
  assert.equal((await file(office, id)).case.workflow.code, 'whistle')
  await atDesk('office', id, 'blow_request', 'called_request', { to: '城市管理部门', note: '请今晚来', data: { departments: '城管、消防' } })
  // only whoever drafted it says who came
  assert.ok(!(await file(office, id)).next.some((one) => one.transition.code === 'arrive'))
  await onPhone(id, 'arrive', 'arrived', { data: { came: '城管 2 人' } })
  await atDesk('office', id, 'settle', 'settled', { note: '划了线，装了隔离桩', choices: { outcome: 'solved' } })
  await onPhone(id, 'blower_rating', 'rated', { rating: 'satisfied' })
  const { clocks, case: item } = await file(office, id)
  assert.equal(item.is_closed, true)
  assert.equal(item.level.code, 'street')
  assert.equal(clocks.find((one) => one.name.code === 'arrive_request').state, 'met')
})

test('an order for the property firm: accepted, given, done, not to the resident\'s liking, done again, rated', async () => {
  const home = (await worker.call('list_households', { q: '3-1-101', limit: 1 })).items[0]
  const id = await report({ hash: `/w/report?household=${home.id}`, search: '物业', matter: '04013', words: '单元门关不上', choices: { service: 'repair' } })
  await atDesk('office', id, 'accept', 'accepted')
  await go(pages.office, office, `/o/dispatch/${id}`)
  await pages.office.getByRole('radio', { name: /和顺物业/ }).click()
  await at(pages.office, 'give').click()
  await stands(office, id, 'given')
  await meet()
  await atDesk('firm', id, 'finish', 'done', { note: '换了闭门器', data: { cost: '0' } })
  await onPhone(id, 'resident_rating', 'given', { rating: 'dissatisfied', note: '还是关不严' })
  await atDesk('firm', id, 'finish', 'done', { note: '又调了一次，关严了' })
  await onPhone(id, 'resident_rating', 'rated', { rating: 'satisfied' })
  const { case: item, steps } = await file(office, id)
  assert.equal(item.is_closed, true)
  assert.deepEqual(steps.filter((one) => one.rating).map((one) => one.rating), ['不满意', '满意'])
  // closed, and there again: a new one that knows of the old
  await go(pages.worker, worker, `/w/case/${id}`)
  await at(pages.worker, 'more-steps').click()
  await at(pages.worker, 'again').click()
  await at(pages.worker, 'bound').waitFor()
  await at(pages.worker, 'report-words').fill('又关不上了')
  await at(pages.worker, 'send-report').click()
  await at(pages.worker, 'link-repeat_of').waitFor()
})

test('two steps taken apart stand side by side in the inbox until somebody says that they were looked at', async () => {
  const id = await report({ search: '停水', matter: '04010', words: '三楼以上停水' })
  await world.serverDown()
  await office.call('add_step', { case: id, transition: 'void', note: '自来水公司说没有停水', data: {} })
  await worker.call('add_step', { case: id, transition: 'handle', note: '去看了，还在停', data: {} })
  await world.serverUp()
  await meet()
  await until(async () => (await office.call('list_cases', { clashing: true })).items.some((one) => one.id === id), 'they clash')
  await go(pages.office, office, '/o/inbox?kind=step')
  const entry = at(pages.office, 'clash-detail')
  await entry.waitFor()
  for (const word of ['自来水公司说没有停水', '去看了，还在停', '王秀梅']) await entry.getByText(word).first().waitFor()
  await go(pages.office, office, `/o/dispatch/${id}`)
  await at(pages.office, 'case-clashes').click()
  await at(pages.office, 'clash-review').click()
  await fill(pages.office, { note: '打电话问过，已经来水' })
  await until(async () => (await office.call('list_cases', { clashing: true })).total === 0, 'looked at')
  await until(async () => (await at(pages.office, 'clash-detail').count()) === 0, 'it left the inbox')
})

test('no page ever failed', () => {
  assert.deepEqual(Object.fromEntries(Object.entries(pages).map(([who, page]) => [who, page.problems])), { office: [], firm: [], worker: [], head: [] })
})
