// What a failure says to the reader. The engine writes its reasons in Chinese, often with the name of the thing concerned; in English the code is
// said in general words instead. A code that no table knows keeps the engine's own sentence.

import { useI18n } from 'vue-i18n'
import { ApiError } from './api'

export function useErrorText() {
  const { t, te, locale } = useI18n()
  return (raised: unknown): string => {
    if (!(raised instanceof ApiError)) return String(raised)
    const key = `common.errors.${raised.code}`
    return locale.value === 'en' && te(key, 'en') ? t(key) : raised.message
  }
}
