/*
 * Decisions of the inbox: the calls, what is said afterwards, and taking the last ones back.
 *
 * What lives here: settle a fork, decide a held cell, put a contradiction right or leave it, bring along, close an answer, confirm a device, adopt or
 * give back what was refused, merge two that look alike or say that they are two. What does not: the list and where the hand goes next.
 * A decision belongs to its item from the moment the key goes down. They are written one after another, in the order they were made; what one key
 * decided leaves the list at once, what was filled in by hand stays on the screen until it is written. One that cannot be written comes back and says why.
 * Taking back writes what stood there before, a fork with all its values; where somebody wrote since, the engine says so and nothing happens.
 * A confirmed device and a step that says "looked at" are not taken back here; their pages say so before.
 */
import { shallowRef, type ShallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { call } from '../../app/api'
import type { DecideItemArgs, Decided, InboxDetail } from '../../generated/commands'
import type { Choice } from '../../tray/tray-form'
import { toast } from '../../ui'
import { shortName } from '../lib/diff'
import { mergeAsSeen, type Choosing, type Side } from './quick'

/** A decision of this sitting that can be taken back. */
interface LastDecision {
  decision: number
  item: string
}

export interface Deciding {
  isWriting: (item: string) => boolean
  /** Is anything asked that is not written yet? The list is asked again when it is. */
  isBusy: () => boolean
  /** Why something could not be written, by item; until it is decided anew. */
  problems: ShallowRef<ReadonlyMap<string, string>>
  /** Decided by this hand and gone from the list before it is written. */
  away: ShallowRef<ReadonlySet<string>>
  /** Was it this hand that decided it? */
  isMine: (item: string) => boolean
  /** Why, as it is being written for an item; goes with its decision. */
  wordsOf: (item: string) => string
  write: (item: string, words: string) => void
  decide: (detail: InboxDetail, args: Choosing, byHand?: boolean) => Promise<void>
  /** As `decide`, of an item that is not drawn yet: `choose` says what is asked once it has come; null is nothing. */
  quick: (item: string, choose: (detail: InboxDetail) => Choosing | null, side?: Side) => Promise<void>
  confirm: (detail: InboxDetail) => Promise<void>
  adopt: (detail: InboxDetail, choice: Choice) => Promise<void>
  giveBack: (detail: InboxDetail, words: string | null) => Promise<void>
  undo: () => Promise<void>
}

/** `after`: these were written, none when one was taken back; `back`: an item is open again; `failed`: it could not be written; it is in the list again if it is open. */
export function useDecisions(after: (gone: string[]) => Promise<void>, back: (item: string) => void, failed: (item: string, why: string) => void): Deciding {
  const { t } = useI18n()
  const away = shallowRef<ReadonlySet<string>>(new Set())
  const writing = shallowRef<ReadonlySet<string>>(new Set())
  const problems = shallowRef<ReadonlyMap<string, string>>(new Map())
  const words = shallowRef<ReadonlyMap<string, string>>(new Map())
  const mine = new Set<string>()
  let last: LastDecision[] = []
  let queue: Promise<unknown> = Promise.resolve()
  /** Asked and not written yet. */
  let open = 0
  const written: string[] = []

  const put = (all: ShallowRef<ReadonlySet<string>>, item: string, is: boolean) => {
    const next = new Set(all.value)
    if (is) next.add(item)
    else next.delete(item)
    all.value = next
  }
  const set = (all: ShallowRef<ReadonlyMap<string, string>>, item: string, text: string) => {
    const next = new Map(all.value)
    if (text) next.set(item, text)
    else next.delete(item)
    all.value = next
  }

  /** One item is asked for once at a time. The reply is null when nothing was written. */
  function act<T>(item: string, leaves: boolean, work: () => Promise<T | null>): Promise<T | null> {
    if (writing.value.has(item)) return Promise.resolve(null)
    put(writing, item, true)
    if (leaves) put(away, item, true)
    set(problems, item, '')
    mine.add(item)
    open += 1
    const run = queue.then(async () => {
      let done: T | null = null
      let why = ''
      try {
        done = await work()
      } catch (e) {
        why = (e as Error).message
      }
      open -= 1
      if (done === null) {
        mine.delete(item)
        put(away, item, false)
        put(writing, item, false)
        if (why) {
          set(problems, item, why)
          failed(item, why)
        }
      } else {
        set(words, item, '')
        put(away, item, true)
        written.push(item)
      }
      return done
    })
    queue = run.then(async () => {
      // the list is asked again once, after the last of a run
      if (open) return
      const gone = written.splice(0)
      await after(gone)
      for (const one of gone) {
        put(away, one, false)
        put(writing, one, false)
      }
    })
    return run
  }

  function said(detail: InboxDetail, { decision, value }: Choosing): string {
    const short = (text: string) => t('inbox.undo.toast', { value: text ? shortName(text) : t('office.empty_value') })
    const { conflict, held, fact, left, same } = detail
    if (conflict) return short(conflict.values.find((v) => v.value === value)?.text ?? (typeof value === 'string' ? value : ''))
    if (held) return short(decision === 'keep' ? (held.current ?? '') : decision === 'take' ? held.cell : typeof value === 'string' ? value : '')
    if (fact) return decision === 'fix' ? t('inbox.fact.fixed', { what: t(`inbox.fix.${fact.fix.code}`) }) : t('inbox.fact.left')
    if (left) return t(`office.left_behind.done.${decision}`, { plate: decision === 'take' ? left.new_plate : left.plate })
    if (!same) return t('inbox.ask.closed')
    const keep = (value as { keep?: string } | undefined)?.keep === same.b.id ? same.b : same.a
    return decision === 'merge' ? t(`same.merged.${same.kind}`, { name: keep.name || keep.plate }) : t('same.judged.different')
  }

  async function send(detail: InboxDetail, chosen: Choosing, why: string, side?: Side): Promise<{ undo?: () => void; said: string }> {
    const args = chosen.decision === 'merge' && !chosen.value ? { ...chosen, value: await mergeAsSeen(detail.same!, side, t('same.may_not')) } : chosen
    const done = await call('decide_item', { id: detail.item.id, ...args, ...(why ? { words: why } : {}) } as DecideItemArgs)
    return { ...remember(done, detail.item.id), said: said(detail, args) }
  }
  async function decide(detail: InboxDetail, args: Choosing, byHand = false): Promise<void> {
    const why = (words.value.get(detail.item.id) ?? '').trim()
    const done = await act(detail.item.id, !byHand, () => send(detail, args, why))
    if (done) toast(done.said, done)
  }
  async function quick(item: string, choose: (detail: InboxDetail) => Choosing | null, side?: Side): Promise<void> {
    const why = (words.value.get(item) ?? '').trim()
    const done = await act(item, true, async () => {
      const detail = await call('get_inbox_item', { id: item })
      const args = choose(detail)
      return args && send(detail, args, why, side)
    })
    if (done) toast(done.said, done)
  }

  function undo(): Promise<void> {
    const run = queue.then(async () => {
      const one = last.at(-1)
      if (!one) return toast(t('inbox.undo.nothing'))
      // one that somebody wrote over is not offered again: its history is
      last = last.filter((d) => d !== one)
      try {
        await call('undo_decision', { decision: one.decision })
      } catch (e) {
        return toast((e as Error).message)
      }
      mine.delete(one.item)
      await after([])
      back(one.item)
      toast(t('inbox.undo.done'))
    })
    queue = run
    return run
  }

  /** Keeps what can be taken back, before the list is asked again: what goes from it then went by this hand. */
  function remember({ decision }: Decided, item: string): { undo?: () => void } {
    if (decision === null) return {}
    last = [...last, { decision, item }]
    return { undo: () => void undo() }
  }
  async function confirm(detail: InboxDetail): Promise<void> {
    const d = detail.device!
    if (await act(detail.item.id, false, () => call('confirm_device', { device: d.id, digits: (d.digits ?? '').replace(/\D/g, '') }))) toast(t('office.inbox.confirmed', { name: d.name }))
  }
  async function adopt(detail: InboxDetail, choice: Choice): Promise<void> {
    const r = detail.refused!
    const done = await act(detail.item.id, false, async () => remember(await call('adopt_refused', { id: r.id, ...choice }), detail.item.id))
    if (done) toast(t('office.refused.adopted', { name: r.by }), done)
  }
  async function giveBack(detail: InboxDetail, back: string | null): Promise<void> {
    const r = detail.refused!
    const done = await act(detail.item.id, false, async () => remember(await call('return_refused', back === null ? { id: r.id } : { id: r.id, words: back }), detail.item.id))
    if (done) toast(t(back === null ? 'office.refused.filed' : 'office.refused.returned', { name: r.by }), done)
  }
  return {
    away, problems, decide, quick, confirm, adopt, giveBack, undo,
    isBusy: () => open > 0,
    isWriting: (item) => writing.value.has(item),
    isMine: (item) => mine.has(item),
    wordsOf: (item) => words.value.get(item) ?? '',
    write: (item, text) => set(words, item, text),
  }
}
