// What the engine found in a row of a ledger, in English: it says a code and a Chinese sentence. A code that is not here is shown in its own words.
import { useI18n } from 'vue-i18n'

const EN: Readonly<Record<string, string>> = {
  differs: 'Differs from what is here; waits for the office.',
  no_building: 'The building is missing or not in this grid.',
  twice: 'The same as a row above; taken once.',
  bad_number: 'Not a number; kept as written.',
  other_grid: 'This building belongs to another grid; no second one is made.',
  no_doors: 'Households do not fit units and floors: the building alone is made.',
  too_many: 'More than two thousand doors in one building; look at the number.',
  not_kept: 'There is no place for this column; it was not kept.',
  no_name: 'No name; this row was not taken.',
  not_found: 'The record that was chosen is not here; choose again.',
  bad_code: 'No such kind; kept as written in the note.',
  bad_position: 'The coordinates are wrong; not kept.',
  too_long: 'Too long; the beginning was kept.',
  no_title: 'It does not say what happened; this row was not taken.',
  date_guess: 'The date is incomplete; read as its first day.',
  bad_date: 'The date could not be read.',
  matter_guess: 'Not in the catalogue: taken as "other", kept as written.',
  no_matter: 'The catalogue has no matter for this.',
  no_workflow: 'There is no workflow for this.',
  no_household: 'This household was not found: import the roster first, or look at door and name.',
}

export function useFindingWords(): (finding: { code: string; message: string }) => string {
  const { locale } = useI18n()
  return (finding) => (locale.value === 'en' && EN[finding.code]) || finding.message
}
