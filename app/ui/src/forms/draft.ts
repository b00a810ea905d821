// Answers while they are given: kept by the name of the question, so that they survive an update of the form. What was never touched is not sent.

import type { Aside, DueForm, ListQuestionsArgs, Question, ResponseArgs } from '../generated/commands'

/** Answers to one form that was begun. */
export interface BegunForm {
  /** The version that they were given to. */
  form: string
  campaign?: string
  answers: Record<string, string>
  /** Answers that have no question any more, shown until they are put away. */
  aside: Aside[]
  /** 不愿答, 不涉及: nothing else is asked. */
  state?: string
  person?: string
}

export type AnswersDraft = Record<string, BegunForm>

export const keyOf = (due: Pick<DueForm, 'campaign' | 'form'>) => due.campaign ?? due.form.name

/** What stands in the form before anybody touches it. What is private is not shown at the door, so it is not there. */
export function known(due: DueForm): Record<string, string> {
  const isShown = (name: string) => due.form.questions.some((q) => q.name === name && q.class === 'register')
  return Object.fromEntries(Object.entries(due.answers).filter(([name]) => isShown(name)))
}

export function begin(due: DueForm): BegunForm {
  return { form: due.id, ...(due.campaign ? { campaign: due.campaign } : {}), answers: known(due), aside: [], ...(due.person ? { person: due.person.id } : {}) }
}

/** What a command carries: every form that was touched and says something. */
export function responsesOf(draft: AnswersDraft): ResponseArgs[] {
  return Object.values(draft)
    .map((begun) => {
      const answers = Object.fromEntries(Object.entries(begun.answers).filter(([, text]) => text.trim()))
      const head = { form: begun.form, ...(begun.campaign ? { campaign: begun.campaign } : {}), ...(begun.person ? { person: begun.person } : {}) }
      return begun.state ? { ...head, state: begun.state } : { ...head, answers }
    })
    .filter((one) => 'state' in one || Object.keys(one.answers ?? {}).length)
}

/** One of several choices put in or taken out; in the order of the form. */
export function toggled(question: Question, text: string, choice: string): string {
  const chosen = new Set(text.split(/\s+/).filter(Boolean))
  if (!chosen.delete(choice)) chosen.add(choice)
  return question.choices.filter((one) => chosen.has(one.name)).map((one) => one.name).join(' ')
}

export const targetKey = (target: ListQuestionsArgs) => target.household ?? target.place ?? target.patrol ?? target.facility ?? ''
