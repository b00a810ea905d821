// A word outside the app when something came in while nobody looked: how many, never who or what, because a locked screen is read by whoever holds the
// phone. Only where the person switched it on, and only by the device itself; nothing is sent anywhere.

import { call, onChanged } from '../app/api'
import { i18n } from '../app/i18n'
import { prefs } from '../app/prefs'
import { untold } from './untold'
import './words'

export const canTell = () => typeof globalThis.Notification === 'function'

/** Asks the device, once, when the person switches it on. */
export async function mayTell(): Promise<boolean> {
  if (!canTell()) return false
  return (await Notification.requestPermission()) === 'granted'
}

const told = new Set<string>()
let listening = false

/** From now on; what is there already is not news. */
export async function tellElsewhere(): Promise<void> {
  if (listening || !canTell()) return
  listening = true
  const first = await call('list_notices', {}).catch(() => null)
  first?.items.forEach((item) => told.add(item.id))
  onChanged((changed) => {
    if (prefs.notify && (changed.kinds.includes('sync') || changed.kinds.length === 0)) void look()
  })
}

async function look(): Promise<void> {
  // Locked or not there: nothing is known, so nothing is said.
  const list = await call('list_notices', {}).catch(() => null)
  const fresh = untold(list?.items ?? [], told)
  fresh.forEach((id) => told.add(id))
  if (!fresh.length || !document.hidden || Notification.permission !== 'granted') return
  const { t } = i18n.global
  try {
    new Notification(t('notices.elsewhere.title'), { body: t('notices.elsewhere.one', { n: fresh.length }), tag: 'gridwalk', icon: './icon.svg' })
  } catch {
    // Some devices take them from a service worker alone; there the line on the first page says it.
  }
}
