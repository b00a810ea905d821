// The sentence under every title: when this device and the office were last proved equal, and what was written since. Pure, so that its promises
// (dated, never a bare tick, never silent about what waits) are tested.

import type { SyncStatus } from '../generated/commands'
import type { IconName } from '../ui/icons'
import { count, moment } from './format'

type Translate = (key: string, named?: Record<string, unknown>) => string

export interface Truth {
  /** The first line tells of a proof, and so may wear the double tick. */
  proved: boolean
  first: string
  /** What came after, in parts between drawn dots. */
  then: string[]
  icon: IconName
}

/** Says `status` in words. */
export function truthOf(status: SyncStatus | null, t: Translate, lang: string, now = Date.now()): Truth {
  if (!status) return { proved: false, first: t('common.truth.looking'), then: [], icon: 'clock' }
  const then: string[] = []
  if (status.since > 0 || status.pending > 0) then.push(t('common.truth.since', { n: count(Math.max(status.since, status.pending)) }))
  if (status.photos > 0) then.push(t('common.truth.photos', { n: status.photos }))
  if (status.refused > 0) then.push(t('common.truth.refused', { n: status.refused }))
  if (status.differs && !status.set_back) then.push(t('common.truth.differs'))
  // what was proved before is true no more: the server lost some of it, and this device is giving it again
  if (status.confirm_again) return { proved: false, first: t('common.truth.confirm_again', { digits: status.confirm_again }), then, icon: 'clock' }
  if (status.set_back) return { proved: false, first: t('common.truth.set_back'), then, icon: status.offline ? 'off' : 'up' }
  if (status.agreed_at === null) {
    if (status.offline) then.push(t('common.truth.offline'))
    return { proved: false, first: t('common.truth.never'), then, icon: status.offline ? 'off' : 'clock' }
  }
  const at = moment(status.agreed_at, lang, true, now)
  if (then.length === 0) then.push(...(status.offline ? [t('common.truth.offline')] : [t('common.truth.nothing_since')]))
  return { proved: true, first: t('common.truth.agreed', { at, n: count(status.agreed_records) }), then, icon: status.offline ? 'off' : then.length && status.pending + status.photos > 0 ? 'up' : 'clock' }
}
