/*
 * All households of a filter, page by page, so that ten thousand rows neither wait for each other nor blank what is shown.
 *
 * What lives here: loading and reloading. What does not: sorting (lib/rows.ts) and drawing.
 */
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { call, onChanged } from '../../app/api'
import { concerns } from '../../app/query'
import type { HouseholdItem, ListHouseholdsArgs } from '../../generated/commands'

const PAGE_ROWS = 2000
/** More than this is shown as a count and a wish for a filter. */
export const LEDGER_MAX_ROWS = 20_000
const SETTLE_MS = 250
const KINDS = ['household', 'person', 'visit', 'case', 'held_item', 'unit']

export interface LedgerRows {
  rows: ShallowRef<HouseholdItem[]>
  total: Ref<number | null>
  problem: Ref<string>
  isLoading: Ref<boolean>
}

export function useLedgerRows(filter: () => Omit<ListHouseholdsArgs, 'limit' | 'offset'>): LedgerRows {
  const rows = shallowRef<HouseholdItem[]>([])
  const total = ref<number | null>(null)
  const problem = ref('')
  const isLoading = ref(false)
  let run = 0

  async function load(fresh: boolean): Promise<void> {
    const mine = ++run
    isLoading.value = true
    const args = filter()
    const found: HouseholdItem[] = []
    try {
      for (;;) {
        const page = await call('list_households', { ...args, limit: PAGE_ROWS, offset: found.length })
        if (mine !== run) return
        found.push(...page.items)
        total.value = page.total
        problem.value = ''
        // A new filter shows its first page at once; a reload replaces everything at the end, so that nothing jumps.
        if (fresh) rows.value = [...found]
        if (found.length >= page.total || page.items.length === 0 || found.length >= LEDGER_MAX_ROWS) break
      }
      rows.value = found
    } catch (e) {
      if (mine === run) problem.value = (e as Error).message
    } finally {
      if (mine === run) isLoading.value = false
    }
  }

  watch(() => JSON.stringify(filter()), () => void load(true), { immediate: true })
  let timer: ReturnType<typeof setTimeout> | undefined
  onScopeDispose(onChanged((changed) => {
    if (!concerns(changed, KINDS)) return
    clearTimeout(timer)
    timer = setTimeout(() => void load(false), SETTLE_MS)
  }))
  onScopeDispose(() => {
    clearTimeout(timer)
    run += 1
  })
  return { rows, total, problem, isLoading }
}
