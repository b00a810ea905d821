// What a person chooses of a refused command's fields, for its author and for the office alike: each as it was, another value, or left out.
// A field that follows another one, which is there, is always left out: alone it would be refused again.

import type { RefusedField } from '../generated/commands'

export interface FieldChoice {
  /** As the form shows it; '' clears. */
  value: string
  taken: boolean
}

export type TrayForm = Record<string, FieldChoice>

/** Values that people choose; the arguments of `resend_refused` and `adopt_refused` beside their own key. */
export interface Choice {
  values: Record<string, string | boolean | null>
  leave_out: string[]
  seen: Record<string, string[]>
}

const asText = (value: RefusedField['value']) => (value === null ? '' : String(value))

export function freshForm(fields: readonly RefusedField[]): TrayForm {
  return Object.fromEntries(fields.map((f) => [f.id, { value: asText(f.value), taken: f.follows === null }]))
}

export function choiceOf(fields: readonly RefusedField[], form: TrayForm): Choice {
  const out: Choice = { values: {}, leave_out: [], seen: {} }
  for (const f of fields) {
    const chosen = form[f.id]
    if (!chosen?.taken || f.follows !== null) {
      out.leave_out.push(f.id)
      continue
    }
    // a masked number stands for itself until somebody writes another one
    if (!f.fixed && chosen.value !== asText(f.value)) out.values[f.id] = chosen.value.trim() === '' ? null : typeof f.value === 'boolean' ? chosen.value === 'true' : chosen.value.trim()
    if (f.seen.length) out.seen[f.id] = f.seen
  }
  return out
}

/** Is anything left to write? What has no fields at all (an undone visit) may go as it is. */
export const hasAny = (fields: readonly RefusedField[], form: TrayForm): boolean => fields.length === 0 || fields.some((f) => f.follows === null && form[f.id]?.taken)
