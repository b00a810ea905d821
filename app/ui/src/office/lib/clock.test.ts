import { describe, expect, it } from 'vitest'
import { sampleCase } from '../../case/sample'
import { ageOf, leftOf, queueByClock } from './clock'

const at = (text: string) => new Date(`2026-11-20T${text}:00+08:00`).getTime()
const now = at('14:38')

const caseAt = (id: string, due_at: number | null) => sampleCase(id, { due_at })

describe('ages', () => {
  it('are said as people say them', () => {
    expect(ageOf(now - 5000, now).key).toBe('now')
    expect(ageOf(at('14:08'), now)).toEqual({ key: 'minutes', n: 30 })
    expect(ageOf(at('09:12'), now)).toEqual({ key: 'hours', n: 5 })
    expect(ageOf(new Date('2026-11-19T16:08:00+08:00').getTime(), now)).toEqual({ key: 'yesterday', n: 1 })
    expect(ageOf(new Date('2026-11-18T23:50:00+08:00').getTime(), now)).toEqual({ key: 'days', n: 2 })
  })
  it('never go negative when a clock is ahead', () => {
    expect(ageOf(now + 60_000, now).key).toBe('now')
  })
})

describe('deadlines', () => {
  it('say what is left and what has passed', () => {
    expect(leftOf(at('15:40'), now)).toEqual({ key: 'left_hours', n: 1 })
    expect(leftOf(at('14:30'), now)).toEqual({ key: 'over_minutes', n: 8 })
    expect(leftOf(now + 3 * 86_400_000 + 5, now)).toEqual({ key: 'left_days', n: 3 })
    expect(leftOf(null, now).key).toBe('none')
  })
  it('order the queue: past, today, later, and none at the end', () => {
    const groups = queueByClock([caseAt('later', now + 2 * 86_400_000), caseAt('none', null), caseAt('today', at('17:40')), caseAt('first', at('15:40')), caseAt('over', at('11:40'))], now)
    expect(groups.map((g) => [g.group, g.items.map((i) => i.id)])).toEqual([['over', ['over']], ['today', ['first', 'today']], ['later', ['later', 'none']]])
  })
})
