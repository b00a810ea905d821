// Steps and states of a case in the reader's language: the engine's own Chinese word, or the English one.

import { useI18n } from 'vue-i18n'
import type { Coded } from '../generated/commands'

export function useCaseWords() {
  const { t, te, locale } = useI18n()
  return (place: 'case_state' | 'case_step', coded: Coded): string => (locale.value === 'en' && te(`worker.${place}.${coded.code}`) ? t(`worker.${place}.${coded.code}`) : coded.label)
}
