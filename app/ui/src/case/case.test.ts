import { describe, expect, test } from 'vitest'
import type { ClockRule, ClockView, Field, MatterItem, Unit, Workflow, WorkflowItem } from '../generated/commands'
import en from '../locales/en/case'
import zh from '../locales/zh-CN/case'
import { amountOf, basisOf, clockLine, inOrder, promised } from './clocks'
import { optionWord } from './field-words'
import { filled, folded, lacking } from './fields'
import { occurring, queueByClock } from './groups'
import { fitting, mattersOf, openable, startable } from './opening'
import { sampleCase } from './sample'

const HOUR = 3_600_000
const now = Date.UTC(2026, 10, 22, 2)
const clock = (name: string, more: Partial<ClockView> = {}): ClockView => ({ name: { code: name, label: name }, started_at: now - HOUR, due_at: now + 50 * HOUR, stopped_at: null, is_paused: false, extended: 0, unit: 'work_days', basis: 'published', state: 'none', ...more })

describe('a clock', () => {
  test('that runs says what is left; one past its moment says how long', () => {
    expect(clockLine(clock('a'), now)).toEqual({ tone: 'none', left: { key: 'left_days', n: 2 }, at: now + 50 * HOUR })
    expect(clockLine(clock('a', { due_at: now + HOUR, state: 'today' }), now).tone).toBe('soon')
    expect(clockLine(clock('a', { due_at: now - 2 * HOUR, state: 'over' }), now)).toMatchObject({ tone: 'over', left: { key: 'over_hours', n: 2 } })
  })
  test('that was met, met late, stands still or has no length says that instead', () => {
    expect(clockLine(clock('a', { stopped_at: now, state: 'met' }), now)).toEqual({ tone: 'met', left: null, at: now })
    expect(clockLine(clock('a', { stopped_at: now, state: 'late' }), now).tone).toBe('late')
    expect(clockLine(clock('a', { is_paused: true, due_at: null }), now).tone).toBe('paused')
    expect(clockLine(clock('a', { due_at: null }), now).tone).toBe('none')
  })
  test('that runs out first stands first, and what is over comes last', () => {
    const all = [clock('met', { stopped_at: now, state: 'met', due_at: now - HOUR }), clock('later'), clock('next', { due_at: now + HOUR }), clock('paused', { is_paused: true, due_at: null })]
    expect(inOrder(all).map((one) => one.name.code)).toEqual(['next', 'later', 'paused', 'met'])
  })
  test('the weakest basis of what runs is named, of what was met none', () => {
    expect(basisOf([clock('a', { basis: 'statutory' }), clock('b', { basis: 'weekdays' })])).toBe('weekdays')
    expect(basisOf([clock('a'), clock('b', { basis: 'weekdays', stopped_at: now })])).toBeNull()
  })
})

test('every unit of a clock has words in both languages', () => {
  // A unit that is new to the engine stops this from compiling.
  const units: Record<Unit, true> = { minutes: true, hours: true, work_hours: true, days: true, work_days: true }
  for (const words of [zh, en]) for (const unit of Object.keys(units) as Unit[]) expect([words.clock.unit[unit], words.clock.amount[unit]]).not.toContain(undefined)
})

describe('what is promised before anything is sent', () => {
  const rule = (name: string, amount: number | string, starts: string[], unit: ClockRule['unit'] = 'work_days'): ClockRule => ({ name, zh: name, en: name, unit, amount, starts, stops: [], stops_by: [], pause: '', extend: '' })
  const matter = { response_hours: 0.5, resolve_days: 2 }
  test('a fixed amount, the terms of the matter, or the day of a field', () => {
    expect(amountOf(rule('a', 3, []), null)).toEqual({ unit: 'work_days', n: 3 })
    expect(amountOf(rule('a', 'resolve', []), matter)).toEqual({ unit: 'work_days', n: 2 })
    expect(amountOf(rule('a', 'response', [], 'hours'), matter)).toEqual({ unit: 'minutes', n: 30 })
    expect(amountOf(rule('a', 'response', [], 'hours'), { response_hours: 4, resolve_days: 1 })).toEqual({ unit: 'hours', n: 4 })
    expect(amountOf(rule('a', 'deadline', []), matter)).toEqual({ unit: 'on', n: 0, field: 'deadline' })
    expect(amountOf(rule('a', 'resolve', []), null)).toBeNull()
  })
  test('only the clocks that begin with the case', () => {
    const workflow = { states: [{ name: 'first' }, { name: 'second' }], clocks: [rule('a', 1, ['first']), rule('b', 1, ['second'])] } as unknown as Workflow
    expect(promised(workflow, matter).map((one) => one.rule.name)).toEqual(['a'])
  })
})

