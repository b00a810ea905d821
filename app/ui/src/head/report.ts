// The handful of matters a building head reports most, and what a report of theirs sends. Pure.

import type { AddCaseArgs } from '../generated/commands'
import type { IconName } from '../ui/icons'
import { attachmentsOf, type Kept } from '../media/staged'
import { titleOf } from '../case/title'

export interface HeadReport {
  matter: string | null
  words: string
  place: string
  /** What was said, and a photo. */
  media: Kept[]
}

export const freshHeadReport = (): HeadReport => ({ matter: null, words: '', place: '', media: [] })

/** Codes of the matter catalogue, each with a picture and two or three everyday words (`head.report.common.<key>`). */
export const COMMON: readonly { code: string; key: string; icon: IconName }[] = [
  { code: '01002', key: 'ebike', icon: 'bolt' },
  { code: '01001', key: 'stairs', icon: 'box' },
  { code: '03016', key: 'light', icon: 'bulb' },
  { code: '01007', key: 'lift', icon: 'lift' },
  { code: '03005', key: 'water', icon: 'drop' },
  { code: '03001', key: 'rubbish', icon: 'bin' },
]

/** 公共设施损坏: what is taken when no picture fits; the office sorts it. */
export const OTHER = '03017'

export function headReportArgs(form: HeadReport, building: string | null, tile: string, spoken = ''): AddCaseArgs {
  const words = form.words.trim()
  const place = form.place.trim()
  return {
    matter: form.matter ?? OTHER,
    title: titleOf(words, tile || spoken),
    data: {},
    ...attachmentsOf(form.media),
    ...(words ? { description: words } : {}),
    ...(building ? { building } : {}),
    ...(place ? { place } : {}),
  }
}
