// The values of a person as a form holds them, and what of them was changed. Pure.

import type { Coded, PersonView } from '../generated/commands'

/** Key → text, code, or yes and no; null is empty. */
export type PersonForm = Record<string, string | boolean | null>

const PLAIN = ['name', 'nickname', 'phone', 'phone2', 'employer', 'note'] as const
const CODED = ['sex', 'relation', 'education', 'political', 'ethnic', 'marital', 'employment', 'residence_type'] as const

/** What the form shows first. The ID number is never prefilled: the screen has only its mask. */
export function formOf(person: PersonView): PersonForm {
  const form: PersonForm = {}
  for (const key of PLAIN) form[key] = person[key]
  for (const key of CODED) form[key] = (person[key] as Coded | null)?.code ?? null
  return form
}

const blank = (value: string | boolean | null | undefined) => value === undefined || value === null || (typeof value === 'string' && value.trim() === '')

/** Only what differs from what was shown; emptied is null. */
export function changedFields(shown: PersonForm, now: PersonForm): Record<string, string | boolean | null> {
  const edit: Record<string, string | boolean | null> = {}
  for (const [key, value] of Object.entries(now)) {
    const before = shown[key]
    if (blank(value)) {
      if (!blank(before)) edit[key] = null
    } else {
      const clean = typeof value === 'string' ? value.trim() : value
      if (clean !== before) edit[key] = clean
    }
  }
  return edit
}