describe('a form of declared fields', () => {
  const field = (name: string, required = false): Field => ({ name, zh: name, en: name, kind: 'text', options: [], required })
  test('sends what is declared and filled in', () => {
    expect(filled([field('a'), field('b')], { a: ' x ', b: '  ', c: 'y' })).toEqual({ a: 'x' })
  })
  test('knows what is still lacking', () => {
    expect(lacking([field('a', true), field('b', true), field('c')], { a: 'x', b: ' ' }).map((one) => one.name)).toEqual(['b'])
  })
  test('folds what is seldom filled in, never what is required', () => {
    const many = [field('a', true), field('b'), field('c'), field('d')]
    expect(folded(many).shown.map((one) => one.name)).toEqual(['a'])
    expect(folded(many.slice(0, 3)).behind).toEqual([])
  })
})

test('an option is said in English by the workflow, what people wrote never is', () => {
  const choice = { name: 'way', zh: '途径', en: 'Way', kind: 'choice', options: [{ name: 'court', zh: '诉讼', en: 'lawsuit' }], required: false }
  const workflow = { fields: [], steps: [{ fields: [choice] }] } as unknown as Workflow
  const view = (code: string, text: string) => ({ field: { code, label: code }, en: '', text })
  expect(optionWord(workflow, view('way', '诉讼'))).toBe('lawsuit')
  expect(optionWord(workflow, view('way', '别的'))).toBeNull()
  expect(optionWord(workflow, view('note', '诉讼'))).toBeNull()
})

describe('opening a case', () => {
  const item = (name: string, matters: string[], more: Partial<WorkflowItem> = {}, matter?: string) => ({ id: `${name}@1`, current: true, may_open: true, workflow: { name, matters, matter }, ...more }) as unknown as WorkflowItem
  const general = item('general', ['01', '02'])
  const close = item('close', ['02001'])
  const own = item('own', [], {}, '03001')
  const not = item('not', ['02'], { may_open: false })
  const old = item('old', ['02'], { current: false })
  const all = [close, general, own, not, old]
  test('only what is offered and may be opened', () => {
    expect(openable(all)).toEqual([close, general, own])
  })
  test('the workflow that the engine takes comes first, the others that cover the matter after it', () => {
    const takes = (code: string, workflow: string | null) => ({ code, workflow: workflow ? { code: workflow, label: '' } : null })
    expect(fitting(all, takes('02001', 'close'))).toEqual([close, general])
    expect(fitting(all, takes('02001', 'own')), 'a deployment chose another one').toEqual([own, close, general])
    expect(fitting(all, takes('02002', 'general'))).toEqual([general])
    expect(fitting(all, takes('09001', null))).toEqual([])
  })
  test('what brings its own matter, or takes any, is begun by itself', () => {
    expect(startable(all)).toEqual([own])
    const matters = [{ code: '01001' }, { code: '02001' }] as MatterItem[]
    expect(mattersOf(null, [...matters, { code: '03001', hidden: true } as MatterItem]), 'what the deployment does not take is not offered').toEqual(matters)
    expect(mattersOf(close, matters)).toEqual([matters[1]])
    expect(mattersOf(own, matters)).toEqual(matters)
    expect(mattersOf(null, matters)).toEqual(matters)
  })
})

describe('lists', () => {
  test('go by whichever moment they are about', () => {
    const items = [sampleCase('a', { follow_at: now + 40 * HOUR }), sampleCase('b', { follow_at: now - HOUR })]
    expect(queueByClock(items, now, (one) => one.follow_at).map((one) => [one.group, one.items[0]!.id])).toEqual([['over', 'b'], ['later', 'a']])
  })
  test('say what occurs in them, the most frequent first', () => {
    expect(occurring([{ label: 'x', code: '1' }, { label: 'y', code: '2' }, { label: 'y', code: '3' }])).toEqual([{ label: 'y', code: '2', n: 2 }, { label: 'x', code: '1', n: 1 }])
  })
})
