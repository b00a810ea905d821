// `useQuery`: a reply of the engine as a reactive value that is never blanked. While a reload runs the old value stays; when a page is opened again the
// last reply is there at once. It reloads when a change touches one of the kinds it names. Kept in memory only, and emptied by a lock.

import { onScopeDispose, ref, shallowRef, toValue, watch, type MaybeRefOrGetter, type Ref, type ShallowRef } from 'vue'
import type { Changed, CommandName, Commands } from '../generated/commands'
import { ApiError, call, callBehind, onChanged } from './api'

/** Replies remembered for instant return; small, because lists are the largest thing in it. */
const REMEMBERED_REPLIES = 60
const remembered = new Map<string, unknown>()
/** Told with deadlines, which are counted from the catalogue and the calendar whenever they are shown. */
const WITH_DEADLINES: ReadonlySet<string> = new Set(['list_cases', 'get_case', 'list_due'])
/** Failures after which an older reply may no longer be shown. */
const GONE = new Set(['not_found', 'not_allowed'])

function remember(key: string, reply: unknown): void {
  remembered.delete(key)
  remembered.set(key, reply)
  if (remembered.size > REMEMBERED_REPLIES) remembered.delete(remembered.keys().next().value!)
}

/** Forgets every reply: at lock, and when someone else enrols. */
export function forgetReplies(): void {
  remembered.clear()
}

/** Asks for what will be shown next, so that it is there at once. Failing says nothing: whoever shows it asks again. */
export async function ahead<K extends CommandName>(name: K, args: Commands[K]['args']): Promise<void> {
  const key = `${name} ${JSON.stringify(args)}`
  if (remembered.has(key)) return
  try {
    remember(key, await (callBehind as (name: K, args: unknown) => Promise<unknown>)(name, args))
  } catch {
    // asked again when it is shown
  }
}

export interface Query<T> {
  data: ShallowRef<T | null>
  error: Ref<ApiError | null>
  isLoading: Ref<boolean>
  reload: () => Promise<void>
}

export interface QueryOptions {
  /** Kinds (`household`, `visit`, `sync` …) whose change reloads; absent: any change. */
  kinds?: readonly string[]
  /** Nobody looks at it this moment: it lets others go first. */
  behind?: boolean
}

/** Does this change concern a query that names `kinds`? */
export function concerns(changed: Changed, kinds: readonly string[] | undefined): boolean {
  return !kinds || changed.kinds.length === 0 || changed.kinds.some((kind) => kinds.includes(kind))
}

/** Runs `name` with `args` (a value, a ref or a getter; `null` means not yet) and keeps the reply current. */
export function useQuery<K extends CommandName>(name: K, args: MaybeRefOrGetter<Commands[K]['args'] | null>, options: QueryOptions = {}): Query<Commands[K]['reply']> {
  type Reply = Commands[K]['reply']
  const kinds = options.kinds && WITH_DEADLINES.has(name) ? [...options.kinds, 'config'] : options.kinds
  const data = shallowRef<Reply | null>(null)
  const error = ref<ApiError | null>(null)
  const isLoading = ref(false)
  let asked = 0
  /** How often something else was asked for. */
  let turn = 0
  let running = false
  let again = false

  async function load(): Promise<void> {
    const now = toValue(args)
    if (now === null) return
    if (running) {
      again = true
      return
    }
    running = true
    isLoading.value = true
    const mine = ++asked
    const key = `${name} ${JSON.stringify(now)}`
    /** Asked for something else meanwhile: a late reply takes nothing off the screen that is there already. */
    const since = turn
    const isOld = () => mine !== asked || since !== turn
    try {
      const reply = (await ((options.behind ? callBehind : call) as (name: K, args: unknown) => Promise<Reply>)(name, now)) as Reply
      remember(key, reply)
      if (!isOld()) {
        data.value = reply
        error.value = null
      }
    } catch (raised) {
      if (isOld()) return
      error.value = raised as ApiError
      // Gone, or no longer this person's: what was read before leaves the screen too.
      if (GONE.has(error.value.code)) {
        data.value = null
        remembered.delete(key)
      }
    } finally {
      running = false
      isLoading.value = false
      if (again) {
        again = false
        void load()
      }
    }
  }

  watch(
    () => JSON.stringify(toValue(args)),
    (text) => {
      turn += 1
      const known = remembered.get(`${name} ${text}`)
      if (known !== undefined) data.value = known as Reply
      void load()
    },
    { immediate: true },
  )
  onScopeDispose(onChanged((changed) => concerns(changed, kinds) && void load()))
  return { data, error, isLoading, reload: load }
}
