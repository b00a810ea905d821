import { describe, expect, test } from 'vitest'
import { workflowFiles } from './files.testing'
import { add, begin, blank, clone, copyOf, emptyStep, extendsBy, freeName, goesWith, isSame, LISTS, move, partOf, problemsAt, record, redo, remove, undo } from './model'

const files = workflowFiles()
const hazard = () => clone(files.find(([name]) => name === 'hazard.toml')![1])
const shape = (o: unknown): unknown => (Array.isArray(o) ? o.map(shape) : o !== null && typeof o === 'object' ? Object.fromEntries(Object.entries(o).map(([k, v]) => [k, shape(v)])) : typeof o)
/** Names that a workflow uses and does not have. */
function dangling(w: ReturnType<typeof hazard>): string[] {
  const has = (list: 'states' | 'steps' | 'overlays', name: string) => !name || w[list].some((one) => one.name === name)
  return [
    ...w.steps.flatMap((t) => [...t.from, t.to ?? ''].filter((n) => !has('states', n))),
    ...w.steps.flatMap((t) => t.not_by.filter((n) => !has('steps', n))),
    ...w.steps.flatMap((t) => [t.begins, t.ends, ...t.unless].filter((n) => !has('overlays', n))),
    ...w.clocks.flatMap((c) => [...c.starts, ...c.stops].filter((n) => !has('states', n))),
    ...w.clocks.flatMap((c) => [...c.stops_by, c.extend, c.escalate?.step ?? ''].filter((n) => !has('steps', n))),
    ...w.clocks.map((c) => c.pause).filter((n) => !has('overlays', n)),
  ]
}

describe.each(files)('%s', (_, w) => {
  test('a copy has the same shape, another name, and takes no matter from the first', () => {
    const copy = copyOf(w, files.map(([, one]) => one.name), '复制', 'copy')
    expect(shape({ ...copy, matters: w.matters })).toEqual(shape(w))
    expect(copy.name).not.toBe(w.name)
    expect(copy.name).toMatch(/^[a-z0-9_]{1,32}$/)
    expect(copy.matters).toEqual([])
    copy.states[0]!.zh = '别的'
    expect(w.states[0]!.zh).not.toBe('别的')
  })

  test('whatever is taken away, nothing names it any more', () => {
    for (const list of LISTS) {
      for (const { name } of w[list]) {
        const less = clone(w)
        const goes = goesWith(less, list, name)
        remove(less, list, name)
        expect(dangling(less), `${list} ${name}`).toEqual([])
        expect(less[list].some((one) => one.name === name)).toBe(false)
        expect(w.steps.length - less.steps.length).toBe(goes.length + (list === 'steps' ? 1 : 0))
        // no step that came from somewhere comes from anywhere now
        for (const t of less.steps) if (t.from.length === 0) expect(w.steps.find((one) => one.name === t.name)!.from).toEqual([])
      }
    }
  })
})

test('a new state comes before those that are over, with a name that none has', () => {
  const w = hazard()
  expect(add(w, 'states')).toBe('state_1')
  expect(add(w, 'states')).toBe('state_2')
  expect(w.states.map((s) => s.name)).toEqual(['reported', 'judged', 'dispatched', 'handling', 'answered', 'returned', 'state_1', 'state_2', 'closed', 'visited', 'merged', 'void'])
  expect(add(w, 'states', 'reported')).toBe('state_3')
  expect(w.states[1]!.name).toBe('state_3')
  expect(freeName('a', ['a_1', 'a_3'])).toBe('a_2')
  move(w.states, 'state_3', 1)
  move(w.states, 'reported', -1)
  expect(w.states.slice(0, 3).map((s) => s.name)).toEqual(['reported', 'judged', 'state_3'])
})

test('a step that extends a clock asks by how much', () => {
  const w = hazard()
  w.steps.push({ ...emptyStep('more'), zh: '再给几天' })
  extendsBy(w, w.clocks[0]!, 'more', { zh: '延长几个工作日', en: 'Days more' })
  extendsBy(w, w.clocks[0]!, 'more', { zh: '延长几个工作日', en: 'Days more' })
  expect(w.steps.at(-1)!.fields).toEqual([{ name: 'extend_by', zh: '延长几个工作日', en: 'Days more', kind: 'int', options: [], required: true }])
  remove(w, 'steps', 'more')
  expect(w.clocks[0]!.extend).toBe('')
})

test('a problem is shown where it is', () => {
  const w = hazard()
  expect(partOf(w, 'steps.dispatch.by')).toEqual({ list: 'steps', name: 'dispatch', key: 'by' })
  expect(partOf(w, 'steps.join.fields.units.zh')).toEqual({ list: 'steps', name: 'join', key: 'fields.units.zh' })
  expect(partOf(w, 'groups.return_visit')).toEqual({ list: 'steps', name: 'visit_well', key: 'ratings' })
  expect(partOf(w, 'workflow.zh')).toEqual({ list: 'head', name: '', key: 'zh' })
  expect(partOf(w, 'opened_by')).toEqual({ list: 'head', name: '', key: 'opened_by' })
  expect(partOf(w, 'states')).toEqual({ list: 'states', name: '', key: '' })
  const problems = ['steps.dispatch.by', 'steps.dispatch', 'states.void', 'steps.dispatch.fields.x.zh'].map((place) => ({ code: 'x', place, message: place }))
  expect(problemsAt(w, problems, { list: 'steps', name: 'dispatch' })).toHaveLength(3)
  expect(problemsAt(w, problems, { list: 'steps', name: 'dispatch' }, 'fields.x').map((p) => p.place)).toEqual(['steps.dispatch.fields.x.zh'])
  expect(problemsAt(w, problems, { list: 'steps', name: 'dispatch' }, 'by').map((p) => p.place)).toEqual(['steps.dispatch.by'])
})

test('typing on is one step back, and what was undone can be done again until something else is written', () => {
  const w = hazard()
  const past = begin(w)
  w.zh = '甲'
  record(past, w, 1_000)
  w.zh = '甲乙'
  record(past, w, 1_400)
  w.about = '说明'
  record(past, w, 9_000)
  expect(undo(past)!.zh).toBe('甲乙')
  expect(undo(past)!.zh).toBe('一般事项')
  expect(undo(past)).toBeNull()
  expect(redo(past)!.zh).toBe('甲乙')
  const now = redo(past)!
  expect(now.about).toBe('说明')
  expect(redo(past)).toBeNull()
  undo(past)
  record(past, { ...w, zh: '丙' }, 20_000)
  expect(redo(past)).toBeNull()
  record(past, { ...w, zh: '丙' }, 30_000)
  expect(past.before).toHaveLength(2)
  // an act of its own is a step of its own, however quick
  record(past, { ...w, zh: '丁' }, 30_001, true)
  expect(undo(past)!.zh).toBe('丙')
})

test('the smallest one is whole, and the same only as itself', () => {
  const two: [string, string] = ['甲', 'a']
  const w = blank('own_1', { opened: two, handling: two, closed: two, take: two, close: two, comment: two, reviewed: two })
  expect(dangling(w)).toEqual([])
  expect(w.states[0]!.phase).toBe('open')
  expect(w.states.at(-1)!.phase).toBe('closed')
  expect(isSame(w, clone(w))).toBe(true)
  expect(isSame(w, { ...w, about: '甲' })).toBe(false)
})
