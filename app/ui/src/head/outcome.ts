// What came of a report, in one sentence a neighbour would say. Pure.

import type { CaseItem, SyncStatus } from '../generated/commands'
import { clock, day, daysBetween, moment } from '../app/format'

type Translate = (key: string, named?: Record<string, unknown>) => string

/** The engine's own sentence where there is one; else what was said, when, and where it stands. */
export function outcomeOf(item: CaseItem, t: Translate, lang: string, now = Date.now()): string {
  const said = day(item.opened_at, lang, now)
  if (item.outcome && (item.outcome.startsWith('您') || item.outcome.includes(item.title))) return item.outcome
  if (item.outcome && item.is_closed) return t('head.cases.outcome_sentence', { day: said, title: item.title, outcome: item.outcome.replace(/[。.]$/, '') })
  if (item.is_aside) return t('head.cases.aside_sentence', { day: said, title: item.title })
  if (item.is_closed) return t('head.cases.closed_sentence', { day: said, title: item.title })
  return t('head.cases.open_sentence', { day: said, title: item.title })
}

/** A sentence cut where one breathes, so that a large title breaks there and not inside a word. */
export function phrases(sentence: string): string[] {
  return sentence.split(/(?<=说的|[，。；])/).filter(Boolean)
}

/** 「08:10 前说的，社区都收到了」: two short lines, never a count of records. */
export function receivedLine(status: SyncStatus | null, t: Translate, lang: string, now = Date.now()): { lines: string[]; received: boolean } {
  if (!status) return { lines: [], received: false }
  if (status.agreed_at === null) return { lines: [t('head.truth.never_1'), t('head.truth.never_2')], received: false }
  const at = daysBetween(status.agreed_at, now) === 0 ? clock(status.agreed_at) : moment(status.agreed_at, lang, true, now)
  const lines = [t('head.truth.at', { at }), t('head.truth.received')]
  if (status.pending > 0 || status.since > 0) lines.push(t('head.truth.later'))
  return { lines, received: true }
}

/** Part of the day for the greeting. */
export function partOfDay(hour: number): 'morning' | 'noon' | 'afternoon' | 'evening' {
  return hour < 11 ? 'morning' : hour < 13 ? 'noon' : hour < 18 ? 'afternoon' : 'evening'
}
