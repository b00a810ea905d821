/*
 * How somebody can be reached, as it was written in one line: several numbers, or a number and an address. Only what is a number calls.
 */

export interface Way {
  text: string
  /** It can be dialled. */
  calls: boolean
}

/** Digits of the shortest number that is dialled: 110, 12345 are not people. */
const DIGITS_MIN = 7

export function waysOf(contact: string | null | undefined): Way[] {
  const parts = (contact ?? '').split(/[;；,，、\n]/).map((p) => p.trim()).filter(Boolean)
  return parts.map((text) => ({ text, calls: /^[+\d][\d\s()-]*$/.test(text) && text.replace(/\D/g, '').length >= DIGITS_MIN }))
}
