// The clocks of a case as a person reads them: which one counts now, how it stands, and what a rule of a workflow promises before anything is sent. Pure.

import { leftOf, type Left } from '../app/left'
import type { ClockRule, ClockView, MatterItem, Unit, Workflow } from '../generated/commands'

export type ClockTone = 'over' | 'soon' | 'none' | 'met' | 'late' | 'paused'

export interface ClockLine {
  tone: ClockTone
  /** How long, while it runs. */
  left: Left | null
  /** The moment that matters: due, or when it was met. */
  at: number | null
}

export function clockLine(clock: ClockView, now: number): ClockLine {
  if (clock.stopped_at !== null) return { tone: clock.state === 'late' ? 'late' : 'met', left: null, at: clock.stopped_at }
  if (clock.is_paused) return { tone: 'paused', left: null, at: null }
  if (clock.due_at === null) return { tone: 'none', left: null, at: null }
  const tone = clock.due_at < now ? 'over' : clock.state === 'today' || clock.state === 'soon' || clock.state === 'over' ? 'soon' : 'none'
  return { tone, left: leftOf(clock.due_at, now), at: clock.due_at }
}

const RANK = (clock: ClockView): number => (clock.stopped_at !== null ? 2 : clock.due_at === null ? 1 : 0)

/** What runs comes first, the nearest deadline before; then what stands still; then what is over. */
export function inOrder(clocks: readonly ClockView[]): ClockView[] {
  return [...clocks].sort((a, b) => RANK(a) - RANK(b) || (a.due_at ?? a.started_at) - (b.due_at ?? b.started_at))
}

const BASES = ['weekdays', 'statutory']

/** From what the running clocks were counted, where not every holiday is announced: the weakest of them. */
export function basisOf(clocks: readonly ClockView[]): string | null {
  const running = clocks.filter((one) => one.stopped_at === null).map((one) => one.basis)
  return BASES.find((basis) => running.includes(basis)) ?? null
}

/** An amount of time in its unit; half an hour is thirty minutes. */
export interface Amount {
  unit: Unit | 'on'
  n: number
  /** The date field that says when, for `on`. */
  field?: string
}

type Terms = Pick<MatterItem, 'response_hours' | 'resolve_days'>

export function amountOf(rule: ClockRule, matter: Terms | null): Amount | null {
  if (typeof rule.amount === 'number') return { unit: rule.unit, n: rule.amount }
  if (rule.amount !== 'response' && rule.amount !== 'resolve') return { unit: 'on', n: 0, field: rule.amount }
  if (!matter) return null
  const n = rule.amount === 'response' ? matter.response_hours : matter.resolve_days
  return n < 1 ? { unit: 'minutes', n: Math.round(n * 60) } : { unit: rule.unit, n }
}

/** The clocks that begin with the case: what is promised before it is sent. */
export function promised(workflow: Workflow, matter: Terms | null): { rule: ClockRule; amount: Amount }[] {
  const first = workflow.states[0]?.name
  return workflow.clocks.filter((rule) => first !== undefined && rule.starts.includes(first)).flatMap((rule) => {
    const amount = amountOf(rule, matter)
    return amount ? [{ rule, amount }] : []
  })
}
