import { describe, expect, test } from 'vitest'
import type { HouseholdFile, PersonView } from '../generated/commands'
import { changedFields, formOf } from './person-form'
import { titleOf } from '../case/title'
import { freshReport, reportArgs } from './report-form'
import { tellingTags } from './tags'
import { answerKey, freshVisit, living, preselected, visitArgs } from './visit-form'

const person = (id: string, name: string, more: Partial<PersonView> = {}) => ({ id, name, relation: null, ended: null, ...more }) as PersonView
const file = (head: string | null, persons: PersonView[]) => ({ household: { head_name: head }, persons }) as unknown as HouseholdFile

describe('a visit', () => {
  test('the head is preselected, whoever moved away is not offered', () => {
    const people = [person('a', '陈志远'), person('b', '陈桂兰'), person('c', '陈老伯', { ended: '2025-01-01' })]
    expect(preselected(file('陈桂兰', people))).toEqual(['b'])
    expect(living(people)).toHaveLength(2)
    expect(preselected(file(null, [person('a', '只有一人')]))).toEqual(['a'])
    expect(preselected(file('谁', []))).toEqual([])
  })
  test('nobody in carries nobody', () => {
    expect(visitArgs('h', { ...freshVisit('door'), outcome: 'absent', people: ['a'], note: '  ' }, 5)).toEqual({ household: 'h', outcome: 'absent', mode: 'door', at: 5, facts: {} })
  })
  test('answers become facts of their records, empty ones do not', () => {
    const form = { ...freshVisit('door'), people: ['p'], answers: { [answerKey('p', 'education')]: '70', [answerKey('p', 'phone')]: ' ', [answerKey('q', 'phone')]: '13900004127' } }
    expect(visitArgs('h', form, 1).facts).toEqual({ p: { education: '70' }, q: { phone: '13900004127' } })
  })
})

describe('a person edited', () => {
  const shown = formOf(person('p', '陈桂兰', { phone: '13800009135', sex: { code: '2', label: '女' }, note: null }))
  test('only what was changed is sent', () => {
    expect(changedFields(shown, { ...shown, phone: '13900004127 ' })).toEqual({ phone: '13900004127' })
    expect(changedFields(shown, { ...shown })).toEqual({})
  })
  test('emptied is cleared, and what was never there is not', () => {
    expect(changedFields(shown, { ...shown, phone: '', note: '' })).toEqual({ phone: null })
  })
})

describe('a report', () => {
  test('the first line is the title, the matter where nothing was said', () => {
    expect(titleOf('三楼灯不亮。晚上看不见', '路灯')).toBe('三楼灯不亮')
    expect(titleOf('  ', '路灯')).toBe('路灯')
  })
  test('a door is the place before a building, words always go along', () => {
    expect(reportArgs({ ...freshReport('h', 'b'), matter: '01002', place: '一层' }, '电动车')).toEqual({ matter: '01002', title: '电动车', household: 'h', place: '一层', data: {} })
  })
  test('who told it, what it is bound to and the declared fields go along, nothing else does', () => {
    const form = { ...freshReport('h'), matter: '02001', workflow: 'w', reporter: ' 王大爷 ', contact: '13900000000', behalf: '', data: { side: '甲', strange: 'x', empty: ' ' } }
    const field = (name: string) => ({ name, zh: name, en: name, kind: 'text' as const, options: [], required: false })
    expect(reportArgs(form, '纠纷', [field('side'), field('empty')], { repeat: 'c' })).toEqual({ matter: '02001', title: '纠纷', household: 'h', workflow: 'w', reporter: '王大爷', contact: '13900000000', repeat_of: 'c', data: { side: '甲' } })
  })
})

test('一般户 is not a tag worth a line', () => {
  expect(tellingTags(['一般户', '独居', '自住'])).toEqual(['独居'])
})
