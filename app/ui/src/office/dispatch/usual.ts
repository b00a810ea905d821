/*
 * The usual steps of a case behind one letter each, whatever its workflow calls them: g gives it to somebody, b sends it back, e is about more time,
 * s supervises, u hands it up, h handles, f answers, c closes, v is the return visit, m a remark.
 *
 * What lives here: which offered step a letter means. What does not: which steps are offered; the engine says that.
 */
import type { NextStep } from '../../generated/commands'

/** By letter, the codes in the order in which the first one offered is taken. */
const CODES: Record<string, readonly string[]> = {
  b: ['hand_back', 'return'],
  e: ['grant_extension', 'ask_extension'],
  s: ['supervise', 'end_supervision'],
  u: ['hand_up'],
  h: ['handle'],
  f: ['answer', 'finish', 'answer_call', 'feed_back', 'settle'],
  c: ['close', 'deliver', 'file'],
  v: ['return_visit', 'blower_rating', 'resident_rating', 'rate'],
  m: ['comment'],
}

/** The letter of every step that has one; `g` is the first that gives the case to somebody. */
export function lettersOf(next: readonly NextStep[]): Map<string, NextStep> {
  const out = new Map<string, NextStep>()
  const gives = next.find((n) => n.main && n.requires.includes('assignee')) ?? next.find((n) => n.requires.includes('assignee'))
  if (gives) out.set('g', gives)
  for (const [letter, codes] of Object.entries(CODES)) {
    const found = codes.map((code) => next.find((n) => n.transition.code === code)).find(Boolean)
    if (found && found !== gives) out.set(letter, found)
  }
  return out
}

/** The ids between two of a list, both counted; the second alone where the first is not in it. */
export function between(ids: readonly string[], from: string | null, to: string): string[] {
  const [a, b] = [from === null ? -1 : ids.indexOf(from), ids.indexOf(to)]
  if (a < 0 || b < 0) return [to]
  return ids.slice(Math.min(a, b), Math.max(a, b) + 1)
}
