// A small WebDriver client for the window of the app: starts WebKitWebDriver, which starts the program, and asks it to find, type and click.
// Plain fetch and no library: five endpoints are all it needs. Waiting is asking again until the page says so, with a limit; nothing sleeps for luck.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'

export const PATIENCE_MS = 20_000
const ASK_EVERY_MS = 50
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'

/** Asks until `answer` is something other than undefined, null or false. The error says what was waited for and what was seen last. */
export async function until(what, answer, limit_ms = PATIENCE_MS) {
  const end = Date.now() + limit_ms
  let last
  for (;;) {
    try {
      const got = await answer()
      if (got !== undefined && got !== null && got !== false) return got
      last = undefined
    } catch (error) {
      last = error
    }
    if (Date.now() > end) throw new Error(`waited ${limit_ms} ms for ${what}${last ? `: ${last.message}` : ''}`)
    await new Promise((done) => setTimeout(done, ASK_EVERY_MS))
  }
}

/** A port that was free a moment ago. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/** Starts a program. `output()` is what it has printed, `ended` its exit code when it has one. */
export function start(program, args, options = {}) {
  // A process group of its own: what the program starts ends with it.
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, ...options })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => { text += part })
  const ended = once(child, 'close').then(([code]) => code, (error) => error)
  return {
    ended,
    output: () => text,
    alive: () => child.exitCode === null && child.signalCode === null,
    async stop() {
      try {
        process.kill(-child.pid, 'SIGKILL')
      } catch {
        // Nothing of it was left.
      }
      await ended
    },
  }
}

/** One window of the program, driven over WebDriver. */
export class Window {
  /** Opens the program at `home` with `args` and `more` variables; `close` kills it. */
  static async open(program, home, args = [], more = {}) {
    const port = await freePort()
    // Both variables are what tauri-driver sets: the WebView then accepts being driven.
    const env = { ...process.env, GRIDWALK_HOME: home, TAURI_AUTOMATION: 'true', TAURI_WEBVIEW_AUTOMATION: 'true', ...more }
    const driver = start('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], { env })
    const window = new Window(`http://127.0.0.1:${port}`, driver)
    try {
      await until('WebKitWebDriver', async () => driver.alive() && (await fetch(`${window.base}/status`)).ok)
      const options = { binary: program, args }
      const made = await window.ask('POST', '/session', { capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } } })
      window.session = `/session/${made.sessionId}`
      return window
    } catch (error) {
      await driver.stop()
      throw new Error(`${error.message}\n${driver.output()}`)
    }
  }

  constructor(base, driver) {
    this.base = base
    this.driver = driver
    this.session = ''
  }

  async ask(method, path, body) {
    const response = await fetch(this.base + path, { method, body: body === undefined ? undefined : JSON.stringify(body), signal: AbortSignal.timeout(60_000) })
    const { value } = await response.json()
    if (!response.ok) throw new Error(`${value.error}: ${value.message}`)
    return value
  }

  /** The first element of this selector, as soon as there is one. */
  find(selector) {
    return until(selector, async () => (await this.ask('POST', `${this.session}/element`, { using: 'css selector', value: selector }))[ELEMENT])
  }

  /** What the element says, as soon as it says anything. */
  async text(selector) {
    return until(`text in ${selector}`, async () => (await this.ask('GET', `${this.session}/element/${await this.find(selector)}/text`)) || undefined)
  }

  /** A real click in the middle of the element, as soon as it takes one. */
  click(selector) {
    return until(`a click on ${selector}`, async () => {
      await this.ask('POST', `${this.session}/element/${await this.find(selector)}/click`, {})
      return true
    })
  }

  /** A real click on the element of this selector that says exactly `text`. */
  clickText(selector, text) {
    return until(`a click on ${selector} ${text}`, async () => {
      for (const element of await this.ask('POST', `${this.session}/elements`, { using: 'css selector', value: selector })) {
        if ((await this.ask('GET', `${this.session}/element/${element[ELEMENT]}/text`)) !== text) continue
        await this.ask('POST', `${this.session}/element/${element[ELEMENT]}/click`, {})
        return true
      }
      return false
    })
  }

  /** Clicks as a person does who wants a sheet to close: again, if it was still sliding in. */
  clickUntilGone(selector) {
    return until(`${selector} to go`, async () => {
      const [element] = await this.ask('POST', `${this.session}/elements`, { using: 'css selector', value: selector })
      if (!element) return true
      await this.ask('POST', `${this.session}/element/${element[ELEMENT]}/click`, {})
      return false
    })
  }

  /** Empties a field. */
  async clear(selector) {
    await this.ask('POST', `${this.session}/element/${await this.find(selector)}/clear`, {})
  }

  /** Real key strokes. */
  async type(selector, text) {
    await this.ask('POST', `${this.session}/element/${await this.find(selector)}/value`, { text })
  }

  /** Runs the body of an async function in the page and answers with what it returns: `{ ok }` or `{ refused }`. */
  run(body, ...args) {
    const script = `const done = arguments[arguments.length - 1], args = Array.from(arguments).slice(0, -1);
      (async (...args) => { ${body} })(...args).then((ok) => done({ ok }), (refused) => done({ refused: refused instanceof Error ? refused.message : refused }))`
    return this.ask('POST', `${this.session}/execute/async`, { script, args })
  }

  /** Sends a command to the shell as a page does. */
  invoke(command, args = {}) {
    return this.run('return window.__TAURI_INTERNALS__.invoke(args[0], args[1])', command, args)
  }

  url() {
    return this.ask('GET', `${this.session}/url`)
  }

  title() {
    return this.ask('GET', `${this.session}/title`)
  }

  /** A picture of the page, PNG in base64. */
  picture() {
    return this.ask('GET', `${this.session}/screenshot`)
  }

  /** Ends the program as a phone ends an app: without asking. */
  async close() {
    await this.driver.stop()
  }
}
