// Words around a case, in the reader's language: what a workflow brings in English is taken, what is coded elsewhere comes from the locale files.
// Loaded with the first component that shows a case.

import { useI18n } from 'vue-i18n'
import { addMessages } from '../app/i18n'
import type { Coded, StepView } from '../generated/commands'
import en from '../locales/en/case'
import zh from '../locales/zh-CN/case'

addMessages('case', zh, en)

/** Ratings as they are kept in steps, and as workflows name them. */
export const RATINGS = ['satisfied', 'fair', 'dissatisfied'] as const
const KEPT: Record<string, string> = { 满意: 'satisfied', 基本满意: 'fair', 不满意: 'dissatisfied' }

export function useCaseSay() {
  const { t, te, locale } = useI18n()
  const isEnglish = () => locale.value === 'en'
  /** A state, step, overlay, field, matter: its own English words, else the Chinese ones. */
  const coded = (one: Coded): string => (isEnglish() && one.en ? one.en : one.label)
  /** A label of a workflow as it stands in its declaration. */
  const label = (one: { zh: string; en: string }): string => (isEnglish() && one.en ? one.en : one.zh)
  const rating = (kept: string): string => {
    const key = `case.step.rating_said.${KEPT[kept] ?? kept}`
    return te(key) ? t(key) : kept
  }
  const level = (one: Coded): string => (te(`case.level.${one.code}`) ? t('case.level_at', { level: t(`case.level.${one.code}`) }) : one.label)
  /** What a step did, in one line: 交办 给和顺物业 满意. */
  const did = (step: StepView): string => [coded(step.transition), step.assignee ? t('case.to', { who: step.assignee }) : '', step.rating ? rating(step.rating) : ''].filter(Boolean).join(' ')
  /** What a matter belongs to; the catalogue names it in Chinese, its code begins with it. */
  const category = (one: { code: string; category: string }): string => (isEnglish() && te(`case.category.${one.code.slice(0, 2)}`) ? t(`case.category.${one.code.slice(0, 2)}`) : one.category)
  return { coded, label, rating, level, did, category }
}
