// What a field of a case holds, in the reader's language. The engine says an option in Chinese; in English the workflow that the case keeps is asked for its
// own word. Whatever people wrote stays as they wrote it.

import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useQuery } from '../app/query'
import type { FieldView, Workflow } from '../generated/commands'

/** The English word of an option, where the field is a choice and the workflow has one. */
export function optionWord(workflow: Workflow, view: FieldView): string | null {
  const declared = [...workflow.fields, ...workflow.steps.flatMap((step) => step.fields)].filter((field) => field.name === view.field.code)
  const option = declared.flatMap((field) => field.options).find((one) => one.zh === view.text)
  return option?.en || null
}

export function useFieldWords(workflowId: () => string | undefined) {
  const { locale } = useI18n()
  const all = useQuery('list_workflows', () => (locale.value === 'en' && workflowId() ? {} : null), { kinds: ['config'] })
  const own = computed(() => all.data.value?.items.find((item) => item.id === workflowId())?.workflow ?? null)
  return (view: FieldView): string => (locale.value === 'en' && own.value ? (optionWord(own.value, view) ?? view.text) : view.text)
}
