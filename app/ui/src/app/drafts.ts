// What was begun and not yet saved: it survives going back, a call, the lock. In memory only: whatever names a person is written nowhere but in the
// encrypted store, so a draft does not survive closing the app, and the screens say so.

import { reactive } from 'vue'

const drafts = new Map<string, object>()

/** The draft under `key`, begun with `fresh()` when there is none. */
export function draft<T extends object>(key: string, fresh: () => T): T {
  const known = drafts.get(key) as T | undefined
  if (known) return known
  const begun = reactive(fresh()) as T
  drafts.set(key, begun)
  return begun
}

export function hasDraft(key: string): boolean {
  return drafts.has(key)
}

/** Saved or set aside. */
export function dropDraft(key: string): void {
  drafts.delete(key)
}
