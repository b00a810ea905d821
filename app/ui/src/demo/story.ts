/*
 * The guided story as data: what the demo program tells, and what is said of a step before, during and after it.
 *
 * What lives here: the shape of `demo/state`, and the choice of words for a step as keys of the locale files. What does not: doing a step
 * (the program does it) and pointing the frames.
 */

export type Who = 'worker' | 'head' | 'office'
export const WHO: readonly Who[] = ['worker', 'head', 'office']

export interface DemoDevice {
  name: string
  role: string
  unit: string
  offline: boolean
  running: boolean
  pending: number
  agreed: boolean
  /** Unix ms. */
  agreed_at: number | null
  /** Folder of this device's own page, relative to the demo page. */
  url: string
}

/** What the steps found; each is there once its step was done. Numbers and short texts only. */
export type StepResult = Record<string, unknown>

export interface DemoState {
  ready: boolean
  progress: { done: number; total: number; text: string }
  devices: Record<Who, DemoDevice>
  server: { records: number; received_at: number | null }
  /** Why the preparation failed, where it did. */
  failure?: { code: string; message: string } | null
  story: { step: number; results: Record<string, StepResult | null | undefined> }
}

export interface StepReply {
  text?: string
  detail?: string
  open?: Partial<Record<Who, string>>
}

export const STEPS = 7

/** Where a frame looks while a step is done, so that what happens is seen happening: the fork appears under the eyes. */
export const WATCH: Record<number, Partial<Record<Who, string>>> = { 4: { office: '#/o/inbox?kind=fork' } }
/** The step whose blank table is put into the office's page, as a hand would. */
export const FILL_STEP = 5
const RESULT_OF_STEP: readonly string[] = ['import', 'visits', 'differ', 'settle', 'fill', 'head', 'none']

/** Words for what a step found: a key with its numbers, or the program's own sentence where it sent one. */
export interface Said {
  key: string
  values: Record<string, string | number>
  text?: string
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : []
}

const MOBILE = /^1\d{10}$/
/** Two phone numbers are told by their ends. */
const brief = (text: string): string => (MOBILE.test(text) ? text.slice(7) : text)

/** What a step that was done found. Null where its numbers are not there: then the teaser stands. */
export function resultOf(step: number, results: DemoState['story']['results']): Said | null {
  if (step === STEPS) return { key: 's7.result', values: {} }
  const found = results[RESULT_OF_STEP[step - 1] ?? '']
  if (!found) return null
  const values: Record<string, string | number> = {}
  for (const [k, v] of Object.entries(found)) {
    if (typeof v === 'number') values[k] = v.toLocaleString('en-US')
    else if (typeof v === 'string') values[k] = brief(v)
  }
  const [v1, v2] = list(found.values).map(brief)
  const [by1, by2] = list(found.by)
  if (v1 && v2 && by1 && by2) Object.assign(values, { v1, v2, by1, by2 })
  const key = `s${step}.result`
  if (NEEDS[step - 1]!.every((n) => n in values)) return { key, values }
  return typeof found.text === 'string' ? { key, values, text: found.text } : null
}

/** Placeholders of each result sentence. */
const NEEDS: readonly (readonly string[])[] = [['households', 'persons', 'errors'], ['kept'], ['v1', 'v2', 'by1', 'by2'], ['value'], ['rows', 'gaps'], ['doors'], []]

export type StepState = 'done' | 'now' | 'later'

/** `step` of the state is the next to do; after the last it is one beyond. */
export function stateOf(n: number, next: number): StepState {
  return n < next ? 'done' : n === next ? 'now' : 'later'
}
