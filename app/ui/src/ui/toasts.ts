// What was just done, said once, with a way back. A toast floats 8 s and is read aloud; nothing that a person must act on is ever only a toast.

import { reactive } from 'vue'

/** How long a toast with an undo stays. */
export const TOAST_MS = 8_000

export interface Toast {
  id: number
  text: string
  /** Offered for `TOAST_MS`; its own failure is said in a further toast. */
  undo?: () => unknown
  undoLabel?: string
}

export const toasts = reactive<Toast[]>([])
let last = 0

export function closeToast(id: number): void {
  const at = toasts.findIndex((toast) => toast.id === id)
  if (at >= 0) toasts.splice(at, 1)
}

/** What was said may name somebody: a lock takes it away. */
export function forgetToasts(): void {
  toasts.splice(0, toasts.length)
}

/** Says `text`; a newer toast takes the older one's place. */
export function toast(text: string, more: { undo?: () => unknown; undoLabel?: string; ms?: number } = {}): void {
  const id = ++last
  toasts.splice(0, toasts.length, { id, text, ...more })
  setTimeout(() => closeToast(id), more.ms ?? TOAST_MS)
}
