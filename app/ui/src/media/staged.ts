// What was taken and is not yet part of a record: kept on the device, encrypted, under a token; a draft holds the token, so that it survives with its
// photos. What lives here: bytes to base64 and back, the way to the engine. What does not: when something is recorded; that is the page's own save.

import { call } from '../app/api'
import type { NewAttachment, Staged } from '../generated/commands'

/** One photo or recording of a draft. */
export interface Kept extends Staged {
  /** `found before after`. */
  stage?: string
}

/** Recordings of this page's life, to be heard again before they are saved. */
const heard = new Map<string, Blob>()
/** So many are remembered. */
const HEARD_MOST = 20

function base64Of(blob: Blob): Promise<string> {
  return new Promise((done, failed) => {
    const reader = new FileReader()
    reader.onload = () => done(String(reader.result).replace(/^[^,]*,/, ''))
    reader.onerror = () => failed(reader.error)
    reader.readAsDataURL(blob)
  })
}

/** Bytes of a reply, as something the page can show or play. */
export function blobOf(data: string, mime: string): Blob {
  return new Blob([Uint8Array.from(atob(data), (char) => char.charCodeAt(0))], { type: mime })
}

/** An address for `<img>`. */
export const pictureUrl = (data: string, mime = 'image/jpeg') => `data:${mime};base64,${data}`

export async function keepPhoto(file: Blob, stage?: string): Promise<Kept> {
  const kept = await call('stage_media', { data: await base64Of(file), media: 'photo' })
  return { ...kept, ...(stage ? { stage } : {}) }
}

export async function keepAudio(blob: Blob, millis: number, wave: string): Promise<Kept> {
  const kept = await call('stage_media', { data: await base64Of(blob), media: 'audio', millis: Math.round(millis), wave })
  heard.set(kept.token, blob)
  if (heard.size > HEARD_MOST) heard.delete(heard.keys().next().value!)
  return kept
}

/** Taken back before it was saved. It would go by itself in a month. */
export function discard(one: Kept): void {
  heard.delete(one.token)
  void call('discard_staged', { token: one.token }).catch(() => undefined)
}

/** To be heard again; null after the app was closed in between. */
export const heardOf = (one: Kept): Blob | null => heard.get(one.token) ?? null

/** What a command carries. */
export function attachmentsOf(kept: readonly Kept[]): { attachments?: NewAttachment[] } {
  return kept.length ? { attachments: kept.map((one) => ({ token: one.token, ...(one.stage ? { stage: one.stage } : {}) })) } : {}
}
