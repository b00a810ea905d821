/*
 * The list of 待我处理 as the page holds it: pages that follow each other as somebody scrolls, asked again when something changed.
 *
 * What lives here: loading, and keeping what was loaded in order. What does not: which items there are (the engine's `list_inbox`), selection
 * and drawing. Rows exist only for what was loaded, so no blank row can be scrolled into view; the next page is asked for before the end is reached.
 */
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { call, onChanged } from '../../app/api'
import type { InboxItem, InboxList } from '../../generated/commands'
import { joinPages } from '../lib/inbox'

const PAGE = 200
/** Asked again after a change at most this far; the rest follows as it is scrolled to. */
const AGAIN = 1000

export interface Asked {
  kind: string | null
  q: string
}

export interface Inbox {
  items: ShallowRef<InboxItem[]>
  list: ShallowRef<InboxList | null>
  problem: Ref<string | null>
  isReady: Ref<boolean>
  more: () => Promise<void>
  reload: () => Promise<void>
}

export function useInbox(asked: () => Asked, reach: () => string | null): Inbox {
  const items = shallowRef<InboxItem[]>([])
  const list = shallowRef<InboxList | null>(null)
  const problem = ref<string | null>(null)
  const isReady = ref(false)
  let turn = 0
  let running: Promise<void> | null = null
  let again = false

  const args = () => {
    const { kind, q } = asked()
    return { ...(kind ? { kind } : {}), ...(q ? { q } : {}), soon: true }
  }
  async function ask(): Promise<void> {
    const mine = turn
    const to = reach()
    try {
      const limit = Math.min(AGAIN, Math.max(PAGE, items.value.length))
      const reply = await call('list_inbox', { ...args(), limit, ...(to ? { reach: to } : {}) })
      if (mine !== turn) return
      list.value = reply
      items.value = reply.items
      problem.value = null
    } catch (e) {
      if (mine === turn) problem.value = (e as Error).message
    }
    if (mine === turn) isReady.value = true
  }
  /** One call at a time; whoever waits for it waits for what was asked meanwhile too. */
  async function run(first: () => Promise<void>): Promise<void> {
    running = (async () => {
      await first()
      while (again) {
        again = false
        await ask()
      }
      running = null
    })()
    await running
  }
  async function reload(): Promise<void> {
    if (!running) return run(ask)
    again = true
    return running
  }
  async function follow(after: string): Promise<void> {
    const mine = turn
    try {
      const reply = await call('list_inbox', { ...args(), limit: PAGE, after })
      if (mine !== turn) return
      list.value = reply
      items.value = joinPages(items.value, reply.items)
    } catch (e) {
      problem.value = (e as Error).message
    }
  }
  async function more(): Promise<void> {
    const after = list.value?.after
    if (!running && after) await run(() => follow(after))
  }
  watch(() => JSON.stringify(asked()), async () => {
    turn += 1
    items.value = []
    isReady.value = false
    await running
    await reload()
  })
  void reload()
  onScopeDispose(onChanged(() => void reload()))
  return { items, list, problem, isReady, more, reload }
}
