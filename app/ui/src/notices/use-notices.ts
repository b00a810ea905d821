// What came in from others with a sync, in one sentence each. The engine says which (`list_notices`); here are the words.

import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useQuery } from '../app/query'
import { useCaseSay } from '../case/words'
import type { NoticeItem } from '../generated/commands'
import './words'

export function useNotices() {
  const { t } = useI18n()
  const say = useCaseSay()
  const list = useQuery('list_notices', {}, { kinds: ['notice', 'case', 'case_step', 'campaign', 'sync'] })

  /** Who did what, as one sentence without its end. */
  function sentence(item: NoticeItem): string {
    const who = item.by || t('notices.somebody')
    if (item.kind === 'step') return t('notices.said.step', { who, step: item.step ? say.coded(item.step) : '', title: item.title })
    return t(`notices.said.${['assigned', 'case', 'answered', 'campaign', 'question'].includes(item.kind) ? item.kind : 'case'}`, { who, title: item.title })
  }
  /** The same with what was said, for the ear. */
  const aloud = (item: NoticeItem) => [sentence(item), item.text, item.place].filter(Boolean).join('。')
  return { list, items: computed(() => list.data.value?.items ?? []), unseen: computed(() => list.data.value?.unseen ?? 0), sentence, aloud }
}
