import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { IDLE_LOCK_MS, TOUCH_EVERY_MS, watchIdle } from './idle'

type Hears = { hidden: boolean; fire: (what: string) => void }
function page(): { doc: Document & Hears; win: Window } {
  const heard = new Map<string, () => void>()
  const doc = { hidden: false, addEventListener: (what: string, does: () => void) => heard.set(what, does), removeEventListener: (what: string) => heard.delete(what), fire: (what: string) => heard.get(what)?.() }
  const win = { addEventListener: () => undefined, removeEventListener: () => undefined } as unknown as Window
  Object.assign(win, { parent: win })
  return { doc: doc as unknown as Document & Hears, win }
}

describe('a screen that nobody uses', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())
  const watched = () => {
    const { doc, win } = page()
    const did: string[] = []
    let open = true
    watchIdle({ isOpen: () => open, blank: () => ((open = false), did.push('blank')), lock: () => did.push('lock'), touched: () => did.push('touched') }, doc, win)
    return { doc, did }
  }

  test('is blank and locked after five minutes, not before', () => {
    const { did } = watched()
    vi.advanceTimersByTime(IDLE_LOCK_MS - 1)
    expect(did).toEqual([])
    vi.advanceTimersByTime(1)
    expect(did).toEqual(['blank', 'lock'])
    vi.advanceTimersByTime(3 * IDLE_LOCK_MS)
    expect(did).toEqual(['blank', 'lock'])
  })
  test('stays open under a hand, and the engine hears of it now and then', () => {
    const { doc, did } = watched()
    for (let n = 0; n < 20; n += 1) {
      vi.advanceTimersByTime(TOUCH_EVERY_MS / 2)
      doc.fire('pointerdown')
    }
    expect(did).toEqual(Array.from({ length: 10 }, () => 'touched'))
  })
  test('comes back into view blank when it was away too long, even where a pocket stops the timers', () => {
    const { doc, did } = watched()
    doc.hidden = true
    doc.fire('visibilitychange')
    vi.setSystemTime(Date.now() + IDLE_LOCK_MS)
    doc.hidden = false
    doc.fire('visibilitychange')
    expect(did).toEqual(['blank', 'lock'])
  })
  test('a short look elsewhere is nothing', () => {
    const { doc, did } = watched()
    doc.hidden = true
    doc.fire('visibilitychange')
    vi.advanceTimersByTime(IDLE_LOCK_MS - 1_000)
    doc.hidden = false
    doc.fire('visibilitychange')
    vi.advanceTimersByTime(2_000)
    expect(did).toEqual([])
  })
})
