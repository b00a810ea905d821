// How far a campaign came at a door: by shape and word, never by colour alone.

import type { IconName } from '../ui'

export const DOOR_STATES = ['todo', 'part', 'absent', 'done', 'refused', 'not_needed'] as const

export function stateIcon(state: string): IconName {
  const icons: Record<string, IconName> = { todo: 'dot', part: 'pen', absent: 'door', done: 'check', refused: 'x', not_needed: 'x' }
  return icons[state] ?? 'dot'
}
