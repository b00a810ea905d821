// What a report holds while it is written, and what it sends. Pure.

import type { AddCaseArgs, Field, Position } from '../generated/commands'
import { filled, type FieldData } from '../case/fields'
import { attachmentsOf, type Kept } from '../media/staged'
import { titleOf } from '../case/title'

export interface ReportForm {
  matter: string | null
  household: string | null
  building: string | null
  /** In words: 一层楼道. */
  place: string
  /** Where on the ground, if somebody said so. */
  position?: Position | null
  words: string
  /** Photos and recordings of it. */
  media: Kept[]
  person: string | null
  handled: string
  /** Chosen by hand; absent: the one that the matter takes. */
  workflow: string | null
  /** Fields of the workflow. */
  data: FieldData
  reporter: string
  contact: string
  behalf: string
}

/** What another case has to do with it. */
export interface Bound {
  /** It is there again. */
  repeat?: string
  /** It is a part of that one. */
  part?: string
  /** The check at which it was found. */
  visit?: string
}

export function freshReport(household?: string, building?: string): ReportForm {
  return { matter: null, household: household ?? null, building: building ?? null, place: '', words: '', media: [], person: null, handled: '', workflow: null, data: {}, reporter: '', contact: '', behalf: '' }
}

/** 人口新增、迁出及变更核实: how a worker asks the office for a move into a grid that they do not hold. */
export const MOVE_MATTER = '06001'

export function reportArgs(form: ReportForm, matterName: string, fields: readonly Field[] = [], bound: Bound = {}, onTheSpot?: string): AddCaseArgs {
  const said = (key: 'reporter' | 'contact') => (form[key].trim() ? { [key]: form[key].trim() } : {})
  const words = form.words.trim()
  const place = form.place.trim()
  return {
    matter: form.matter ?? '',
    title: titleOf(words, matterName),
    ...(words ? { description: words } : {}),
    ...(form.household ? { household: form.household } : form.building ? { building: form.building } : {}),
    ...(place ? { place } : {}),
    ...(form.position ? { lng: form.position.lng, lat: form.position.lat } : {}),
    ...(form.person ? { person: form.person } : {}),
    ...(form.workflow ? { workflow: form.workflow } : {}),
    ...said('reporter'),
    ...said('contact'),
    ...(form.behalf.trim() ? { on_behalf_of: form.behalf.trim() } : {}),
    ...(bound.repeat ? { repeat_of: bound.repeat } : {}),
    ...(bound.part ? { parent: bound.part } : {}),
    ...(bound.visit ? { visit: bound.visit } : {}),
    ...attachmentsOf(form.media),
    data: filled(fields, form.data),
    ...(onTheSpot ? { on_the_spot: onTheSpot } : {}),
  }
}
