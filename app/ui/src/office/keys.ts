/*
 * Single keys in the office: j k 1 2 e z and /. They act only while nobody is typing and no dialog is open, and never with a modifier.
 */
import { onMounted, onUnmounted } from 'vue'

/** What a held key goes on with; everything else is done once each time a key goes down. */
const REPEATS = new Set(['j', 'k', 'ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'])

export type KeyMap = Record<string, (e: KeyboardEvent) => void>

/** Is the person writing something here? */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || (target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'file'].includes(target.type))
}

export function useKeys(map: () => KeyMap): void {
  function onKey(e: KeyboardEvent): void {
    if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || isTyping(e.target)) return
    if (document.querySelector('[role="dialog"], [role="menu"]')) return
    const found = map()[e.key]
    if (!found || (e.repeat && !REPEATS.has(e.key))) return
    e.preventDefault()
    found(e)
  }
  onMounted(() => addEventListener('keydown', onKey))
  onUnmounted(() => removeEventListener('keydown', onKey))
}
