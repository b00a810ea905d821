/*
 * A workflow while somebody works on it: a copy or a new version, what is added and taken away with everything that named it, undoing, and to which
 * part a problem belongs. Pure; the forms write into the workflow itself.
 *
 * What lives here: edits that touch more than one place. What does not: what is right (`check_workflow` of the engine says it), words of the page.
 */
import type { ClockRule, Field, FieldKind, Label, Problem, Role, Sheet, State, Transition, Workflow } from '../../../generated/commands'

/** Parts of a workflow that are lists of named things. */
export type ListName = 'states' | 'steps' | 'overlays' | 'fields' | 'clocks' | 'sheets'
export const LISTS: readonly ListName[] = ['states', 'steps', 'overlays', 'fields', 'clocks', 'sheets']
/** What is open in the editor: the head, or one thing of a list (or the list itself). */
export interface Part { list: 'head' | ListName; name: string }

/** What a step may ask for beside its fields. */
export const ASKED = ['note', 'assignee', 'rating', 'to'] as const
export const RATINGS = ['satisfied', 'fair', 'dissatisfied'] as const
export const FIELD_KINDS: readonly FieldKind[] = ['text', 'long', 'date', 'int', 'money', 'phone', 'choice', 'case']
/** Those who act in cases, from near to far. */
export const ROLES: readonly Role[] = ['worker', 'part_time', 'building_head', 'assignee', 'office']
/** What a sheet may put in that is no field. */
export const FACTS = ['title', 'matter', 'description', 'place', 'opened_at', 'opened_by', 'state', 'number', 'community', 'today', 'lead', 'assignee', 'due_at', 'note', 'rating'] as const
/** The field that extends a clock. */
export const EXTEND_BY = 'extend_by'

export const clone = <T>(of: T): T => JSON.parse(JSON.stringify(of)) as T

/** A step with nothing in it. */
export function emptyStep(name: string): Transition {
  return { name, zh: '', en: '', from: [], always: false, to: null, by: [], shared: false, opener: false, not_by: [], requires: [], fields: [], ratings: [], group: '', begins: '', ends: '', unless: [], level: null, evidence: false, first: 0 }
}

export function emptyField(name: string): Field {
  return { name, zh: '', en: '', kind: 'text', options: [], required: false }
}

/** Everything that a file may leave out. */
export function complete(w: Partial<Workflow> & Pick<Workflow, 'name'>): Workflow {
  const field = (f: Partial<Field>): Field => ({ ...emptyField(''), ...f, options: (f.options ?? []).map((o) => ({ ...o, en: o.en ?? '' })) })
  return {
    zh: '', en: '', about: '', matters: [], opened_by: [], ...w,
    states: (w.states ?? []).map((s) => ({ ...s, en: s.en ?? '', phase: s.phase ?? 'open', said: s.said ?? '' })),
    steps: (w.steps ?? []).map((t) => ({ ...emptyStep(t.name), ...t, fields: (t.fields ?? []).map(field) })),
    overlays: (w.overlays ?? []).map((o) => ({ ...o, en: o.en ?? '' })),
    fields: (w.fields ?? []).map(field),
    clocks: (w.clocks ?? []).map((c) => ({ ...c, en: c.en ?? '', stops_by: c.stops_by ?? [], pause: c.pause ?? '', extend: c.extend ?? '' })),
    sheets: (w.sheets ?? []).map((s) => ({ ...s, en: s.en ?? '' })),
  }
}

/** A name that none of these has: `state_1`, `state_2` … */
export function freeName(stem: string, taken: Iterable<string>): string {
  const known = new Set(taken)
  for (let n = 1; ; n += 1) if (!known.has(`${stem}_${n}`)) return `${stem}_${n}`
}

/** A copy under a name of its own. It is for no matter yet: two workflows for one matter would make the newer one take it. */
export function copyOf(w: Workflow, taken: Iterable<string>, zh: string, en: string): Workflow {
  const name = freeName(w.name.replace(/_\d+$/, '').slice(0, 28), [...taken, `${w.name}_1`])
  return { ...clone(w), name, zh, en, matters: [] }
}

