/*
 * Rows of a ledger, page by page, in two lanes: what is on the screen is asked for at once, whatever is under way; what lies around it and then all the
 * rest come behind, so that a scroll meets no row that is not here. A change keeps what is shown until the newer rows are here.
 */
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { call, onChanged } from '../../app/api'
import { concerns } from '../../app/query'
import type { LedgerGroup, LedgerRow, View } from '../../generated/commands'

const PAGE_ROWS = 200
/** In the background more come at once. */
const BULK_ROWS = 500
/** So many rows are kept here; beyond them what is on the screen is asked for when it comes there. */
const KEPT_ROWS = 60_000
const SETTLE_MS = 300

export interface LedgerRows {
  /** Counts up when rows came: what reads `at` depends on it. */
  version: Ref<number>
  at: (i: number) => LedgerRow | undefined
  /** Keys of the columns as the cells stand. */
  columns: ShallowRef<string[]>
  groups: ShallowRef<LedgerGroup[]>
  moreGroups: Ref<number>
  total: Ref<number | null>
  all: Ref<number>
  problem: Ref<string>
  /** The rows from here to there are looked at. */
  look: (from: number, to: number) => void
  reload: () => void
}

export function useLedgerPages(kind: () => string, view: () => View): LedgerRows {
  let rows: (LedgerRow | undefined)[] = []
  let fresh: boolean[] = []
  const version = ref(0)
  const columns = shallowRef<string[]>([])
  const groups = shallowRef<LedgerGroup[]>([])
  const moreGroups = ref(0)
  const total = ref<number | null>(null)
  const all = ref(0)
  const problem = ref('')
  let run = 0
  let from = 0
  let to = 60
  const busy = { front: false, back: false }
  /** What is here is of the view before; it stays until the first rows of this one are here. */
  let old = false

  /** The first row from `start` that is not here as it is now. */
  function missing(start: number, end: number): number {
    for (let i = Math.max(0, start); i < Math.min(end, total.value ?? end); i += 1) if (!fresh[i]) return i
    return -1
  }

  async function fetch(offset: number, limit: number, mine: number): Promise<boolean> {
    const page = await call('query_ledger', { kind: kind(), view: view(), offset, limit })
    if (mine !== run) return false
    if (old) {
      rows = []
      old = false
    }
    if (offset === 0 || page.total !== total.value || columns.value.join() !== page.columns.join()) {
      // another set of columns: what was here does not fit under it
      if (columns.value.join() !== page.columns.join()) {
        rows = []
        fresh = []
        columns.value = page.columns
      }
      rows.length = Math.min(rows.length, page.total)
      total.value = page.total
      all.value = page.all
      groups.value = page.groups
      moreGroups.value = page.more_groups
    }
    page.rows.forEach((row, i) => {
      rows[offset + i] = row
      fresh[offset + i] = true
    })
    // a row that went meanwhile leaves its place empty until the next reload, which its change brings
    for (let i = page.rows.length; i < limit && offset + i < page.total; i += 1) fresh[offset + i] = true
    problem.value = ''
    version.value += 1
    return true
  }

  /** What a lane asks for next: its first row, and how many; -1 when it has nothing to do. */
  function wanted(lane: 'front' | 'back'): [number, number] {
    const isNew = total.value === null || old
    if (lane === 'front') return [isNew ? 0 : missing(from, to), PAGE_ROWS]
    if (isNew || busy.front) return [-1, 0]
    const near = missing(from - PAGE_ROWS * 2, to + PAGE_ROWS * 3)
    if (near >= 0) return [near, PAGE_ROWS]
    return [(total.value ?? 0) <= KEPT_ROWS ? missing(0, total.value ?? 0) : -1, BULK_ROWS]
  }

  async function drive(lane: 'front' | 'back'): Promise<void> {
    if (busy[lane]) return
    busy[lane] = true
    try {
      for (;;) {
        const mine = run
        const [next, limit] = wanted(lane)
        if (next < 0) break
        try {
          await fetch(next, limit, mine)
        } catch (e) {
          if (mine !== run) continue
          problem.value = (e as Error).message
          break
        }
      }
    } finally {
      busy[lane] = false
    }
  }
  async function work(): Promise<void> {
    await drive('front')
    await drive('back')
  }

  function reload(): void {
    run += 1
    fresh = []
    void work()
  }
  function begin(isOther: boolean): void {
    run += 1
    fresh = []
    old = true
    if (isOther) {
      rows = []
      total.value = null
    }
    from = 0
    to = 60
    void work()
  }

  watch(() => [kind(), JSON.stringify({ ...view(), columns: undefined })] as const, ([now], was) => { if (!was || was[0] !== now || was[1] !== JSON.stringify({ ...view(), columns: undefined })) begin(was?.[0] !== now) }, { immediate: true })
  watch(() => view().columns?.join() ?? '', reload)
  let timer: ReturnType<typeof setTimeout> | undefined
  onScopeDispose(onChanged((changed) => {
    if (!concerns(changed, undefined) || (changed.kinds.length > 0 && changed.kinds.every((k) => k === 'sync'))) return
    clearTimeout(timer)
    timer = setTimeout(reload, SETTLE_MS)
  }))
  onScopeDispose(() => {
    clearTimeout(timer)
    run += 1
  })
  return {
    version, columns, groups, moreGroups, total, all, problem, reload,
    at: (i) => rows[i],
    look(first, last) {
      from = first
      to = last
      void work()
    },
  }
}
