/*
 * The desk: what every office screen shares while it is open. One set of queries, made by the frame and handed down, so that the count in
 * the rail and the list on the page can never differ.
 *
 * What lives here: queries, the inbox made of them, the minute hand. What does not: decisions, and anything a single screen needs.
 */
import { computed, inject, onScopeDispose, provide, ref, type ComputedRef, type InjectionKey, type Ref } from 'vue'
import type { CaseItem, CodeBook, DeviceAlarm, DeviceItem, ErasureList, FieldInfo, InboxList, MemberItem, UnitItem } from '../generated/commands'
import { useQuery, type Query } from '../app/query'
import { useSession } from '../app/session'

const CASES_LIMIT = 1000
const TICK_MS = 30_000
const ABOVE: ReadonlySet<string> = new Set(['street', 'district'])

export interface Desk {
  /** How much is open in 待我处理, by kind. The page asks for its own items. */
  inbox: ComputedRef<InboxList | null>
  open: ComputedRef<number>
  /** False until the list has answered once. */
  isReady: ComputedRef<boolean>
  /** The first failure of the lists, for people. */
  problem: ComputedRef<string | null>
  openCases: ComputedRef<CaseItem[]>
  overdue: ComputedRef<CaseItem[]>
  devices: ComputedRef<DeviceItem[]>
  people: ComputedRef<MemberItem[]>
  /** What happened to invites lately. */
  alarms: ComputedRef<DeviceAlarm[]>
  /** How far each erasure has come, and what it left to decide. */
  erasures: Query<ErasureList>
  units: ComputedRef<UnitItem[]>
  /** The office of a street or a district: it works on what is handed up, and opens only its own matters. */
  isAbove: ComputedRef<boolean>
  codes: ComputedRef<CodeBook | null>
  /** Unix ms, renewed twice a minute. */
  now: Ref<number>
  field: (kind: string, key: string) => FieldInfo | null
  reloadInbox: () => Promise<void>
}

const KEY: InjectionKey<Desk> = Symbol('desk')

export function provideDesk(): Desk {
  const session = useSession()
  const inbox = useQuery('list_inbox', { limit: 1, soon: true }, { behind: true })
  const erasures = useQuery('list_erasures', {}, { kinds: ['device', 'sync'], behind: true })
  const devices = useQuery('list_devices', {}, { kinds: ['device', 'membership', 'sync'], behind: true })
  const cases = useQuery('list_cases', { state: 'open', limit: CASES_LIMIT }, { kinds: ['case', 'case_step'] })
  const units = useQuery('list_units', {}, { kinds: ['unit', 'household'] })
  const codes = useQuery('list_codes', {}, { kinds: ['config'] })
  const tables = useQuery('list_tables', {}, { kinds: ['config'] })
  const now = ref(Date.now())
  const timer = setInterval(() => (now.value = Date.now()), TICK_MS)
  onScopeDispose(() => clearInterval(timer))

  const list = <T>(get: () => T[] | undefined) => computed<T[]>(() => get() ?? [])
  const deviceItems = list<DeviceItem>(() => devices.data.value?.items)
  const openCases = list<CaseItem>(() => cases.data.value?.items)
  const fields = computed(() => {
    const map = new Map<string, FieldInfo>()
    for (const [kind, all] of Object.entries(tables.data.value?.kinds ?? {})) for (const f of all) map.set(`${kind} ${f.key}`, f)
    return map
  })
  const desk: Desk = {
    inbox: computed(() => inbox.data.value),
    open: computed(() => inbox.data.value?.open ?? 0),
    isReady: computed(() => inbox.data.value !== null || inbox.error.value !== null),
    problem: computed(() => inbox.error.value?.message ?? null),
    openCases,
    overdue: computed(() => openCases.value.filter((c) => c.due_at !== null && c.due_at < now.value).sort((a, b) => (a.due_at ?? 0) - (b.due_at ?? 0))),
    devices: deviceItems,
    people: list<MemberItem>(() => devices.data.value?.people),
    alarms: list<DeviceAlarm>(() => devices.data.value?.alarms),
    erasures,
    units: list<UnitItem>(() => units.data.value?.items),
    isAbove: computed(() => {
      const roles = session.who?.roles ?? []
      const kinds = new Map((units.data.value?.items ?? []).map((u) => [u.id, u.kind.code]))
      return roles.length > 0 && roles.every((r) => ABOVE.has(kinds.get(r.unit) ?? ''))
    }),
    codes: computed(() => codes.data.value),
    now,
    field: (kind, key) => fields.value.get(`${kind} ${key}`) ?? null,
    reloadInbox: async () => {
      await Promise.all([inbox.reload(), devices.reload(), erasures.reload()])
    },
  }
  provide(KEY, desk)
  return desk
}

export function useDesk(): Desk {
  const desk = inject(KEY)
  if (!desk) throw new Error('an office screen is always inside OfficeFrame, which provides the desk')
  return desk
}
