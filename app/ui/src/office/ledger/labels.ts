/*
 * What a field is called: as its declaration says, otherwise in the words of the locale file, otherwise its key.
 */
import { useI18n } from 'vue-i18n'
import { useDesk } from '../desk'

export function useFieldLabel(kind: 'household' | 'person'): (key: string) => string {
  const { t, te, locale } = useI18n()
  const desk = useDesk()
  return (key) => {
    const field = desk.field(kind, key)
    if (field) return locale.value === 'en' ? field.en : field.zh
    return te(`office.field.${key}`) ? t(`office.field.${key}`) : key
  }
}
