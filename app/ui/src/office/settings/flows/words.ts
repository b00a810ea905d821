// What the parts of a workflow are called on the page: in its own words where it brings some, in the page's where it names a code.
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { ClockRule, Problem, Role, Transition, Workflow } from '../../../generated/commands'
import { nameOf } from './layout'
import type { ListName, Part } from './model'

export interface FlowWords {
  lang: ComputedRef<string>
  /** A label in the language of the page; what has none says so. */
  label: (of: { zh: string; en: string } | null | undefined) => string
  state: (name: string) => string
  step: (name: string) => string
  overlay: (name: string) => string
  role: (role: Role) => string
  /** Names in one line. */
  list: (names: string[]) => string
  from: (t: Transition) => string
  to: (t: Transition) => string
  /** What a step asks for: words of its own and its fields. */
  asks: (t: Transition) => string[]
  /** Who may take it, with what limits them. */
  who: (t: Transition) => string[]
  /** What a step does to the clocks. */
  clocks: (t: Transition) => string[]
  amount: (c: ClockRule) => string
  /** One thing of a list, or the list. */
  part: (part: Part) => string
  problem: (p: Problem) => string
}

export function useFlowWords(workflow: () => Workflow): FlowWords {
  const { t: say, te, locale } = useI18n()
  const lang = computed(() => locale.value)
  const label: FlowWords['label'] = (of) => (of && nameOf(of, lang.value).trim()) || say('flows.edit.unnamed')
  const find = (list: ListName, name: string) => (workflow()[list] as { name: string; zh: string; en: string }[]).find((one) => one.name === name)
  const named = (list: ListName) => (name: string) => label(find(list, name))
  const [state, step, overlay] = [named('states'), named('steps'), named('overlays')]
  const list = (names: string[]) => names.join(lang.value === 'en' ? ', ' : '、')
  const amount: FlowWords['amount'] = (c) => {
    if (typeof c.amount === 'number') return say('flows.amount.fixed', { n: c.amount, unit: say(`flows.unit.${c.unit}`) })
    return c.amount === 'response' || c.amount === 'resolve' ? say(`flows.amount.${c.amount}`) : say('flows.amount.field', { name: named('fields')(c.amount) })
  }
  return {
    lang, label, state, step, overlay, list, amount,
    role: (role) => say(`flows.role.${role}`),
    from: (t) => (t.from.length ? list(t.from.map(state)) : say(t.always ? 'flows.in_always' : 'flows.in_any')),
    to: (t) => (t.to ? state(t.to) : t.begins ? say('flows.begins_of', { name: overlay(t.begins) }) : t.ends ? say('flows.ends_of', { name: overlay(t.ends) }) : say('flows.nowhere')),
    asks: (t) => [
      ...t.requires.map((r) => (te(`flows.asked.${r}`) ? say(`flows.asked.${r}`) : r)).map((w, i) => (t.requires[i] === 'rating' && t.ratings.length ? `${w} (${list(t.ratings.map((r) => say(`flows.rating.${r}`)))})` : w)),
      ...t.fields.map((f) => (f.required ? label(f) : `${label(f)} (${say('common.optional')})`)),
      ...(t.evidence ? [say('flows.evidence')] : []),
    ],
    who: (t) => [
      list(t.by.map((r) => say(`flows.role.${r}`))),
      ...(t.shared ? [say('flows.shared')] : []),
      ...(t.opener ? [say('flows.only_opener')] : []),
      ...(t.not_by.length ? [say('flows.not_by', { steps: list(t.not_by.map(step)) })] : []),
    ],
    clocks: (t) => workflow().clocks.flatMap((c) => {
      const name = label(c)
      const stops = c.stops_by.includes(t.name) || (t.to != null && c.stops.includes(t.to))
      const starts = t.to != null && c.starts.includes(t.to)
      return [
        ...(stops ? [say('flows.stops_clock', { name })] : []),
        ...(starts ? [say('flows.starts_clock', { name })] : []),
        ...(c.pause && c.pause === t.begins ? [say('flows.pauses_clock', { name })] : []),
        ...(c.extend === t.name ? [say('flows.extends_clock', { name })] : []),
        ...(c.escalate?.step === t.name ? [say('flows.urged_by', { name })] : []),
      ]
    }),
    part: (part) => (part.list === 'head' ? say('flows.edit.head') : part.name ? (find(part.list, part.name) ? label(find(part.list, part.name)) : part.name) : say(`flows.edit.${part.list}`)),
    problem: (p) => (lang.value === 'en' ? say(`flows.problem.${te(`flows.problem.${p.code}`) ? p.code : 'other'}`) : p.message),
  }
}
