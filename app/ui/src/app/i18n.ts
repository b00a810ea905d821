// Words on the screen, Chinese first. Messages lie in src/locales/<language>/<area>.ts; what every screen needs is in the first chunk, the office and the
// demo bring their own with `addMessages`. Words people wrote (names, tags, places) are never translated.

import { watch } from 'vue'
import { createI18n } from 'vue-i18n'
import { containedWithin } from './bidi'
import commonEn from '../locales/en/common'
import commonZh from '../locales/zh-CN/common'
import { prefs, type Lang } from './prefs'

export type Messages = { [key: string]: string | string[] | Messages }

export const i18n = createI18n({
  legacy: false,
  locale: prefs.lang,
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': { common: commonZh }, en: { common: commonEn } } as Record<string, Record<string, Messages>>,
  missingWarn: import.meta.env.DEV,
  fallbackWarn: false,
})

/** What is put into a sentence turns only itself, whoever wrote it. */
const say = i18n.global.t as (key: string, ...rest: unknown[]) => string
i18n.global.t = ((key: string, ...rest: unknown[]) => say(key, ...rest.map(containedWithin))) as typeof i18n.global.t

watch(() => prefs.lang, (lang: Lang) => (i18n.global.locale.value = lang))

/** Adds the words of one area: `addMessages('office', zh, en)` makes `office.…` known. */
export function addMessages(area: string, zh: Messages, en: Messages): void {
  i18n.global.mergeLocaleMessage('zh-CN', { [area]: zh })
  i18n.global.mergeLocaleMessage('en', { [area]: en })
}
