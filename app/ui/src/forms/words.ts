// The words of questionnaires and campaigns, and the two languages that a form brings with it.

import { useI18n } from 'vue-i18n'
import { addMessages } from '../app/i18n'
import en from '../locales/en/forms'
import zh from '../locales/zh-CN/forms'

addMessages('forms', zh, en)

/** Says a form's own words in the language of the page; where there is no English, the Chinese. */
export function useFormWords() {
  const { locale } = useI18n()
  const isEnglish = () => locale.value === 'en'
  return {
    of: (one: { zh: string; en?: string | null }) => (isEnglish() && one.en ? one.en : one.zh),
    pair: (zh: string, en?: string | null) => (isEnglish() && en ? en : zh),
    coded: (one: { label: string; en?: string | null }) => (isEnglish() && one.en ? one.en : one.label),
  }
}
