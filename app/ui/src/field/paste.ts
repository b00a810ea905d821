// Which guesses of a pasted text are taken. Pure.

import type { Guess, PasteRead } from '../generated/commands'

/** What a report takes over. */
export interface Taken {
  household?: string
  building?: string
  person?: string
  phone?: string
  matter?: string
  words: string
}

/** Of these a report has one. */
const SINGLE = new Set(['door', 'building', 'person', 'phone', 'matter'])
export const guessKey = (one: Guess) => `${one.kind} ${one.value}`

/** The best of each kind is marked; where two doors fit, none is: a person says which. */
export function pickedOf(guesses: readonly Guess[]): Set<string> {
  const out = new Set<string>()
  for (const kind of SINGLE) {
    const own = guesses.filter((one) => one.kind === kind)
    if (own.length === 1 || (own.length > 1 && (kind === 'matter' || kind === 'phone'))) out.add(guessKey(own[0]!))
  }
  return out
}

/** One more or one less; another of the same kind gives way. */
export function toggled(picked: ReadonlySet<string>, one: Guess): Set<string> {
  const key = guessKey(one)
  const out = new Set(picked)
  if (out.delete(key)) return out
  for (const other of picked) if (other.startsWith(`${one.kind} `)) out.delete(other)
  return out.add(key)
}

export function taken(read: PasteRead, picked: ReadonlySet<string>): Taken {
  const of = (kind: string) => read.guesses.find((one) => one.kind === kind && picked.has(guessKey(one)))?.value
  const out: Taken = { words: read.words }
  const [door, building, person, phone, matter] = ['door', 'building', 'person', 'phone', 'matter'].map(of)
  if (door) out.household = door
  else if (building) out.building = building
  if (person && door) out.person = person
  if (phone) out.phone = phone
  if (matter) out.matter = matter
  return out
}
