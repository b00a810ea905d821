// What a person chose about the screen itself: language, theme, elder mode. Nothing personal, so it may lie in localStorage in clear text.
// `public/first-paint.js` reads the same key before the first paint.

import { reactive, watch } from 'vue'
import { PAGE_FOLDER } from './api'

export type Lang = 'zh-CN' | 'en'
export type Theme = 'auto' | 'light' | 'dark' | 'outdoor'

export interface Prefs {
  lang: Lang
  theme: Theme
  /** Null until the person or the role decides: a building head starts in elder mode. */
  elder: boolean | null
  /** A word outside the app when something came in. */
  notify: boolean
}

const KEY = `gridwalk:prefs:${PAGE_FOLDER}`

function read(): Prefs {
  const defaults: Prefs = { lang: 'zh-CN', theme: 'auto', elder: null, notify: false }
  try {
    return { ...defaults, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Prefs>) }
  } catch {
    return defaults
  }
}

export const prefs = reactive<Prefs>(read())

const dark = matchMedia('(prefers-color-scheme: dark)')

/** Sets the switches on <html>; the tokens do the rest. */
export function applyPrefs(): void {
  const root = document.documentElement
  const theme = prefs.theme === 'auto' ? (dark.matches ? 'dark' : 'light') : prefs.theme
  root.dataset.theme = theme
  if (prefs.elder) root.dataset.mode = 'elder'
  else delete root.dataset.mode
  root.lang = prefs.lang
}

export function watchPrefs(): void {
  applyPrefs()
  dark.addEventListener('change', applyPrefs)
  watch(prefs, () => {
    applyPrefs()
    try {
      localStorage.setItem(KEY, JSON.stringify(prefs))
    } catch {
      // Storage is full or off: the choice holds until the page closes.
    }
  })
}
