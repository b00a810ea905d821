// A deployment makes a workflow of its own in the office, without a word of code: a copy of 一般事项 with a state and two steps more. It arrives on a
// worker's phone that nobody rebuilt and works there; what already ran keeps the version that it began in. Server, phone and engine are the real ones.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { looksAccessible, soon } from './office.world.mjs'
import { at, GRID, until, World } from './world.mjs'

let world, office, worker, wang, old
const flow = async (device, name) => (await device.call('list_workflows')).items.find((i) => i.current && i.workflow.name === name)
const file = (device, id) => device.call('get_case', { id })

before(async () => {
  world = await World.begin()
  office = world.office
  worker = await world.device('worker', 'worker', GRID, '王秀梅')
  await worker.sync()
  const { items } = await worker.call('list_households', { limit: 1 })
  old = (await worker.call('add_case', { matter: '01001', title: '楼道堆了纸箱', household: items[0].id, data: {} })).id
  await worker.sync()
  await office.sync()
  wang = { household: items[0].id }
})
after(() => world?.end())

let page
const problems = () => page.locator('[data-testid="flow-problem"]').evaluateAll((all) => all.map((one) => `${one.dataset.code} ${one.dataset.place}`))
const chip = (id) => at(page, id).click()

test('every workflow is shown as a diagram and as a table, and can be read with the keyboard alone', async () => {
  page = await world.phone(office, { hash: '/o/settings/flows', width: 1440, height: 900, scale: 1, touch: false })
  await at(page, 'flow-view').waitFor()
  await soon(async () => assert.equal(await at(page, 'flow-view').getAttribute('data-flow'), 'hazard'))
  assert.match(await at(page, 'flow-running').innerText(), /1 件/)
  await looksAccessible(page, 'workflows, light')
  const { items } = await office.call('list_workflows')
  assert.equal(await at(page, 'flow-row').count(), items.length)
  for (const { workflow } of items) {
    await page.locator(`[data-testid="flow-row"][data-flow="${workflow.name}"]`).click()
    await page.locator(`[data-testid="flow-view"][data-flow="${workflow.name}"]`).waitFor()
    // the widths that the drawing was laid out by are never narrower than what this browser writes
    const tight = await page.locator('[data-testid="flow-diagram"]').evaluate((svg) => [...svg.querySelectorAll('.spot')].flatMap((g) => {
      const room = g.querySelector('.hit')?.getBBox()
      return room ? [...g.querySelectorAll('text')].filter((text) => text.getBBox().width > room.width + 1).map((text) => text.textContent) : []
    }))
    assert.deepEqual(tight, [], workflow.name)
    assert.equal(await page.locator('[data-testid="flow-table"] tbody tr').count(), workflow.steps.length)
  }
  await page.locator('[data-testid="flow-row"][data-flow="hazard"]').click()
  await page.locator('[data-testid="flow-view"][data-flow="hazard"]').waitFor()
  await page.locator('[data-testid="flow-diagram"] [tabindex="0"]').focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  assert.equal(await page.locator('[data-testid="flow-diagram"] [aria-pressed="true"]').first().getAttribute('aria-label'), '步骤「研判」：从已上报到已研判')
  assert.match(await page.locator('[data-testid="flow-table"] tr[data-on]').innerText(), /研判/)
  await page.keyboard.press('Escape')
  assert.equal(await page.locator('[data-testid="flow-diagram"] [aria-pressed="true"]').count(), 0)
})

test('on paper there is the workflow alone, as wide as the sheet, dark ink on white', async () => {
  await page.evaluate(() => { document.documentElement.dataset.theme = 'dark'; dispatchEvent(new Event('beforeprint')) })
  await page.emulateMedia({ media: 'print' })
  assert.equal(await at(page, 'flow-row').first().isVisible(), false)
  assert.equal(await at(page, 'rail-o-people').isVisible(), false)
  assert.equal(await at(page, 'flow-table').isVisible(), true)
  const { room, wide, theme } = await page.locator('[data-testid="flow-diagram"]').evaluate((svg) => ({ room: svg.parentElement.clientWidth, wide: svg.getBoundingClientRect().width, theme: document.documentElement.dataset.theme }))
  assert.ok(wide <= room, `${wide} of ${room}`)
  assert.equal(theme, 'light')
  await page.emulateMedia({ media: 'screen' })
  await page.evaluate(() => dispatchEvent(new Event('afterprint')))
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark')
  await page.evaluate(() => (document.documentElement.dataset.theme = 'light'))
})

