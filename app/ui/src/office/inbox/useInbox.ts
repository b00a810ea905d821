/*
 * The list of 待我处理 as the page holds it: pages that follow each other as somebody scrolls, asked again when something changed.
 *
 * What lives here: loading, and keeping what was loaded in order. What does not: which items there are (the engine's `list_inbox`), selection
 * and drawing. Rows exist only for what was loaded, so no blank row can be scrolled into view; the next page is asked for before the end is reached.
 * What was loaded stays loaded, in parts, so that nobody who scrolled far is thrown back; what this hand decided is taken out without asking for
 * all of it again, and all of it is asked for once the hand rests.
 */
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { call, onChanged } from '../../app/api'
import type { InboxItem, InboxList } from '../../generated/commands'
import { joinPages } from '../lib/inbox'

const PAGE = 200
/** The most that one call brings. */
const PART = 1000
/** So long after the last decision of this hand the whole of it is asked again. */
const REST_MS = 2_000

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
  /** These were decided here: out they go, and the counts are asked for. */
  drop: (ids: string[]) => Promise<void>
}

export function useInbox(asked: () => Asked, reach: () => string | null, isWriting: () => boolean): Inbox {
  const items = shallowRef<InboxItem[]>([])
  const list = shallowRef<InboxList | null>(null)
  const problem = ref<string | null>(null)
  const isReady = ref(false)
  let turn = 0
  let running: Promise<void> | null = null
  let again = false
  let isFollowing = false
  let resting: ReturnType<typeof setTimeout> | undefined

  const args = () => {
    const { kind, q } = asked()
    return { ...(kind ? { kind } : {}), ...(q ? { q } : {}), soon: true }
  }
  /** Asks for as much as there was, and for the selected one. */
  async function ask(): Promise<void> {
    const mine = turn
    const had = items.value.length
    const to = reach()
    const isIn = (all: InboxItem[]) => to === null || all.some((i) => i.id === to)
    const wasIn = isIn(items.value)
    try {
      let reply = await call('list_inbox', { ...args(), limit: Math.min(PART, Math.max(PAGE, had)), ...(wasIn ? {} : { reach: to! }) })
      let all = reply.items
      while (mine === turn && reply.after && (all.length < had || (wasIn && !isIn(all) && all.length < had + PART))) {
        reply = await call('list_inbox', { ...args(), limit: PART, after: reply.after })
        const joined = joinPages(all, reply.items)
        // the last one went meanwhile, and the engine began again
        if (joined.length === all.length) break
        all = joined
      }
      if (mine !== turn) return
      list.value = reply
      items.value = all
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
  async function follow(): Promise<void> {
    const mine = turn
    const after = items.value.at(-1)?.id
    if (!after || !list.value?.after) return
    try {
      const reply = await call('list_inbox', { ...args(), limit: PAGE, after })
      if (mine !== turn) return
      const joined = joinPages(items.value, reply.items)
      if (joined.length === items.value.length) return ask()
      list.value = reply
      items.value = joined
    } catch (e) {
      problem.value = (e as Error).message
    }
  }
  /** Asked for at the end of what has come, and while a call is under way too: nobody scrolls there a second time to ask again. */
  async function more(): Promise<void> {
    if (isFollowing) return
    isFollowing = true
    while (running) await running
    await run(follow)
    isFollowing = false
  }
  function rest(): void {
    clearTimeout(resting)
    resting = setTimeout(() => {
      resting = undefined
      if (isWriting()) rest()
      else void reload()
    }, REST_MS)
  }
  async function drop(ids: string[]): Promise<void> {
    while (running) await running
    rest()
    await run(async () => {
      const mine = turn
      try {
        const reply = await call('list_inbox', { ...args(), limit: 1 })
        if (mine !== turn) return
        const gone = new Set(ids)
        const left = items.value.filter((i) => !gone.has(i.id))
        // more went or came than this hand decided
        if (reply.total !== (list.value?.total ?? 0) - (items.value.length - left.length) || (!left.length && reply.total)) return ask()
        list.value = { ...reply, after: list.value?.after && left.length ? left.at(-1)!.id : null }
        items.value = left
      } catch (e) {
        if (mine === turn) problem.value = (e as Error).message
      }
    })
  }
  watch(() => JSON.stringify(asked()), async () => {
    turn += 1
    items.value = []
    isReady.value = false
    await running
    await reload()
  })
  void reload()
  // what this hand writes is asked for when it rests
  onScopeDispose(onChanged(() => { if (isWriting() || resting !== undefined) rest(); else void reload() }))
  onScopeDispose(() => clearTimeout(resting))
  return { items, list, problem, isReady, more, reload, drop }
}