/** The smallest workflow that works: opened, handled, closed. */
export function blank(name: string, words: Record<'opened' | 'handling' | 'closed' | 'take' | 'close' | 'comment' | 'reviewed', [zh: string, en: string]>): Workflow {
  const label = (n: string, key: keyof typeof words): Label => ({ name: n, zh: words[key][0], en: words[key][1] })
  const state = (n: string, key: keyof typeof words, phase: State['phase'] = 'open'): State => ({ ...label(n, key), phase, said: '' })
  const step = (n: string, key: keyof typeof words, more: Partial<Transition>): Transition => ({ ...emptyStep(n), ...label(n, key), requires: ['note'], ...more })
  return {
    name, zh: '', en: '', about: '', matters: [], opened_by: ['worker', 'office'],
    states: [state('opened', 'opened'), state('handling', 'handling'), state('closed', 'closed', 'closed')],
    steps: [
      step('take', 'take', { from: ['opened'], to: 'handling', by: ['worker', 'office'], first: 10 }),
      step('close', 'close', { from: ['opened', 'handling'], to: 'closed', by: ['office'], evidence: true, first: 20 }),
      step('comment', 'comment', { always: true, by: ['worker', 'part_time', 'building_head', 'assignee', 'office'], shared: true }),
      step('reviewed', 'reviewed', { always: true, by: ['office'] }),
    ],
    overlays: [], fields: [], clocks: [], sheets: [],
  }
}

const namesOf = (w: Workflow, list: ListName): string[] => (w[list] as { name: string }[]).map((one) => one.name)
const STEMS: Record<ListName, string> = { states: 'state', steps: 'step', overlays: 'overlay', fields: 'field', clocks: 'clock', sheets: 'sheet' }

/** Adds an empty one: a state before those that are over, everything else last (or after `after`). Returns its name. */
export function add(w: Workflow, list: ListName, after?: string): string {
  const name = freeName(STEMS[list], namesOf(w, list))
  const label = { name, zh: '', en: '' }
  const made: Record<ListName, () => object> = {
    states: (): State => ({ ...label, phase: 'open', said: '' }),
    steps: () => ({ ...emptyStep(name), requires: ['note'] }),
    overlays: (): Label => label,
    fields: () => emptyField(name),
    clocks: (): ClockRule => ({ ...label, unit: 'work_days', amount: 5, starts: [], stops: [], stops_by: [], pause: '', extend: '' }),
    sheets: (): Sheet => ({ ...label, body: '' }),
  }
  const all = w[list] as { name: string }[]
  let place = after === undefined ? -1 : all.findIndex((one) => one.name === after)
  if (place < 0 && list === 'states') {
    const over = w.states.findIndex((s, i) => i > 0 && s.phase !== 'open')
    place = over < 0 ? -1 : over - 1
  }
  all.splice(place < 0 ? all.length : place + 1, 0, made[list]() as { name: string })
  return name
}

const without = (names: string[], name: string): string[] => names.filter((n) => n !== name)

/** Takes one away, with everything that named it. A step that came only from a state that is gone goes too: from nowhere would mean from anywhere. */
export function remove(w: Workflow, list: ListName, name: string): void {
  const all = w[list] as { name: string }[]
  const place = all.findIndex((one) => one.name === name)
  if (place < 0) return
  all.splice(place, 1)
  if (list === 'states') {
    for (const t of [...w.steps]) {
      const orphan = t.from.length === 1 && t.from[0] === name
      if (orphan || t.to === name) {
        remove(w, 'steps', t.name)
        continue
      }
      t.from = without(t.from, name)
    }
    for (const c of w.clocks) {
      c.starts = without(c.starts, name)
      c.stops = without(c.stops, name)
    }
  } else if (list === 'steps') {
    for (const t of w.steps) t.not_by = without(t.not_by, name)
    for (const c of w.clocks) {
      c.stops_by = without(c.stops_by, name)
      if (c.extend === name) c.extend = ''
      if (c.escalate?.step === name) c.escalate = null
    }
  } else if (list === 'overlays') {
    for (const t of w.steps) {
      if (t.begins === name) t.begins = ''
      if (t.ends === name) t.ends = ''
      t.unless = without(t.unless, name)
    }
    for (const c of w.clocks) if (c.pause === name) c.pause = ''
  } else if (list === 'fields') {
    for (const c of w.clocks) if (c.amount === name) c.amount = 5
  }
}

