import { describe, expect, test } from 'vitest'
import type { CaseItem, SyncStatus } from '../generated/commands'
import { outcomeOf, partOfDay, phrases, receivedLine } from './outcome'
import { headReportArgs, OTHER } from './report'

const now = new Date('2026-11-20T14:20:00+08:00').getTime()
const t = (key: string, named?: Record<string, unknown>) => [key.split('.').pop(), ...Object.values(named ?? {})].join(' ')
const item = (more: Partial<CaseItem>) => ({ title: '五楼楼道灯不亮', opened_at: new Date('2026-11-03T09:00:00+08:00').getTime(), is_closed: true, outcome: null, ...more }) as CaseItem

describe('what a building head reads', () => {
  test('the engine\'s own sentence is kept when it already names the matter', () => {
    expect(outcomeOf(item({ outcome: '您 11 月 3 日说的五楼楼道灯不亮，物业换好了' }), t, 'zh-CN', now)).toBe('您 11 月 3 日说的五楼楼道灯不亮，物业换好了')
  })
  test('what was merged or void is not called done', () => {
    expect(outcomeOf(item({ is_aside: true }), t, 'zh-CN', now)).toContain('aside_sentence')
    expect(outcomeOf(item({ is_aside: true, outcome: '和另一件事一起办。' }), t, 'zh-CN', now)).toContain('和另一件事一起办')
  })
  test('a bare outcome gets the day and the matter it answers', () => {
    expect(outcomeOf(item({ outcome: '物业换好了。' }), t, 'zh-CN', now)).toBe('outcome_sentence 11 月 3 日 五楼楼道灯不亮 物业换好了')
    expect(outcomeOf(item({ is_closed: false }), t, 'zh-CN', now)).toContain('open_sentence')
  })
  test('the line is dated and never a count', () => {
    const status = { agreed_at: new Date('2026-11-20T08:10:00+08:00').getTime(), pending: 0, since: 0 } as SyncStatus
    expect(receivedLine(status, t, 'zh-CN', now).lines).toEqual(['at 08:10', 'received'])
    expect(receivedLine({ ...status, pending: 1 }, t, 'zh-CN', now).lines).toContain('later')
    expect(receivedLine({ ...status, agreed_at: null }, t, 'zh-CN', now).received).toBe(false)
  })
  test('a sentence is cut where one breathes', () => {
    expect(phrases('您 11 月 3 日说的五楼楼道灯不亮，物业换好了')).toEqual(['您 11 月 3 日说的', '五楼楼道灯不亮，', '物业换好了'])
  })
  test('the day has parts', () => {
    expect([7, 12, 15, 20].map(partOfDay)).toEqual(['morning', 'noon', 'afternoon', 'evening'])
  })
})

describe('what a building head sends', () => {
  test('words alone are enough', () => {
    expect(headReportArgs({ matter: null, words: '门禁坏了', place: '', media: [] }, 'b', '')).toEqual({ matter: OTHER, title: '门禁坏了', description: '门禁坏了', building: 'b', data: {} })
  })
  test('a voice alone is enough, and says that it is one', () => {
    const said = { token: 't', media: 'audio', mime: 'audio/webm', bytes: 9, millis: 4_000 }
    expect(headReportArgs({ matter: null, words: '', place: '', media: [said] }, 'b', '', '说的一件事')).toEqual({ matter: OTHER, title: '说的一件事', attachments: [{ token: 't' }], building: 'b', data: {} })
  })
  test('a picture alone is enough', () => {
    expect(headReportArgs({ matter: '01007', words: '', place: '二单元', media: [] }, 'b', '电梯坏了')).toEqual({ data: {}, matter: '01007', title: '电梯坏了', building: 'b', place: '二单元' })
  })
})
