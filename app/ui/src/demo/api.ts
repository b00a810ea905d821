/*
 * The demo program's own small contract: its state, its events, its buttons. Relative addresses only; it never leaves the machine.
 * What does not live here: the engine's commands. The frames speak to their engines themselves, each under its own folder.
 */
import { onScopeDispose, ref, shallowRef } from 'vue'
import type { DemoState, StepReply, Who } from './story'

export class DemoError extends Error {}

async function send<T>(path: string, body?: unknown): Promise<T> {
  let response: Response
  try {
    response = await fetch(`demo/${path}`, body === undefined ? { cache: 'no-store' } : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), cache: 'no-store' })
  } catch {
    throw new DemoError('')
  }
  const reply = (await response.json().catch(() => null)) as (T & { message?: string }) | null
  if (!response.ok) throw new DemoError(reply?.message ?? String(response.status))
  return (reply ?? {}) as T
}

export const demo = {
  offline: (who: Who, offline: boolean) => send<unknown>('offline', { who, offline }),
  sync: (who: Who) => send<unknown>('sync', { who }),
  kill: (who: Who) => send<unknown>('kill', { who }),
  step: (n: number) => send<StepReply>('step', { n }),
  reset: () => send<unknown>('reset', {}),
  /** The department's blank table, to be put into the office's page; null where the program does not offer it. */
  table: async (): Promise<File | null> => {
    const response = await fetch('demo/table', { cache: 'no-store' }).catch(() => null)
    if (!response?.ok) return null
    const name = /filename\*=UTF-8''([^;]+)/i.exec(response.headers.get('content-disposition') ?? '')?.[1]
    const bytes = await response.arrayBuffer()
    return bytes.byteLength ? new File([bytes], name ? decodeURIComponent(name) : '民政_高龄津贴摸底表.xlsx') : null
  },
}

const RETRY_MS = 1500

/** The state, kept current by the program's events; `gone` while the program does not answer. */
export function useDemoState() {
  const state = shallowRef<DemoState | null>(null)
  const gone = ref(false)
  let closed = false
  let source: EventSource | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  function take(text: string): void {
    try {
      state.value = JSON.parse(text) as DemoState
      gone.value = false
    } catch {
      void load()
    }
  }
  async function load(): Promise<void> {
    try {
      state.value = await send<DemoState>('state')
      gone.value = false
    } catch {
      gone.value = true
    }
  }
  function listen(): void {
    if (closed) return
    source = new EventSource('demo/events')
    source.addEventListener('state', (e) => take((e as MessageEvent<string>).data))
    source.onmessage = (e) => take(e.data as string)
    source.onerror = () => {
      source?.close()
      void load()
      timer = setTimeout(listen, RETRY_MS)
    }
  }
  /** A browser keeps six connections to one program; a page that nobody looks at gives its own back. */
  function onVisibility(): void {
    clearTimeout(timer)
    source?.close()
    if (document.hidden) return
    void load()
    listen()
  }
  void load()
  listen()
  document.addEventListener('visibilitychange', onVisibility)
  onScopeDispose(() => {
    closed = true
    document.removeEventListener('visibilitychange', onVisibility)
    source?.close()
    clearTimeout(timer)
  })
  return { state, gone, load }
}
