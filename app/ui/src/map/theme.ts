// Colours for what is drawn on a canvas, which knows no custom properties: read from the tokens once, and again when the theme changes.

import { onScopeDispose, shallowRef, type ShallowRef } from 'vue'

const NAMES = ['brand', 'brand-soft', 'ink-3', 'line', 'surface', 'viz-1', 'viz-2', 'viz-3', 'viz-4', 'viz-5', 'viz-6', 'seq-1', 'seq-2', 'seq-3'] as const
export type Colours = Record<(typeof NAMES)[number], string>

function read(): Colours {
  const style = getComputedStyle(document.documentElement)
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--gw-${name}`).trim()])) as Colours
}

export function useColours(): ShallowRef<Colours> {
  const colours = shallowRef(read())
  const watcher = new MutationObserver(() => (colours.value = read()))
  watcher.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'data-mode'] })
  onScopeDispose(() => watcher.disconnect())
  return colours
}
