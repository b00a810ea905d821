import { describe, expect, it } from 'vitest'
import type { InboxDetail, InboxItem } from '../../generated/commands'
import { INBOX_KINDS } from '../lib/inbox'
import { chosenBy, decides } from './quick'

const item = (kind: string, more: Partial<InboxItem> = {}) => ({ id: `${kind}-1`, kind, count: 2, record: 'r', key: 'phone', why: { code: 'differs' }, ...more }) as InboxItem
const KEYS = [...'123456789mn']
const deciding = (of: InboxItem) => KEYS.filter((key) => decides(of, key)).join('')

describe('a key on an item that is not drawn yet', () => {
  it('decides what its page would decide, kind by kind, and nothing else', () => {
    expect(Object.fromEntries(INBOX_KINDS.map((kind) => [kind, deciding(item(kind))]))).toEqual({
      fork: '12', held: '12', fact: '12', orphan: '12', left: '12', question: '1', same: 'mn', step: '', refused: '', late: '', device: '', mention: '',
    })
    expect(deciding(item('fork', { count: 3 }))).toBe('123')
  })
  it('takes no cell that is wrong in itself or has no place', () => {
    expect([item('held', { why: { code: 'id_checksum', label: '' } }), item('held', { record: null })].map(deciding)).toEqual(['1', '1'])
  })
  it('comes to the value that stood there, with the fork as it was shown', () => {
    const detail = { item: item('fork'), conflict: { id: 'c', values: [{ value: 'a' }, { value: null }] } } as unknown as InboxDetail
    expect(chosenBy(detail, '1')).toEqual({ decision: 'settle', value: 'a', clear: false, conflict: 'c' })
    expect(chosenBy(detail, '2')).toEqual({ decision: 'settle', value: null, clear: true, conflict: 'c' })
    expect(chosenBy(detail, '3')).toBeNull()
  })
  it('says the decision of each other kind by its key', () => {
    const of = (kind: string, part: object, key: string) => chosenBy({ item: item(kind), ...part } as unknown as InboxDetail, key)?.decision
    const held = { record: 'r', key: 'phone', reason: { code: 'differs' } }
    expect([of('held', { held }, '1'), of('held', { held }, '2'), of('fact', { fact: {} }, '1'), of('orphan', { fact: {} }, '2'), of('left', { left: {} }, '1'), of('left', { left: {} }, '2'), of('question', {}, '1'), of('same', { same: {} }, 'm'), of('same', { same: {} }, 'n')])
      .toEqual(['keep', 'take', 'fix', 'leave', 'leave', 'take', 'close', 'merge', 'different'])
  })
})
