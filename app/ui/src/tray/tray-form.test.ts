import { describe, expect, it } from 'vitest'
import type { RefusedField } from '../generated/commands'
import { choiceOf, freshForm, hasAny } from './tray-form'

const field = (id: string, over: Partial<RefusedField> = {}): RefusedField => ({
  id, kind: 'person', key: id, label: id, record_name: '陈伟', wanted: '1', value: '1', now: null, seen: [], fixed: false, follows: null, ...over
})

describe('what is chosen of a refused command', () => {
  it('goes as it was when nobody touches it, over what the form showed', () => {
    const fields = [field('phone', { seen: ['3@a'], now: '2' })]
    expect(choiceOf(fields, freshForm(fields))).toEqual({ values: {}, leave_out: [], seen: { phone: ['3@a'] } })
  })
  it('never takes a field that follows another', () => {
    const fields = [field('birth_year', { follows: '出生日期' }), field('phone')]
    const form = freshForm(fields)
    form.birth_year!.taken = true
    expect(choiceOf(fields, form).leave_out).toEqual(['birth_year'])
    form.phone!.taken = false
    expect(hasAny(fields, form)).toBe(false)
  })
  it('says only what was changed: a masked number stays what it stands for', () => {
    const fields = [field('id_number', { value: '6101**********0516' }), field('note', { value: '旧' }), field('local', { value: true })]
    const form = freshForm(fields)
    form.note!.value = ' 新 '
    form.local!.value = 'false'
    expect(choiceOf(fields, form).values).toEqual({ note: '新', local: false })
    form.note!.value = '  '
    expect(choiceOf(fields, form).values.note).toBe(null)
  })
  it('lets what has no fields go as it is', () => {
    expect(hasAny([], {})).toBe(true)
  })
})
