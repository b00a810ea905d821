// Code tables and field declarations of the engine, loaded once a page: what the choices are called in the reader's language, which fields a record has.

import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { CodeChoice, Coded, FieldInfo } from '../generated/commands'
import { useQuery } from './query'

export function useCodes() {
  const { locale } = useI18n()
  const { data } = useQuery('list_codes', {}, { kinds: ['config'] })
  const isEnglish = computed(() => locale.value === 'en')
  const choices = (table: string): CodeChoice[] => data.value?.tables[table] ?? []
  const name = (choice: CodeChoice) => (isEnglish.value ? choice.en || choice.zh : choice.zh)

  /** A coded value in the reader's language; Chinese as the engine wrote it where no table knows the code. */
  function label(table: string, coded: Coded | null | undefined): string {
    if (!coded) return ''
    const known = isEnglish.value ? choices(table).find((choice) => choice.code === coded.code) : undefined
    return known ? name(known) : coded.label
  }
  /** What the engine says by its Chinese label alone (a role beside a name, a value of a merge), in the reader's language. */
  function said(table: string, zh: string): string {
    const known = isEnglish.value ? choices(table).find((choice) => choice.zh === zh) : undefined
    return known ? name(known) : zh
  }
  return { book: data, choices, name, label, said }
}

export function useFields() {
  const { locale } = useI18n()
  const { data } = useQuery('list_tables', {}, { kinds: ['config'] })
  const fields = (kind: string): FieldInfo[] => data.value?.kinds[kind] ?? []
  const field = (kind: string, key: string) => fields(kind).find((one) => one.key === key)
  const label = (one: FieldInfo) => (locale.value === 'en' ? one.en : one.zh)
  return { tables: data, fields, field, label }
}

/** What a device holds, said in the reader's language: the engine names classes and fields in Chinese. */
export function useHeld() {
  const { t, te, locale } = useI18n()
  const { tables } = useFields()
  const isEnglish = computed(() => locale.value === 'en')
  const english = computed(() => new Map(Object.values(tables.value?.kinds ?? {}).flat().map((one) => [one.zh, one.en])))
  const className = (one: Coded) => (isEnglish.value && te(`common.class.${one.code}`) ? t(`common.class.${one.code}`) : one.label)
  const fieldName = (zh: string) => (isEnglish.value && english.value.get(zh)) || zh
  const fieldNames = (all: readonly string[]) => all.map(fieldName).join(isEnglish.value ? ', ' : '、')
  return { className, fieldNames, colon: computed(() => (isEnglish.value ? ': ' : '：')) }
}
