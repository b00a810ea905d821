// What the sheets of deaths, absences and splits decide. Pure.

import type { HouseholdFile, PersonView } from '../generated/commands'

/** Days that are offered for an absence. */
export const AWAY_DAYS = [7, 30, 90] as const

export const livingIn = (file: HouseholdFile): PersonView[] => file.persons.filter((person) => !person.ended)

/** Is this person the head by name? */
export const isHead = (file: HouseholdFile, person: string): boolean => {
  const found = file.persons.find((one) => one.id === person)
  return !!found && !!file.household.head_name && found.name === file.household.head_name
}

/** Who may be the head when these leave: those that stay. */
export const others = (file: HouseholdFile, leaving: readonly string[]): PersonView[] => livingIn(file).filter((person) => !leaving.includes(person.id))

/** The Beijing day so many days after a moment, `YYYY-MM-DD`. */
export function dayAfter(at: number, days: number): string {
  return new Date(at + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10)
}
