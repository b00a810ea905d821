// What was written at the old door of people who moved, by somebody who did not know: for a file, for the first page, for the page that decides.

import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useFields } from '../app/codes'
import { phone } from '../app/format'
import { useQuery } from '../app/query'
import type { LeftBehindItem } from '../generated/commands'

export interface LeftPerson {
  old: string
  name: string
  plate: string
  newPlate: string
  household: string | null
  items: LeftBehindItem[]
}

/** One entry a person, in the order they came. */
export function byPerson(items: readonly LeftBehindItem[]): LeftPerson[] {
  const out = new Map<string, LeftPerson>()
  for (const item of items) {
    const known = out.get(item.old)
    if (known) known.items.push(item)
    else out.set(item.old, { old: item.old, name: item.name, plate: item.plate, newPlate: item.new_plate, household: item.household, items: [item] })
  }
  return [...out.values()]
}

/** What the engine writes for no value. */
const NOTHING = '（空）'

export function useLeftBehind() {
  const { t } = useI18n()
  const query = useQuery('list_left_behind', {}, { kinds: ['household', 'person', 'sync'] })
  const items = computed(() => query.data.value?.items ?? [])
  const { field, label } = useFields()
  /** What the field is called in the reader's language. */
  const labelOf = (item: LeftBehindItem) => {
    const known = field('person', item.key)
    return known ? label(known) : item.label
  }
  /** A value as it is read: numbers in groups, nothing as a word. */
  const said = (item: LeftBehindItem, text: string) => (text === '' || text === NOTHING ? t('common.fork.empty') : item.key.startsWith('phone') ? phone(text) : text)
  return { query, items, labelOf, said }
}
