// The one way to the engine: `call(name, args)`, the same in the window (Tauri IPC) and in a browser (HTTP to the program that served the page).
// What lives here: transport, errors, the stream of changes. What does not: caching and reloading (query.ts), who is logged in (session.ts).
// There is no outside address anywhere: requests are relative to the page's own folder, so that `/` and `/d/worker/` both work.

import type { Changed, CommandName, Commands, Failure } from '../generated/commands'

/** A command's failure as the engine wrote it. `code` is for programs, `message` for people. */
export class ApiError extends Error {
  readonly code: string
  readonly row: number | null
  readonly field: string | null

  constructor(failure: Failure) {
    super(failure.message)
    this.name = 'ApiError'
    this.code = failure.code
    this.row = failure.row ?? null
    this.field = failure.field ?? null
  }
}

/** Arguments may be left out where a command takes none. */
type Args<K extends CommandName> = Commands[K]['args']
type Rest<K extends CommandName> = Record<never, never> extends Args<K> ? [args?: Args<K>] : [args: Args<K>]

const isTauri = '__TAURI_INTERNALS__' in globalThis

/** Folder of the page, so that three apps served under three prefixes never share anything. */
export const PAGE_FOLDER = globalThis.location ? location.pathname.replace(/[^/]*$/, '') : '/'

const SESSION_KEY = `gridwalk:session:${PAGE_FOLDER}`

/** Takes `#s=TOKEN` (the link that the program prints) out of the address, before the router reads it. */
export function adoptSessionToken(): void {
  const found = /^#s=([^&/]+)&?(.*)$/.exec(location.hash)
  if (!found) return
  sessionStorage.setItem(SESSION_KEY, decodeURIComponent(found[1]!))
  history.replaceState(history.state, '', `${location.pathname}${location.search}#${found[2] ?? ''}`)
}

function headers(): Record<string, string> {
  const token = sessionStorage.getItem(SESSION_KEY)
  return token ? { 'x-gridwalk-session': token } : {}
}

function failure(code: string, message: string): ApiError {
  return new ApiError({ code, message })
}

async function callOverHttp(name: string, args: unknown): Promise<unknown> {
  let response: Response
  try {
    response = await fetch(`api/${name}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers() }, body: JSON.stringify(args), cache: 'no-store' })
  } catch {
    throw failure('unreachable', '这个页面连不上本机程序。写下的都在，程序开着就能继续。')
  }
  const text = await response.text()
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw failure(response.status === 401 || response.status === 403 ? 'no_session' : 'bad_json', `本机程序的回答看不懂（${response.status}）。`)
  }
  if (!response.ok) throw new ApiError(isFailure(body) ? body : { code: 'internal', message: `本机程序出错（${response.status}）。` })
  return body
}

async function callOverIpc(name: string, args: unknown): Promise<unknown> {
  const { invoke } = await import('@tauri-apps/api/core')
  try {
    return await invoke('call', { name, args })
  } catch (raised) {
    throw new ApiError(isFailure(raised) ? raised : { code: 'internal', message: String(raised) })
  }
}

function isFailure(value: unknown): value is Failure {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value
}

type OnError = (error: ApiError) => void
const errorListeners = new Set<OnError>()

/** Told of every failure, once, before the caller sees it: the session reacts to `locked` here. */
export function onApiError(listener: OnError): void {
  errorListeners.add(listener)
}

/** The engine answers one after the other. Calls that somebody waits for right now, and who waits until there are none. */
let inFront = 0
let waiting: (() => void)[] = []
/** Nobody waits longer than this to be asked for behind the others. */
const BEHIND_MS = 1_000
let behind: Promise<unknown> = Promise.resolve()

function letThrough(): void {
  if (inFront > 0) return
  for (const go of waiting.splice(0)) go()
}

/** The page that is being put up asks first; then whatever it asked is answered; then it is the turn of what lies behind. */
async function untilFree(): Promise<void> {
  await new Promise<void>((done) => setTimeout(done))
  if (inFront === 0) return
  await new Promise<void>((done) => {
    waiting.push(done)
    setTimeout(done, BEHIND_MS)
  })
}

/** As [`call`], for what nobody looks at this moment: counts of other pages, rows far away. One at a time, when nothing in front is asked. */
export function callBehind<K extends CommandName>(name: K, ...[args]: Rest<K>): Promise<Commands[K]['reply']> {
  const turn = behind.then(untilFree).then(() => ask(name, args))
  behind = turn.catch(() => undefined)
  return turn
}

/** Runs one command of the list. Throws `ApiError`, never anything else. */
export async function call<K extends CommandName>(name: K, ...[args]: Rest<K>): Promise<Commands[K]['reply']> {
  inFront += 1
  try {
    return await ask(name, args)
  } finally {
    inFront -= 1
    if (inFront === 0) setTimeout(letThrough)
  }
}

async function ask<K extends CommandName>(name: K, args: Commands[K]['args'] | undefined): Promise<Commands[K]['reply']> {
  try {
    const reply = isTauri ? await callOverIpc(name, args ?? {}) : await callOverHttp(name, args ?? {})
    return reply as Commands[K]['reply']
  } catch (raised) {
    const error = raised instanceof ApiError ? raised : failure('internal', String(raised))
    for (const listener of errorListeners) listener(error)
    throw error
  }
}

/** A request to the program that serves this page beside the command list. Throws `ApiError`, never anything else. */
export async function post(path: string, args: unknown): Promise<unknown> {
  return callOverHttp(path, args)
}

type OnChanged = (changed: Changed) => void
const changeListeners = new Set<OnChanged>()

/** Hears what any write or sync changed, from this page or from another. Returns the function that stops listening. */
export function onChanged(listener: OnChanged): () => void {
  changeListeners.add(listener)
  return () => changeListeners.delete(listener)
}

function tell(changed: Changed): void {
  for (const listener of [...changeListeners]) listener(changed)
}

const EVERYTHING: Changed = { kinds: [], records: [], many: true }
const RETRY_FIRST_MS = 500
const RETRY_MOST_MS = 10_000

/** Opens the stream of changes and keeps it open. A gap is closed by telling everyone to look again. */
export async function listenForChanges(): Promise<void> {
  if (isTauri) {
    const { listen } = await import('@tauri-apps/api/event')
    await listen<Changed>('changed', (event) => tell(event.payload))
    return
  }
  let wait = RETRY_FIRST_MS
  for (let first = true; ; first = false) {
    if (!first) {
      await new Promise((done) => setTimeout(done, wait))
      wait = Math.min(wait * 2, RETRY_MOST_MS)
    }
    try {
      await readEvents(() => {
        wait = RETRY_FIRST_MS
        if (!first) tell(EVERYTHING)
      })
    } catch {
      // The program was closed or restarted; the next round finds it again.
    }
  }
}

/** Server-sent events over `fetch`, because `EventSource` cannot carry the session header. */
async function readEvents(opened: () => void): Promise<void> {
  const response = await fetch('api/events', { headers: { accept: 'text/event-stream', ...headers() }, cache: 'no-store' })
  if (!response.ok || !response.body) throw failure('unreachable', 'events')
  opened()
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return
    const parts = (rest + value).split(/\r?\n\r?\n/)
    rest = parts.pop() ?? ''
    for (const part of parts) {
      const data = part.split(/\r?\n/).filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trimStart()).join('\n')
      if (data) tell(readChanged(data))
    }
  }
}

function readChanged(data: string): Changed {
  try {
    return { ...EVERYTHING, many: false, ...(JSON.parse(data) as Partial<Changed>) }
  } catch {
    return EVERYTHING
  }
}
