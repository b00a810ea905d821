/*
 * Decisions of the inbox: settle a fork, decide a held cell, confirm a device, adopt or give back what was refused, bring along
 * or leave what was written at an old door, and change one's mind.
 *
 * What lives here: the calls, what is said afterwards, and the item decided last. What does not: the list and where the hand goes next.
 * A settlement cannot be taken back as if it had not been: others may already have it. So "undo" opens the decided item again, and another
 * choice is written as an edit of its own, beside the first in the history. A device that was confirmed stays confirmed.
 */
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { call } from '../../app/api'
import { toast } from '../../ui'
import type { Desk } from '../desk'
import { shortName } from '../lib/diff'
import type { InboxItem } from '../lib/inbox'
import type { Choice } from '../../tray/tray-form'

/** What was decided last, for a change of mind. */
export interface Decided {
  item: InboxItem
  /** As people read it. */
  text: string
}

export interface Decisions {
  busy: Ref<boolean>
  problem: Ref<string>
  last: ShallowRef<Decided | null>
  /** The decided item that is open again, if any. */
  again: ShallowRef<Decided | null>
  settle: (item: InboxItem, value: unknown, text: string) => Promise<void>
  decide: (item: InboxItem, decision: 'take' | 'keep' | 'edit', value: string | null, text: string) => Promise<void>
  confirm: (item: InboxItem) => Promise<void>
  adopt: (item: InboxItem, choice: Choice) => Promise<void>
  giveBack: (item: InboxItem, words: string | null) => Promise<void>
  bringAlong: (item: InboxItem, decision: 'take' | 'leave') => Promise<void>
  reopen: () => void
}

export function useDecisions(desk: Desk): Decisions {
  const { t } = useI18n()
  const busy = ref(false)
  const problem = ref('')
  const last = shallowRef<Decided | null>(null)
  const again = shallowRef<Decided | null>(null)

  async function act(work: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    problem.value = ''
    try {
      await work()
      await desk.reloadInbox()
      return true
    } catch (e) {
      problem.value = (e as Error).message
      return false
    } finally {
      busy.value = false
    }
  }

  /** A later choice for something already decided: a plain edit of the record. */
  function edit(kind: string, record: string, key: string, value: unknown): Promise<unknown> {
    const args = { id: record, edit: { [key]: value } }
    return kind === 'household' ? call('edit_household', args) : call('edit_person', args)
  }

  function said(item: InboxItem, text: string): void {
    last.value = { item, text }
    again.value = null
    toast(t('office.inbox.settled', { value: text ? shortName(text) : t('office.empty_value') }), { undo: reopen, undoLabel: t('office.inbox.again') })
  }

  function reopen(): void {
    problem.value = ''
    if (last.value) again.value = last.value
  }

  async function settle(item: InboxItem, value: unknown, text: string): Promise<void> {
    const c = item.conflict!
    const decided = again.value?.item.id === item.id
    const done = await act(() => (decided ? edit(c.kind, c.record, c.key, value) : call('settle_conflict', { id: c.id, value })))
    if (done) said(item, text)
  }

  async function decide(item: InboxItem, decision: 'take' | 'keep' | 'edit', value: string | null, text: string): Promise<void> {
    const h = item.held!
    const decided = again.value?.item.id === item.id
    const kind = h.record !== null && h.record === h.household ? 'household' : 'person'
    const done = await act(() => {
      if (!decided) return call('decide_held', { id: h.id, decision, value })
      const to = decision === 'take' ? h.cell : decision === 'keep' ? h.current : value
      return edit(kind, h.record!, h.key!, to)
    })
    if (done) said(item, text)
  }

  async function confirm(item: InboxItem): Promise<void> {
    const d = item.device!
    if (await act(() => call('confirm_device', { device: d.id, digits: (d.digits ?? '').replace(/\D/g, '') }))) {
      last.value = null
      toast(t('office.inbox.confirmed', { name: d.name }))
    }
  }

  async function adopt(item: InboxItem, choice: Choice): Promise<void> {
    const r = item.refused!
    if (await act(() => call('adopt_refused', { id: r.id, ...choice }))) {
      last.value = null
      toast(t('office.refused.adopted', { name: r.by }))
    }
  }

  async function giveBack(item: InboxItem, words: string | null): Promise<void> {
    const r = item.refused!
    if (await act(() => call('return_refused', words === null ? { id: r.id } : { id: r.id, words }))) {
      last.value = null
      toast(t(words === null ? 'office.refused.filed' : 'office.refused.returned', { name: r.by }))
    }
  }

  async function bringAlong(item: InboxItem, decision: 'take' | 'leave'): Promise<void> {
    const l = item.left!
    if (await act(() => call('bring_along', { old: l.old, key: l.key, decision }))) {
      last.value = null
      toast(t(`office.left_behind.done.${decision}`, { plate: decision === 'take' ? l.new_plate : l.plate }))
    }
  }

  return { busy, problem, last, again, settle, decide, confirm, adopt, giveBack, bringAlong, reopen }
}
