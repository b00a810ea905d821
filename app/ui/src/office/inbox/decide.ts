/*
 * Decisions of the inbox: the calls, what is said afterwards, and taking the last ones back.
 *
 * What lives here: settle a fork, decide a held cell, put a contradiction right or leave it, bring along, close an answer, confirm a device, adopt or
 * give back what was refused, merge two that look alike or say that they are two. What does not: the list and where the hand goes next.
 * Taking back writes what stood there before, a fork with all its values; where somebody wrote since, the engine says so and nothing happens.
 * A confirmed device and a step that says "looked at" are not taken back here; their pages say so before.
 */
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { call } from '../../app/api'
import type { DecideItemArgs, Decided, InboxDetail } from '../../generated/commands'
import type { Choice } from '../../tray/tray-form'
import { toast } from '../../ui'
import { shortName } from '../lib/diff'

/** A decision of this sitting that can be taken back. */
export interface LastDecision {
  decision: number
  item: string
}

/** What is decided; the item is at hand. */
export type Choosing = Partial<Omit<DecideItemArgs, 'id'>> & { decision: string }

export interface Decisions {
  busy: Ref<boolean>
  problem: Ref<string>
  /** Why, as it is being written; goes with the next decision. */
  words: Ref<string>
  last: ShallowRef<LastDecision[]>
  decide: (detail: InboxDetail, args: Choosing, said: string) => Promise<void>
  settle: (detail: InboxDetail, value: unknown, text: string) => Promise<void>
  confirm: (detail: InboxDetail) => Promise<void>
  adopt: (detail: InboxDetail, choice: Choice) => Promise<void>
  giveBack: (detail: InboxDetail, words: string | null) => Promise<void>
  undo: () => Promise<void>
}

/** `after`: the list is asked again; `back`: an item that was decided is open again. */
export function useDecisions(after: () => Promise<void>, back: (item: string) => void): Decisions {
  const { t } = useI18n()
  const busy = ref(false)
  const problem = ref('')
  const words = ref('')
  const last = shallowRef<LastDecision[]>([])

  /** What is being written: a key that takes back waits for it. */
  let running: Promise<unknown> = Promise.resolve()

  async function act<T>(work: () => Promise<T>): Promise<T | null> {
    if (busy.value) return null
    busy.value = true
    problem.value = ''
    const run = (async () => {
      try {
        const done = await work()
        words.value = ''
        await after()
        return done
      } catch (e) {
        problem.value = (e as Error).message
        return null
      } finally {
        busy.value = false
      }
    })()
    running = run
    return run
  }

  async function decide(detail: InboxDetail, args: Choosing, said: string): Promise<void> {
    const why = words.value.trim()
    const done = await act(async () => remember(await call('decide_item', { id: detail.item.id, ...args, ...(why ? { words: why } : {}) } as DecideItemArgs), detail.item.id))
    if (done) toast(said, done)
  }
  const settle = (detail: InboxDetail, value: unknown, text: string) =>
    decide(detail, { decision: 'settle', value, clear: value === null, conflict: detail.conflict!.id }, t('inbox.undo.toast', { value: text ? shortName(text) : t('office.empty_value') }))

  async function undo(): Promise<void> {
    await running
    const one = last.value.at(-1)
    if (!one) {
      toast(t('inbox.undo.nothing'))
      return
    }
    const done = await act(() => call('undo_decision', { decision: one.decision }))
    // one that somebody wrote over is not offered again: its history is
    if (done || problem.value) last.value = last.value.filter((d) => d.decision !== one.decision)
    if (!done) return
    back(one.item)
    toast(t('inbox.undo.done'))
  }

  /** Keeps what can be taken back, before the list is asked again: what goes from it then went by this hand. */
  function remember({ decision }: Decided, item: string): { undo?: () => void } {
    if (decision === null) return {}
    last.value = [...last.value, { decision, item }]
    return { undo: () => void undo() }
  }
  async function confirm(detail: InboxDetail): Promise<void> {
    const d = detail.device!
    if (await act(() => call('confirm_device', { device: d.id, digits: (d.digits ?? '').replace(/\D/g, '') }))) toast(t('office.inbox.confirmed', { name: d.name }))
  }
  async function adopt(detail: InboxDetail, choice: Choice): Promise<void> {
    const r = detail.refused!
    const done = await act(async () => remember(await call('adopt_refused', { id: r.id, ...choice }), detail.item.id))
    if (done) toast(t('office.refused.adopted', { name: r.by }), done)
  }
  async function giveBack(detail: InboxDetail, said: string | null): Promise<void> {
    const r = detail.refused!
    const done = await act(async () => remember(await call('return_refused', said === null ? { id: r.id } : { id: r.id, words: said }), detail.item.id))
    if (done) toast(t(said === null ? 'office.refused.filed' : 'office.refused.returned', { name: r.by }), done)
  }
  return { busy, problem, words, last, decide, settle, confirm, adopt, giveBack, undo }
}
