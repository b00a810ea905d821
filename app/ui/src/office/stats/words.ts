// The words of the figures, and a coded value in the language of the page.
import { useI18n } from 'vue-i18n'
import { addMessages } from '../../app/i18n'
import en from '../../locales/en/stats'
import zh from '../../locales/zh-CN/stats'
import './stats.css'

addMessages('stats', zh, en)

/** Says a coded value; where there is no English, the Chinese. */
export function useCoded() {
  const { locale } = useI18n()
  return (one: { label: string; en?: string | null }) => (locale.value === 'en' && one.en ? one.en : one.label)
}
