import { describe, expect, test } from 'vitest'
import type { SyncStatus } from '../generated/commands'
import { truthOf } from './truth'

const now = new Date('2026-11-20T14:20:00+08:00').getTime()
const base: SyncStatus = { pending: 0, photos: 0, agreed: true, agreed_at: new Date('2026-11-20T09:41:00+08:00').getTime(), agreed_records: 1842, since: 0, contact_at: null, refused: 0, differs: false, set_back: false, confirm_again: null, kept_pages: 0, kept_commands: 0, offline: false, conflicts: 0, held: 0, handover: null, records: 1842, bytes: 1 }
const t = (key: string, named?: Record<string, unknown>) => `${key.replace('common.truth.', '')}${named ? ` ${Object.values(named).join(' ')}` : ''}`
const say = (more: Partial<SyncStatus>) => truthOf({ ...base, ...more }, t, 'zh-CN', now)

describe('the truth line', () => {
  test('is dated whenever it claims agreement', () => {
    expect(say({}).first).toContain('09:41')
    expect(say({ agreed_at: new Date('2026-11-18T09:41:00+08:00').getTime() }).first).toContain('11 月 18 日 09:41')
  })
  test('never shows the tick where nothing was ever proved', () => {
    expect(say({ agreed_at: null })).toMatchObject({ proved: false, first: 'never' })
    expect(truthOf(null, t, 'zh-CN', now).proved).toBe(false)
  })
  test('says what was written since, and the photos apart', () => {
    expect(say({ since: 12, pending: 12, photos: 3 }).then).toEqual(['since 12', 'photos 3'])
  })
  test('counts a command that has no verdict even when the count since is behind', () => {
    expect(say({ since: 0, pending: 2 }).then).toEqual(['since 2'])
  })
  test('a refusal and a difference are never silent', () => {
    expect(say({ refused: 1, differs: true }).then).toEqual(['refused 1', 'differs'])
  })
  test('while a server that was set back is filled again nothing is called proved', () => {
    expect(say({ confirm_again: '123456' })).toMatchObject({ proved: false, first: 'confirm_again 123456' })
    expect(say({ set_back: true, differs: true, pending: 1 })).toMatchObject({ proved: false, first: 'set_back', then: ['since 1'] })
  })
})