test('a copy gets a state and steps of its own; what is wrong is said where it is, before anything is saved', async () => {
  await chip('flow-copy')
  await at(page, 'edit-zh').fill('电梯故障')
  await at(page, 'edit-en').fill('Lift out of order')
  assert.equal(await at(page, 'edit-name').inputValue(), 'hazard_2')
  // the code of another one would make it a version of that one
  await at(page, 'edit-name').fill('dispute')
  await soon(async () => assert.deepEqual(await problems(), ['name name']))
  assert.equal(await at(page, 'flow-save').isDisabled(), true)
  await at(page, 'edit-name').fill('lift')
  await chip('part-states-handling')
  await chip('add-states')
  await at(page, 'edit-zh').fill('等维保')
  await at(page, 'edit-en').fill('waiting for the lift company')
  await soon(async () => assert.deepEqual((await problems()).sort(), ['dead_end states.state_1', 'unreachable states.state_1']))
  assert.match(await at(page, 'part-problem').innerText(), /到不了.*走不到办结/)
  assert.equal(await page.locator('[data-testid="flow-diagram"] [data-spot="state state_1"]').count(), 1)
  assert.equal(await page.locator('.box[data-wrong]').count(), 1)
  assert.equal(await at(page, 'flow-save').isDisabled(), true)
  await looksAccessible(page, 'editor with problems')

  // a step into it, with a field that has to be filled in
  await chip('part-states-handling')
  await chip('add-step-here')
  await at(page, 'edit-zh').first().fill('报维保')
  await at(page, 'edit-en').first().fill('Call the lift company')
  await at(page, 'edit-to').selectOption({ label: '等维保' })
  await chip('edit-by-worker')
  // the last state that it starts from cannot be let go: from nowhere would mean from anywhere
  await at(page, 'edit-from-handling').click({ force: true })
  assert.equal(await at(page, 'edit-from-handling').getAttribute('aria-pressed'), 'true')
  await chip('add-step-field')
  await at(page, 'edit-zh').nth(1).fill('维保单位')
  await at(page, 'edit-en').nth(1).fill('Lift company')
  await at(page, 'edit-required').click()
  await soon(async () => assert.deepEqual(await problems(), ['dead_end states.state_1']))
  // a click on what is wrong leads there
  await at(page, 'flow-problem').click()
  await soon(async () => assert.equal(await at(page, 'part-states-state_1').getAttribute('aria-current'), 'true'))
})

test('leaving loses nothing, and what was done can be undone', async () => {
  await chip('flow-leave')
  await at(page, 'flow-view').waitFor()
  await page.locator('[data-testid="rail-o-people"]').click()
  await page.locator('[data-testid="flow-outline"]').waitFor({ state: 'detached' })
  await page.goto(`${office.url}#/o/settings/flows`)
  await at(page, 'flow-copy').click()
  await at(page, 'part-steps-step_1').waitFor()
  assert.equal(await at(page, 'edit-name').inputValue(), 'lift')
  await chip('part-steps-step_1')
  await chip('part-remove')
  await at(page, 'part-steps-step_1').waitFor({ state: 'detached' })
  await page.keyboard.press('Control+z')
  await at(page, 'part-steps-step_1').waitFor()
  await chip('part-steps-step_1')
  assert.equal(await at(page, 'edit-zh').nth(1).inputValue(), '维保单位')
  await page.keyboard.press('Control+Shift+z')
  await at(page, 'part-steps-step_1').waitFor({ state: 'detached' })
  await page.keyboard.press('Control+z')
  await at(page, 'part-steps-step_1').waitFor()
})

test('a step that the program itself needs cannot be forgotten: it is asked for, and put back with one touch', async () => {
  await chip('part-steps-reviewed')
  await chip('part-remove')
  await soon(async () => assert.deepEqual((await problems()).sort(), ['dead_end states.state_1', 'needed steps.reviewed']))
  await page.locator('[data-testid="flow-problem"][data-code="needed"]').click()
  await chip('preset-reviewed')
  await soon(async () => assert.deepEqual(await problems(), ['dead_end states.state_1']))
})

