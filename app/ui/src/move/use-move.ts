// What is chosen for a move, and the act itself: the household, or one person of it, goes to another door or away. They end here and begin there in one
// save. What does not live here: how it is shown (`MoveForm.vue`) and what surrounds it, a page of the phone or a question in the office.

import { computed, reactive, ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { call, type ApiError } from '../app/api'
import { useQuery } from '../app/query'
import { toast } from '../ui'
import './words'

/** The most doors that one building has. */
const DOORS_MAX = 1000
const natural = new Intl.Collator('zh-CN', { numeric: true })

/** `other`: a grid that this person does not hold, where only the office can begin them. */
export type Where = 'here' | 'other' | 'away'

/** A move out of the household `id`, at first of `person` alone where one is named. `moved` gets the household whose file is to be shown. */
export function useMove(id: () => string, person: string | undefined, moved: (household: string) => unknown) {
  const { t } = useI18n()
  const file = useQuery('get_household', () => ({ id: id() }), { kinds: ['household', 'person'] })
  const units = useQuery('list_units', {}, { kinds: ['unit'] })
  const house = computed(() => file.data.value?.household)
  const people = computed(() => (file.data.value?.persons ?? []).filter((one) => !one.ended))

  /** Empty: the household as a whole. */
  const who = ref(person ?? '')
  const where = ref<Where>('here')
  const building = ref<string | null>(null)
  const stair = ref('')
  const door = ref('')
  const q = ref('')
  const to = ref<{ id: string; plate: string } | null>(null)
  const reason = ref('')
  const busy = ref(false)
  const error = ref<ApiError | null>(null)
  watch([who, where], () => (error.value = null))

  const buildings = computed(() => (units.data.value?.items ?? []).filter((one) => ['building', 'alley'].includes(one.kind.code) && !one.closed).sort((a, b) => natural.compare(a.name, b.name)))
  const chosen = computed(() => buildings.value.find((one) => one.id === building.value))
  const doors = useQuery('list_households', () => (building.value ? { unit: building.value, limit: DOORS_MAX } : null), { kinds: ['household'] })
  const items = computed(() => (doors.data.value?.items ?? []).filter((one) => one.building === building.value))
  const stairs = computed(() => [...new Set(items.value.map((one) => one.unit_no).filter(Boolean))].sort(natural.compare))
  watch(stairs, (now) => { if (!now.includes(stair.value)) stair.value = now.length === 1 ? now[0]! : '' })
  const plate = computed(() => [chosen.value?.number ?? chosen.value?.name ?? '', stairs.value.length ? stair.value : '', door.value.trim()].filter(Boolean).join('-'))
  /** Whoever is recorded at that door already. */
  const there = computed(() => items.value.find((one) => one.door === door.value.trim() && (!stairs.value.length || one.unit_no === stair.value)))
  const found = useQuery('list_households', () => (who.value && where.value === 'here' && q.value.trim() ? { q: q.value.trim(), limit: 5 } : null), { kinds: ['household'] })
  const hits = computed(() => (q.value.trim() ? (found.data.value?.items ?? []).filter((one) => one.id !== id()) : []))

  const isSelf = computed(() => there.value?.id === id())
  const hasDoor = computed(() => building.value !== null && door.value.trim() !== '' && (!stairs.value.length || stair.value !== '') && !isSelf.value)
  const ready = computed(() => where.value === 'away' || (where.value === 'here' && (who.value ? to.value !== null : hasDoor.value)))
  const name = computed(() => people.value.find((one) => one.id === who.value)?.name ?? '')
  const target = computed(() => (who.value ? (to.value?.plate ?? '') : plate.value))
  /** What the button says. */
  const words = computed(() => (where.value === 'away' ? t(who.value ? 'move.do_one_away' : 'move.do_away', { name: name.value }) : target.value && ready.value ? t(who.value ? 'move.do_one' : 'move.do', { name: name.value, plate: target.value }) : t('move.do_none')))

  async function go(): Promise<void> {
    if (!ready.value || busy.value) return
    busy.value = true
    error.value = null
    const why = reason.value.trim() ? { reason: reason.value.trim() } : {}
    const isHere = where.value === 'here'
    try {
      const made = who.value
        ? await call('move_person', { id: who.value, ...(isHere ? { household: to.value!.id } : {}), ...why })
        : await call('move_household', { id: id(), ...(isHere ? { building: building.value!, unit_no: stairs.value.length ? stair.value : '', door: door.value.trim() } : {}), ...why })
      toast(isHere ? t('move.done_to', { plate: target.value }) : t('move.done_away'))
      await moved(isHere ? (who.value ? to.value!.id : made.id) : id())
    } catch (raised) {
      error.value = raised as ApiError
    } finally {
      busy.value = false
    }
  }
  return reactive({ file, house, people, who, where, building, stair, door, q, to, reason, busy, error, buildings, stairs, there, hits, isSelf, ready, name, words, go })
}

export type Move = ReturnType<typeof useMove>
