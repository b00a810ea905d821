// Why something was refused, in the language of the screen: what happened and what to do, or one short sentence in the large face.

import { useI18n } from 'vue-i18n'
import { prefs } from '../app/prefs'
import type { Words } from '../generated/commands'

export function useReason(): (words: Words) => string[] {
  const { locale } = useI18n()
  return (w) => {
    const isEnglish = locale.value === 'en'
    if (prefs.elder) return [isEnglish ? w.en_plain : w.zh_plain]
    return isEnglish ? [w.en, w.en_do] : [w.zh, w.zh_do]
  }
}
