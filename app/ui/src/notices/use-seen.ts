// Opening the page is looking: the engine is told, and what was new on opening stays marked until the page is left.

import { reactive, watch, type Ref } from 'vue'
import { call } from '../app/api'
import type { NoticeItem } from '../generated/commands'

export function useSeen(items: Ref<NoticeItem[]>): (item: NoticeItem) => boolean {
  const fresh = reactive(new Set<string>())
  watch(
    items,
    (now) => {
      const ids = now.filter((item) => !item.seen && !fresh.has(item.id)).map((item) => item.id)
      if (!ids.length) return
      ids.forEach((id) => fresh.add(id))
      void call('see_notices', { ids }).catch(() => undefined)
    },
    { immediate: true },
  )
  return (item) => fresh.has(item.id)
}
