// Why something was refused, in the language of the screen: what happened and what to do, or one short sentence in the large face; and what its
// fields are called.

import { useI18n } from 'vue-i18n'
import { useFields } from '../app/codes'
import { prefs } from '../app/prefs'
import type { RefusedField, Words } from '../generated/commands'

export function useReason(): (words: Words) => string[] {
  const { locale } = useI18n()
  return (w) => {
    const isEnglish = locale.value === 'en'
    if (prefs.elder) return [isEnglish ? w.en_plain : w.zh_plain]
    return isEnglish ? [w.en, w.en_do] : [w.zh, w.zh_do]
  }
}

/** What a field is called in the language of the screen. */
export function useFieldLabel(): (f: RefusedField) => string {
  const { locale } = useI18n()
  const { field, label } = useFields()
  return (f) => {
    const known = field(f.kind, f.key)
    return known && locale.value === 'en' ? label(known) : f.label
  }
}
