// What a visit sheet holds while it is being filled, and what it sends. Pure: who is preselected, what counts as answered, what the command carries.

import { responsesOf, type AnswersDraft } from '../forms/draft'
import { attachmentsOf, type Kept } from '../media/staged'
import type { AddVisitArgs, HouseholdFile, PersonView } from '../generated/commands'

export interface VisitForm {
  outcome: string
  mode: string
  people: string[]
  topics: string[]
  note: string
  /** Photos and recordings taken for it. */
  media: Kept[]
  /** Answers to what should be asked, `record key` → value. */
  answers: Record<string, string>
  /** Answers to questionnaires that were touched. */
  asked: AnswersDraft
  /** The people were chosen by hand or by the first look at the file. */
  isPreset: boolean
}

export function freshVisit(mode: string): VisitForm {
  return { outcome: 'met', mode, people: [], topics: [], note: '', media: [], answers: {}, asked: {}, isPreset: false }
}

/** People who live there still. */
export function living(persons: readonly PersonView[]): PersonView[] {
  return persons.filter((person) => !person.ended)
}

/** Whom one most likely met: the head of the household, else the only one there. */
export function preselected(file: HouseholdFile): string[] {
  const people = living(file.persons)
  const head = people.find((person) => person.name === file.household.head_name) ?? people.find((person) => person.relation?.label === '户主') ?? people[0]
  return head ? [head.id] : []
}

/** Outcomes that name a person: whom one met, or who died. */
export function asksWho(outcome: string): boolean {
  return outcome === 'met' || outcome === 'deceased'
}

export const answerKey = (record: string, key: string) => `${record} ${key}`

/** The command's arguments; facts only where something was answered. */
export function visitArgs(household: string, form: VisitForm, at: number): AddVisitArgs {
  const facts: AddVisitArgs['facts'] = {}
  for (const [answer, value] of Object.entries(form.answers)) {
    const text = value.trim()
    if (!text) continue
    const [record, key] = answer.split(' ') as [string, string]
    facts[record] = { ...facts[record], [key]: text }
  }
  const responses = responsesOf(form.asked)
  return {
    household,
    outcome: form.outcome,
    mode: form.mode,
    at,
    facts,
    ...(responses.length ? { responses } : {}),
    ...(form.topics.length ? { topics: form.topics } : {}),
    ...(form.note.trim() ? { note: form.note.trim() } : {}),
    ...attachmentsOf(form.media),
    ...(asksWho(form.outcome) && form.people.length ? { people: form.people } : {}),
  }
}
