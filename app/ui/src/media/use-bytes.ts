// The bytes of one photo or recording: those that are here at once, others when they are asked for. A picture is an address for `<img>`; nothing of it
// outlives the page that shows it or the lock.

import { ref, shallowRef, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { call, type ApiError } from '../app/api'
import type { AttachmentItem } from '../generated/commands'
import { blobOf, pictureUrl } from './staged'

export type Size = 'thumb' | 'full'

/** A picture of `item`, kept current with its state. */
export function usePicture(item: MaybeRefOrGetter<AttachmentItem | null>, size: MaybeRefOrGetter<Size>) {
  const url = shallowRef<string | null>(null)
  const isFetching = ref(false)
  const error = ref<ApiError | null>(null)
  let turn = 0

  async function load(how: 'get_attachment' | 'fetch_attachment'): Promise<void> {
    const one = toValue(item)
    const mine = ++turn
    if (!one) return
    try {
      const reply = await call(how, { id: one.id, size: toValue(size) })
      if (mine === turn && reply.data) url.value = pictureUrl(reply.data, reply.mime)
    } catch (raised) {
      if (mine === turn && how === 'fetch_attachment') error.value = raised as ApiError
    }
  }
  /** From the server; on a person's word only. */
  async function fetch(): Promise<void> {
    isFetching.value = true
    error.value = null
    await load('fetch_attachment')
    isFetching.value = false
  }
  watch(
    () => [toValue(item)?.id, toValue(item)?.state, toValue(size)].join(),
    (_, old) => {
      if (old === undefined || toValue(item)?.id !== old.split(',')[0]) url.value = null
      error.value = null
      void load('get_attachment')
    },
    { immediate: true },
  )
  return { url, isFetching, error, fetch }
}

/** A recording to be played; from the server where it is not here. */
export async function soundOf(item: AttachmentItem): Promise<Blob | null> {
  const here = await call('get_attachment', { id: item.id, size: 'full' })
  const reply = here.data ? here : await call('fetch_attachment', { id: item.id, size: 'full' })
  return reply.data ? blobOf(reply.data, reply.mime) : null
}