test('mended, it is saved; it is used only where it is chosen', async () => {
  await chip('part-states-state_1')
  await chip('add-step-here')
  await at(page, 'edit-zh').first().fill('修好办结')
  await at(page, 'edit-en').first().fill('Mended and closed')
  await at(page, 'edit-to').selectOption({ label: '已办结' })
  await chip('edit-by-worker')
  await soon(async () => assert.match(await at(page, 'flow-state').innerText(), /没有问题/))
  await chip('flow-save')
  await page.locator('[data-testid="flow-view"][data-flow="lift"]').waitFor()
  const made = await flow(office, 'lift')
  assert.equal(made.workflow.zh, '电梯故障')
  assert.deepEqual(made.workflow.matters, [])
  assert.deepEqual(made.workflow.steps.find((s) => s.name === 'step_1').fields, [{ name: 'field_1', zh: '维保单位', en: 'Lift company', kind: 'text', options: [], required: true }])
  assert.equal(made.workflow.states.findIndex((s) => s.name === 'state_1'), made.workflow.states.findIndex((s) => s.name === 'handling') + 1)
  await looksAccessible(page, 'a workflow of our own')
})

test('it arrives on a phone that nobody rebuilt, and works there from the first word to the end', async () => {
  await office.sync()
  await worker.sync()
  assert.equal((await flow(worker, 'lift')).may_open, true)
  const phone = await world.phone(worker, { hash: `/w/report?household=${wang.household}`, prefs: { theme: 'light', elder: false } })
  await at(phone, 'starts').click()
  await at(phone, 'start-lift').click()
  await at(phone, 'matter-search').fill('充电')
  await at(phone, 'matter-01002').click()
  await at(phone, 'report-words').fill('电梯不动了，有人在里面充电')
  await at(phone, 'send-report').click()
  await at(phone, 'case-page').waitFor()
  const id = phone.url().split('/w/case/')[1]
  assert.equal((await file(worker, id)).workflow_id, (await flow(worker, 'lift')).id)
  const open = async (step) => {
    await at(phone, 'more-steps').waitFor()
    if (!(await at(phone, `step-${step}`).count())) await at(phone, 'more-steps').click()
    await at(phone, `step-${step}`).click()
    await at(phone, 'step-form').waitFor()
  }
  const sent = async (state) => {
    await at(phone, 'step-send').click()
    await at(phone, 'step-form').waitFor({ state: 'detached' })
    await until(async () => (await at(phone, 'case-state').innerText()) === state, `${state}, on the phone`)
  }
  await open('handle')
  await at(phone, 'step-note').fill('到了，人没有困住')
  await sent('处置中')
  // the new step, with what it asks for: the page does not send it without, and neither does the engine take it
  await open('step_1')
  await at(phone, 'step-note').fill('打了电话')
  await phone.getByText('维保单位').first().waitFor()
  assert.equal(await at(phone, 'step-send').isDisabled(), true)
  await assert.rejects(worker.call('add_step', { case: id, transition: 'step_1', note: '打了电话', data: {} }), (e) => e.field === 'field_1' && /维保单位/.test(e.message))
  await at(phone, 'data-field_1').fill('安达电梯')
  await sent('等维保')
  await phone.getByText('安达电梯').first().waitFor()
  await open('step_2')
  await at(phone, 'step-note').fill('换了门机')
  await at(phone, 'step-send').click()
  await at(phone, 'case-closed').waitFor()
  assert.deepEqual(phone.problems, [])
  // and the office reads what the phone wrote
  await worker.sync()
  await office.sync()
  const read = await file(office, id)
  assert.equal(read.case.is_closed, true)
  assert.equal(read.case.state.label, '已办结')
  assert.equal(read.steps.filter((s) => s.clash).length, 0)
})

