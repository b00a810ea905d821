// What a report holds while it is written, and what it sends. Pure.

import type { AddCaseArgs, CaseItem, MatterItem } from '../generated/commands'

export interface ReportForm {
  matter: string | null
  household: string | null
  building: string | null
  /** In words: 一层楼道. */
  place: string
  words: string
  person: string | null
  handled: string
}

export function freshReport(household?: string, building?: string): ReportForm {
  return { matter: null, household: household ?? null, building: building ?? null, place: '', words: '', person: null, handled: '' }
}

/** 人口新增、迁出及变更核实: how a worker asks the office for a move into a grid that they do not hold. */
export const MOVE_MATTER = '06001'

/** Longest title; the rest of the first line stays in the description. */
const TITLE_CHARS = 40

/** The first line of what was said, or the matter's own name. */
export function titleOf(words: string, matterName: string): string {
  const first = words.trim().split(/[\n。！？]/)[0]!.trim()
  return first ? [...first].slice(0, TITLE_CHARS).join('') : matterName
}

export function reportArgs(form: ReportForm, matterName: string, onTheSpot?: string): AddCaseArgs {
  const words = form.words.trim()
  const place = form.place.trim()
  return {
    matter: form.matter ?? '',
    title: titleOf(words, matterName),
    ...(words ? { description: words } : {}),
    ...(form.household ? { household: form.household } : form.building ? { building: form.building } : {}),
    ...(place ? { place } : {}),
    ...(form.person ? { person: form.person } : {}),
    ...(onTheSpot ? { on_the_spot: onTheSpot } : {}),
  }
}

/** An open case of the same matter at the same place. */
export function sameMatter(items: readonly CaseItem[], matter: string | null): CaseItem | null {
  return items.find((item) => item.matter.code === matter && !item.is_closed) ?? null
}

type Translate = (key: string, named?: Record<string, unknown>) => string

/** `4 工作时内响应，2 个工作日办结`; half an hour is 30 minutes. */
export function clockWords(matter: Pick<MatterItem, 'response_hours' | 'resolve_days'>, t: Translate): string {
  const answer = matter.response_hours < 1 ? t('worker.report.in_minutes', { n: Math.round(matter.response_hours * 60) }) : t('worker.report.in_hours', { n: matter.response_hours })
  return t('worker.report.clock', { answer, days: matter.resolve_days })
}
