/*
 * What the engine names in Chinese, said in the language of the screen: fields, codes, roles, reasons.
 *
 * What lives here: the choice between the engine's own label and an English word. What does not: anything people wrote; that is never translated.
 */
import { useI18n } from 'vue-i18n'
import type { Coded } from '../generated/commands'
import { useDesk } from './desk'

export interface Say {
  field: (kind: string, key: string | null, label: string | null) => string
  /** A coded value of a table; by the field that holds it. */
  code: (table: string | null | undefined, coded: Coded | null) => string
  valueOf: (kind: string, key: string, coded: Coded | null) => string
  role: (coded: Coded) => string
  /** A state of a case: a workflow brings its English words with it. */
  state: (coded: Coded) => string
  reason: (coded: Coded) => string
  /** What a command does, as the command list names it. */
  command: (coded: Coded) => string
}

export function useSay(): Say {
  const { t, te, locale } = useI18n()
  const desk = useDesk()
  const isEnglish = () => locale.value === 'en'
  const word = (place: string, coded: Coded) => (isEnglish() && te(`office.${place}.${coded.code}`) ? t(`office.${place}.${coded.code}`) : coded.label)

  function field(kind: string, key: string | null, label: string | null): string {
    const known = key === null ? null : desk.field(kind, key)
    if (known) return isEnglish() ? known.en : known.zh
    return label ?? (key !== null && te(`office.field.${key}`) ? t(`office.field.${key}`) : (key ?? ''))
  }
  function code(table: string | null | undefined, coded: Coded | null): string {
    if (!coded) return ''
    if (!isEnglish() || !table) return coded.label
    return desk.codes.value?.tables[table]?.find((c) => c.code === coded.code)?.en ?? coded.label
  }
  return {
    field,
    code,
    valueOf: (kind, key, coded) => code(desk.field(kind, key)?.code_table, coded),
    role: (coded) => word('invite.role', coded),
    state: (coded) => (isEnglish() && coded.en ? coded.en : coded.label),
    reason: (coded) => word('held.reason', coded),
    command: (coded) => (te(`office.command.${coded.code}`) ? t(`office.command.${coded.code}`) : isEnglish() ? t('office.command.other') : coded.label || t('office.command.other')),
  }
}