test('a new version counts for what is opened from now on; what runs keeps its own', async () => {
  const before = await flow(office, 'hazard')
  await page.goto(`${office.url}#/o/settings/flows/${encodeURIComponent(before.id)}`)
  await page.locator('[data-testid="flow-view"][data-flow="hazard"]').waitFor()
  await chip('flow-change')
  assert.match(await at(page, 'flow-promise').innerText(), /在办的 1 件照旧/)
  await chip('part-steps-judge')
  await at(page, 'edit-zh').first().fill('会商研判')
  await soon(async () => assert.equal(await at(page, 'flow-save').isDisabled(), false))
  await chip('flow-save')
  const now = await until(async () => { const one = await flow(office, 'hazard'); return one.id === before.id ? null : one }, 'a new version')
  await page.locator(`[data-testid="flow-view"][data-id="${now.id}"]`).waitFor()
  await page.getByText('不再发起，在办的照旧').waitFor()
  assert.equal(await page.locator('[data-testid="flow-row"][data-flow="hazard"]').count(), 2)
  await office.sync()
  await worker.sync()
  const young = (await worker.call('add_case', { matter: '01001', title: '楼道又堆了', household: wang.household, data: {} })).id
  await worker.sync()
  await office.sync()
  for (const device of [worker, office]) {
    assert.equal((await file(device, old)).workflow_id, before.id)
    assert.equal((await file(device, young)).workflow_id, now.id)
  }
  const words = async (id) => (await file(office, id)).next.find((n) => n.transition.code === 'judge').transition.label
  assert.deepEqual([await words(old), await words(young)], ['研判', '会商研判'])
})

test('whoever works on a version that somebody replaced meanwhile is told so', async () => {
  const errand = await flow(office, 'errand')
  await page.locator('[data-testid="flow-row"][data-flow="errand"]').first().click()
  await page.locator(`[data-testid="flow-view"][data-id="${errand.id}"]`).waitFor()
  await chip('flow-change')
  await at(page, 'edit-about').fill('帮人跑腿。')
  assert.equal(await at(page, 'flow-newer').count(), 0)
  await office.call('put_workflow', { workflow: { ...errand.workflow, about: '代办。' } })
  await at(page, 'flow-newer').waitFor()
  assert.equal(await at(page, 'edit-about').inputValue(), '帮人跑腿。', 'what was written stays')
  await soon(async () => assert.equal(await at(page, 'flow-save').isDisabled(), false))
  await chip('flow-save')
  await until(async () => (await flow(office, 'errand')).workflow.about === '帮人跑腿。', 'the one saved last counts')
  await page.locator('[data-testid="flow-view"][data-flow="errand"]').waitFor()
})

test('retired, it is not offered any more', async () => {
  await page.locator('[data-testid="flow-row"][data-flow="lift"]').first().click()
  await page.locator('[data-testid="flow-view"][data-flow="lift"]').waitFor()
  await chip('flow-retire')
  await chip('flow-retire-yes')
  await until(async () => !(await flow(office, 'lift')), 'it is not offered')
  await office.sync()
  await worker.sync()
  await assert.rejects(worker.call('add_case', { workflow: 'lift', matter: '01002', title: '又坏了', household: wang.household, data: {} }), (e) => e.field === 'workflow')
  // it is not lost: at the foot of the list, and offered again as it was
  await at(page, 'flow-use').click()
  const again = await until(() => flow(office, 'lift'), 'it is offered again')
  await office.sync()
  await worker.sync()
  assert.equal((await flow(worker, 'lift')).id, again.id)
  assert.deepEqual(page.problems, [])
})

for (const [lang, theme] of [['zh-CN', 'dark'], ['en', 'light'], ['en', 'dark']]) {
  test(`workflows and editor, ${lang}, ${theme}: axe finds nothing`, async () => {
    const other = await world.phone(office, { hash: '/o/settings/flows', prefs: { lang, theme, elder: null }, width: 1440, height: 900, scale: 1, touch: false })
    await at(other, 'flow-view').waitFor()
    await looksAccessible(other, `workflows, ${lang}, ${theme}`)
    await at(other, 'flow-change').click()
    for (const part of ['part-steps-close', 'part-clocks-resolve', 'part-sheets-order', 'part-states']) {
      await at(other, part).click()
      await looksAccessible(other, `editor, ${part}, ${lang}, ${theme}`)
    }
    await at(other, 'part-sheets-order').click()
    // the bars of a table are no plural
    assert.match(await at(other, 'flow-form').innerText(), lang === 'en' ? /\| name \| text \|/ : /\| 名称 \| 内容 \|/)
    assert.deepEqual(other.problems, [])
    await other.context().close()
  })
}
