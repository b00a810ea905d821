// Who is at this device: enrolled or not, locked or not, which role. One object for the whole page; the router asks it where to send a person.

import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { SyncStatus, Whoami } from '../generated/commands'
import { call, onChanged } from './api'
import { loadDrafts } from './drafts'
import { forgetReplies } from './query'

/** The three sets of screens. */
export type Area = 'worker' | 'head' | 'office'

const AREA_OF_ROLE: Record<string, Area> = { worker: 'worker', part_time: 'worker', building_head: 'head' }

/** Where a role works; every role that is not on the street works at a desk. */
export function areaOf(role: string | null | undefined): Area {
  return AREA_OF_ROLE[role ?? ''] ?? 'office'
}

export const useSession = defineStore('session', () => {
  const who = shallowRef<Whoami | null>(null)
  const status = shallowRef<SyncStatus | null>(null)
  let asked = 0
  const isOpen = computed(() => who.value !== null && who.value.enrolled && !who.value.locked)
  const area = computed(() => areaOf(who.value?.role?.code))

  function adopt(next: Whoami): void {
    // Somebody else signed in at this browser: nothing of the one before stays on the page.
    if (who.value?.node?.account && next.node && next.node.account !== who.value.node.account) return location.reload()
    const closed = isOpen.value && (!next.enrolled || next.locked)
    who.value = next
    if (closed) {
      forgetReplies()
      status.value = null
    }
  }

  async function load(): Promise<void> {
    adopt(await call('whoami'))
    if (isOpen.value) await begin()
  }

  async function loadStatus(): Promise<void> {
    if (!isOpen.value) return
    // several may be under way: an answer that was overtaken says what was, not what is
    const mine = ++asked
    const got = await call('sync_status').catch(() => null)
    if (got && mine === asked && isOpen.value) status.value = got
  }

  /** The store is open: its state, and what was begun before. */
  async function begin(): Promise<void> {
    await Promise.all([loadStatus(), loadDrafts()])
  }

  async function unlock(pin: string): Promise<void> {
    adopt(await call('unlock', { pin }))
    await begin()
  }

  async function enrol(invite: string, pin: string): Promise<void> {
    adopt(await call('enrol', { invite, pin }))
    await begin()
  }

  async function lock(): Promise<void> {
    adopt(await call('lock'))
  }

  /** The engine answered `locked`: the store closed by itself or in another window. */
  function closed(): void {
    if (who.value) adopt({ ...who.value, locked: true })
  }

  onChanged((changed) => {
    if (changed.kinds.includes('session') || changed.kinds.length === 0) void load().catch(() => undefined)
    else void loadStatus()
  })

  return { who, status, isOpen, area, load, loadStatus, unlock, enrol, lock, closed }
})
