// Workflows that somebody began to change and has not saved: kept while the program is open, whatever page is looked at in between.
import { draft } from '../../../app/drafts'
import type { Workflow } from '../../../generated/commands'
import { begin, type Past } from './model'

export type Mode = 'change' | 'copy' | 'new'
export interface FlowDraft {
  mode: Mode
  /** Id of the version that it began from. */
  from: string
  /** What was there: of a copy, the copy as it was made. */
  base: Workflow
  now: Workflow
  past: Past
}

const KEY = 'office flows'
const all = (): { open: Record<string, FlowDraft> } => draft(KEY, () => ({ open: {} as Record<string, FlowDraft> }))
const keyOf = (mode: Mode, name: string) => `${mode} ${mode === 'new' ? '' : name}`

export const found = (mode: Mode, name: string): FlowDraft | null => all().open[keyOf(mode, name)] ?? null

/** The draft of this workflow, begun with `fresh` when there is none. */
export function open(mode: Mode, name: string, from: string, fresh: () => Workflow): FlowDraft {
  const known = found(mode, name)
  if (known) return known
  const now = fresh()
  all().open[keyOf(mode, name)] = { mode, from, base: JSON.parse(JSON.stringify(now)) as Workflow, now, past: begin(now) }
  return found(mode, name)!
}

/** Saved or set aside. */
export function drop(mode: Mode, name: string): void {
  delete all().open[keyOf(mode, name)]
}
