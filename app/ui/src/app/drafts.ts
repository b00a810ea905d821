// What was begun and not yet saved. It survives going back, a call, the lock and the end of the program: a draft is written to the encrypted store of the
// device a moment after each change, and nowhere else. What a person never touched is not a draft.

import { effectScope, reactive, watch, type EffectScope } from 'vue'
import { call } from './api'

/** After so long without a change a draft is written, ms. */
const REST_MS = 250

interface Kept {
  form: object
  /** As it was given to the person: equal to it, there is nothing to keep. */
  base: string
  /** As the store has it; null: not there. */
  written: string | null
  /** When it was last written before this page began; null: begun now. */
  since: number | null
  /** Outlives the page that asked first. */
  scope: EffectScope
  timer?: ReturnType<typeof setTimeout>
}

const drafts = new Map<string, Kept>()
/** Drafts of the store that no form has asked for yet. */
const stored = new Map<string, { body: string; at: number }>()

/** Reads what was begun before; once an open store is there. A form that is open keeps what it holds. */
export async function loadDrafts(): Promise<void> {
  const list = await call('list_drafts', {}).catch(() => null)
  for (const item of list?.items ?? []) if (!drafts.has(item.key)) stored.set(item.key, { body: item.body, at: item.at })
  // What changed while the store was locked is written now.
  for (const key of drafts.keys()) write(key)
}

/** What was kept, over the form as it is today: a field that is new has its first value, one that is gone stays and is not shown. */
function restored<T extends object>(key: string, fresh: T): { form: T; at: number } | null {
  const found = stored.get(key)
  stored.delete(key)
  if (!found) return null
  try {
    const body: unknown = JSON.parse(found.body)
    return body !== null && typeof body === 'object' ? { form: { ...fresh, ...body }, at: found.at } : null
  } catch {
    return null
  }
}

function write(key: string): void {
  const kept = drafts.get(key)
  if (!kept) return
  clearTimeout(kept.timer)
  const body = JSON.stringify(kept.form)
  const wanted = body === kept.base ? null : body
  if (wanted === kept.written) return
  kept.written = wanted
  void call('keep_draft', wanted === null ? { key } : { key, body: wanted }).catch(() => (kept.written = wanted === null ? '' : null))
}

/** The draft under `key`, begun with `fresh()` when there is none. */
export function draft<T extends object>(key: string, fresh: () => T): T {
  const known = drafts.get(key)
  if (known) return known.form as T
  const begun = fresh()
  const base = JSON.stringify(begun)
  const old = restored(key, begun)
  const form = reactive(old?.form ?? begun) as T
  const kept: Kept = { form, base, written: old ? JSON.stringify(form) : null, since: old?.at ?? null, scope: effectScope(true) }
  const rest = () => {
    clearTimeout(kept.timer)
    kept.timer = setTimeout(() => write(key), REST_MS)
  }
  kept.scope.run(() => watch(form, rest, { deep: true }))
  drafts.set(key, kept)
  return form
}

/** What the page itself filled in is no work of the person: the draft as it is now is what it begins with. */
export function beginsHere(key: string): void {
  const kept = drafts.get(key)
  if (kept && kept.since === null) kept.base = JSON.stringify(kept.form)
}

/** When the draft was last written before this page began; null: it begins now. */
export function draftSince(key: string): number | null {
  return drafts.get(key)?.since ?? null
}

export function hasDraft(key: string): boolean {
  return drafts.has(key) || stored.has(key)
}

/** Saved or set aside. */
export function dropDraft(key: string): void {
  const kept = drafts.get(key)
  kept?.scope.stop()
  clearTimeout(kept?.timer)
  drafts.delete(key)
  stored.delete(key)
  if (!kept || kept.written !== null) void call('keep_draft', { key }).catch(() => undefined)
}

// The page may be gone the moment after: whatever waits is written now.
if (typeof document !== 'undefined') {
  const flush = () => document.visibilityState === 'hidden' && drafts.forEach((_, key) => write(key))
  document.addEventListener('visibilitychange', flush)
  addEventListener('pagehide', () => drafts.forEach((_, key) => write(key)))
}
