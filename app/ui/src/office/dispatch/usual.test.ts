import { describe, expect, it } from 'vitest'
import type { NextStep } from '../../generated/commands'
import { between, lettersOf } from './usual'

const step = (code: string, requires: string[] = [], main = false) => ({ transition: { code, label: code }, requires, main }) as unknown as NextStep
const letters = (next: NextStep[]) => Object.fromEntries([...lettersOf(next)].map(([key, n]) => [key, n.transition.code]))

describe('the usual steps', () => {
  it('have one letter each, whatever the workflow calls them', () => {
    expect(letters([step('dispatch', ['assignee'], true), step('return'), step('supervise'), step('hand_up'), step('close'), step('comment')])).toEqual({ g: 'dispatch', b: 'return', s: 'supervise', u: 'hand_up', c: 'close', m: 'comment' })
    expect(letters([step('deliver'), step('give', ['assignee'])])).toEqual({ g: 'give', c: 'deliver' })
  })
  it('take what answers a request before what makes one', () => {
    expect(letters([step('ask_extension'), step('grant_extension'), step('end_supervision'), step('return'), step('hand_back')])).toEqual({ b: 'hand_back', e: 'grant_extension', s: 'end_supervision' })
  })
  it('are only those that are offered', () => expect(letters([])).toEqual({}))
})

describe('a range', () => {
  it('goes both ways, both ends counted', () => {
    expect(between(['a', 'b', 'c', 'd'], 'b', 'd')).toEqual(['b', 'c', 'd'])
    expect(between(['a', 'b', 'c', 'd'], 'c', 'a')).toEqual(['a', 'b', 'c'])
  })
  it('is one where it began nowhere', () => {
    expect(between(['a', 'b'], null, 'b')).toEqual(['b'])
    expect(between(['a', 'b'], 'gone', 'b')).toEqual(['b'])
  })
})
