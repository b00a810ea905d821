// What a command did, in one line: as the engine wrote it in Chinese, or the English word for it before the door or name it was about.

import { useI18n } from 'vue-i18n'

export function useCommandText(): (item: { command: string; text: string }) => string {
  const { t, te, locale } = useI18n()
  return ({ command, text }) => {
    if (locale.value !== 'en') return text
    const about = text.includes(' ') ? text.slice(text.indexOf(' ') + 1) : text
    return `${t(`common.command.${te(`common.command.${command}`) ? command : 'other'}`)} ${about}`
  }
}
