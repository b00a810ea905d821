// What both map pages keep: the reply in the datum of the base map, the layers that are on, what is selected, and where the person is while the page is open.

import { computed, ref, shallowRef, watch } from 'vue'
import { call, type ApiError } from '../app/api'
import { useQuery } from '../app/query'
import type { Located, Position } from '../generated/commands'
import { filledLayers, LAYERS, type Layer } from './layers'
import { NoPosition, whereAmI } from './position'

export function useMap(unit: () => string | undefined = () => undefined) {
  const base = useQuery('get_base_map', {}, { kinds: ['base_map'] })
  const datum = computed(() => base.data.value?.map?.datum ?? 'wgs84')
  const map = useQuery('get_map', () => (base.data.value || base.error.value ? { datum: datum.value, ...(unit() ? { unit: unit()! } : {}) } : null), { kinds: ['unit', 'household', 'visit', 'case', 'case_step', 'facility', 'place', 'patrol', 'party_hub', 'sync'] })
  const off = ref<ReadonlySet<Layer>>(new Set())
  const layers = computed<ReadonlySet<Layer>>(() => new Set(LAYERS.filter((layer) => !off.value.has(layer))))
  const choices = computed(() => (map.data.value ? filledLayers(map.data.value) : []))
  const hasGround = computed(() => !!(map.data.value?.bounds || (base.data.value?.map && map.data.value)))
  const unplaced = computed(() => map.data.value?.buildings.filter((one) => !one.at).length ?? 0)
  const selected = ref<{ layer: Layer | 'building'; id: string } | null>(null)
  watch(map.data, (now) => {
    const id = selected.value?.id
    if (id && now && ![now.buildings, now.cases, now.facilities, now.places, now.patrols].some((list) => list.some((one) => one.id === id))) selected.value = null
  })
  function toggle(layer: Layer): void {
    const next = new Set(off.value)
    if (!next.delete(layer)) next.add(layer)
    off.value = next
  }

  /** In memory of this page alone; gone when it is left. */
  const here = shallowRef<{ at: Position & { accuracy: number }; found: Located } | null>(null)
  const seeking = ref(false)
  const trouble = ref<'refused' | 'none' | null>(null)
  const error = ref<ApiError | null>(null)
  async function findMe(): Promise<void> {
    if (here.value) return void (here.value = null)
    trouble.value = null
    seeking.value = true
    try {
      const got = await whereAmI()
      const found = await call('locate', { lng: got.lng, lat: got.lat, shown: datum.value })
      here.value = { at: { ...found.shown, accuracy: got.accuracy }, found }
    } catch (raised) {
      if (raised instanceof NoPosition) trouble.value = raised.why
      else error.value = raised as ApiError
    } finally {
      seeking.value = false
    }
  }
  return { base, datum, map, layers, choices, toggle, hasGround, unplaced, selected, here, seeking, trouble, error, findMe }
}