/** How many other things go with it. */
export function goesWith(w: Workflow, list: ListName, name: string): string[] {
  const after = clone(w)
  remove(after, list, name)
  const left = new Set(namesOf(after, 'steps'))
  return w.steps.filter((t) => !left.has(t.name) && !(list === 'steps' && t.name === name)).map((t) => t.name)
}

/** One place up or down. The first state is where a case begins. */
export function move(all: { name: string }[], name: string, by: number): void {
  const from = all.findIndex((one) => one.name === name)
  const to = from + by
  if (from < 0 || to < 0 || to >= all.length) return
  const [one] = all.splice(from, 1)
  all.splice(to, 0, one!)
}

/** A clock is extended by this step: the step asks by how much. */
export function extendsBy(w: Workflow, clock: ClockRule, step: string, label: Pick<Label, 'zh' | 'en'>): void {
  clock.extend = step
  const t = w.steps.find((one) => one.name === step)
  if (!t) return
  const known = t.fields.find((f) => f.name === EXTEND_BY)
  if (known) Object.assign(known, { kind: 'int', required: true })
  else t.fields.push({ ...emptyField(EXTEND_BY), ...label, kind: 'int', required: true })
}

/** A group, by how it is named among the steps: those of one rating group have to share it. */
export function groups(w: Workflow): string[] {
  return [...new Set(w.steps.map((t) => t.group).filter(Boolean))]
}

/** To which part a place of `check_workflow` belongs, and what is left of it: `steps.dispatch.by` is `by` of the step `dispatch`. */
export function partOf(w: Workflow, place: string): Part & { key: string } {
  const [head, name = '', ...rest] = place.split('.')
  if (head === 'groups') return { list: 'steps', name: w.steps.find((t) => t.group === name)?.name ?? '', key: 'ratings' }
  if (head !== undefined && (LISTS as readonly string[]).includes(head)) return { list: head as ListName, name, key: rest.join('.') }
  return { list: 'head', name: '', key: head === 'workflow' ? name : (head ?? '') }
}

/** Problems of one part: those of a key of it (`by`; `fields.units`), or without one those of no key that a form shows. */
export function problemsAt(w: Workflow, problems: readonly Problem[], part: Part, key?: string): Problem[] {
  return problems.filter((p) => {
    const of = partOf(w, p.place)
    if (of.list !== part.list || of.name !== part.name) return false
    return key === undefined || of.key === key || of.key.startsWith(`${key}.`)
  })
}

/** May these two be told apart: did anything change? */
export function isSame(a: Workflow, b: Workflow): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** Steps back that are kept. */
const KEPT_STEPS = 200
/** Writes within this time of each other are one step, ms. */
const ONE_STEP_MS = 900

/** What was before, and what was undone. Whole workflows: they are small. */
export interface Past { now: string; before: string[]; after: string[]; at: number }

export function begin(w: Workflow): Past {
  return { now: JSON.stringify(w), before: [], after: [], at: 0 }
}

/** Something changed. Typing on is one step; `fresh` begins another one. */
export function record(past: Past, w: Workflow, at: number, fresh = false): void {
  const text = JSON.stringify(w)
  if (text === past.now) return
  if (fresh || past.before.length === 0 || at - past.at > ONE_STEP_MS) past.before.push(past.now)
  if (past.before.length > KEPT_STEPS) past.before.shift()
  past.after.length = 0
  past.now = text
  past.at = at
}

function step(past: Past, from: string[], to: string[]): Workflow | null {
  const text = from.pop()
  if (text === undefined) return null
  to.push(past.now)
  past.now = text
  past.at = 0
  return JSON.parse(text) as Workflow
}

/** The workflow as it was one step before; nothing when there is none. */
export const undo = (past: Past): Workflow | null => step(past, past.before, past.after)
export const redo = (past: Past): Workflow | null => step(past, past.after, past.before)
