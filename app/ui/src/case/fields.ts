// What a form of declared fields holds, sends and still lacks. Pure. A value is text, as the engine takes it; empty is not sent.

import type { Field } from '../generated/commands'

export type FieldData = Record<string, string>

/** What is to be sent: only what somebody filled in, only what is declared. */
export function filled(fields: readonly Field[], data: FieldData): FieldData {
  const out: FieldData = {}
  for (const field of fields) {
    const text = (data[field.name] ?? '').trim()
    if (text) out[field.name] = text
  }
  return out
}

/** Required fields that are still empty. */
export function lacking(fields: readonly Field[], data: FieldData): Field[] {
  return fields.filter((field) => field.required && !(data[field.name] ?? '').trim())
}

/** More optional fields than this are folded away, so that a report stays short. */
export const OPTIONAL_SHOWN = 2

/** What is asked at once, and what waits behind a line. */
export function folded(fields: readonly Field[]): { shown: Field[]; behind: Field[] } {
  const optional = fields.filter((field) => !field.required)
  if (optional.length <= OPTIONAL_SHOWN) return { shown: [...fields], behind: [] }
  return { shown: fields.filter((field) => field.required), behind: optional }
}
