import { describe, expect, it } from 'vitest'
import type { DueForm, Question } from '../generated/commands'
import { begin, keyOf, known, responsesOf, toggled, type AnswersDraft } from './draft'

const question = (name: string, more: Partial<Question> = {}): Question => ({ name, zh: name, en: '', kind: 'text', class: 'register', choices: [], required: false, relevant: '', constraint: '', message: '', message_en: '', hint: '', hint_en: '', fills: '', ...more })
const due: DueForm = {
  id: 'gas@1',
  form: { name: 'gas', zh: '燃气', en: '', about: '', about_en: '', for: 'household', kinds: [], campaign: true, questions: [question('phone'), question('ill', { class: 'private' })] },
  why: 'campaign',
  campaign: 'c1',
  campaign_title: '燃气',
  campaign_due: null,
  state: null,
  answers: { phone: '139', ill: '感冒' },
  last: {},
  last_at: null,
  person: { id: 'p1', name: '王秀梅' },
  people: [],
}

describe('answers that were begun', () => {
  it('start with what is known, but not with what is private: the screen is seen by others', () => {
    expect(known(due)).toEqual({ phone: '139' })
    expect(begin(due)).toEqual({ form: 'gas@1', campaign: 'c1', answers: { phone: '139' }, aside: [], person: 'p1' })
  })

  it('are kept by the campaign, else by the name of the form, so that another version finds them', () => {
    expect(keyOf(due)).toBe('c1')
    expect(keyOf({ form: due.form, campaign: null })).toBe('gas')
  })

  it('send nothing that says nothing, and a refusal without answers', () => {
    const draft: AnswersDraft = {
      a: { form: 'a@1', answers: { x: ' ' }, aside: [] },
      b: { form: 'b@1', campaign: 'c1', answers: { x: '1', y: '' }, aside: [{ question: 'old', label: '旧', text: '2', why: 'gone' }] },
      c: { form: 'c@1', answers: { x: '1' }, aside: [], state: 'refused' },
    }
    expect(responsesOf(draft)).toEqual([{ form: 'b@1', campaign: 'c1', answers: { x: '1' } }, { form: 'c@1', state: 'refused' }])
    expect(responsesOf({})).toEqual([])
  })

  it('hold several choices in the order of the form', () => {
    const many = question('many', { kind: 'choose_many', choices: ['a', 'b', 'c'].map((name) => ({ name, zh: name, en: '' })) })
    expect(toggled(many, 'c', 'a')).toBe('a c')
    expect(toggled(many, 'a c', 'c')).toBe('a')
  })
})
