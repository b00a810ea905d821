// What is said of a photo's way: one word on the picture, a sentence under it. Pure.

import type { AttachmentItem } from '../generated/commands'
import type { IconName } from '../ui'
import { percentOf } from './wave'

export const STATES = ['queued', 'sending', 'sent', 'remote', 'waiting', 'refused'] as const
const ICON: Record<string, IconName> = { queued: 'up', sending: 'up', sent: 'dcheck', remote: 'dl', waiting: 'clock', refused: 'undo' }

export interface Way {
  /** Key under `media.state` and `media.state_long`. */
  key: (typeof STATES)[number]
  n: number
  icon: IconName
  /** Arrived: nothing needs to be said on the picture. */
  quiet: boolean
}

export function wayOf(item: Pick<AttachmentItem, 'state' | 'sent' | 'bytes'>): Way {
  const key = STATES.find((one) => one === item.state) ?? 'waiting'
  return { key, n: percentOf(item.sent, item.bytes), icon: ICON[key]!, quiet: key === 'sent' }
}
