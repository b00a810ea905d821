// A deployment of real processes for the tests in Chromium: a sync server, devices with a store each, every device behind its own address. Nothing is
// mocked; being offline is the server not running.
import { spawn, execFile } from 'node:child_process'
import { existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'

const run = promisify(execFile)
const root = resolve(fileURLToPath(new URL('../../..', import.meta.url)))
const bin = resolve(process.env.GRIDWALK_BIN ?? join(root, 'target/debug'))
const ui = resolve(process.env.GRIDWALK_UI ?? join(root, 'app/ui/dist'))
export const ROSTER = join(root, 'tests/data/一网格居民台账.xlsx')
export const PIN = '135790'
export const COMMUNITY = '610104001901'
export const GRID = '6101040019011001'
const UNITS = `code,parent,kind,name
610104,,district,莲湖区
610104001,610104,street,青年路街道
${COMMUNITY},610104001,community,槐荫里社区
${GRID},${COMMUNITY},grid,第一网格
6101040019011002,${COMMUNITY},grid,第二网格
`
/** How long a process may take to answer for the first time. */
const START_MS = 30_000

async function freePort() {
  const server = createServer()
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address()
  await new Promise((done) => server.close(done))
  return port
}

/** Waits until `look` answers something true. Polls, because what it waits for are other processes. */
export async function until(look, what, ms = START_MS) {
  const end = Date.now() + ms
  for (;;) {
    let raised
    const found = await Promise.resolve().then(look).catch((error) => ((raised = error), null))
    if (found) return found
    if (Date.now() > end) throw new Error(`never happened: ${what}`, { cause: raised })
    await new Promise((done) => setTimeout(done, 50))
  }
}

/** One installed app: its own folder, its own store, its own address. */
class Device {
  constructor(world, name) {
    this.world = world
    this.home = join(world.dir, name)
  }

  /** `daysAhead`: by a clock that is so many days on. `node`: a shared computer of that name. */
  async serve({ daysAhead = 0, node } = {}) {
    const child = this.child = this.world.start('gridwalk-headless', ['--home', this.home, 'serve', '--listen', '127.0.0.1:0', '--ui', ui, '--days-ahead', `${daysAhead}`, ...(node ? ['--node', node] : [])], `${this.home}.log`, 'pipe')
    let said = ''
    child.stdout.on('data', (text) => (said += text))
    this.url = await until(() => /http:\/\/127\.0\.0\.1:\d+\//.exec(said)?.[0], `address of ${this.home}`)
    return this
  }

  /** Switched off: it keeps its home and makes no contact. */
  async off() {
    const gone = new Promise((done) => this.child.once('exit', done))
    this.child.kill()
    await gone
  }

  cli(...args) {
    return run(join(bin, 'gridwalk-headless'), ['--home', this.home, ...args], { maxBuffer: 64 << 20 })
  }

  /** Runs a command through the same door the page uses. */
  async call(name, args = {}) {
    const response = await fetch(`${this.url}api/${name}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(args) })
    const body = await response.json()
    if (!response.ok) throw Object.assign(new Error(`${name}: ${body.code} ${body.message}`), body)
    return body
  }

  /** Syncs now; a device that is doing so by itself is waited for. */
  sync() {
    return until(() => this.call('sync_now').catch((raised) => (raised.code === 'busy' ? null : Promise.reject(raised))), 'a sync of its own')
  }
}

export class World {
  static async begin() {
    const world = new World()
    for (const name of ['sync-server', 'gridwalk-headless']) if (!existsSync(join(bin, name))) throw new Error(`${join(bin, name)} is missing: build it, or set GRIDWALK_BIN`)
    if (!existsSync(join(ui, 'index.html'))) throw new Error(`${ui} is missing: npm run build`)
    world.dir = mkdtempSync(join(tmpdir(), 'gridwalk-e2e-'))
    world.children = []
    world.port = await freePort()
    world.data = join(world.dir, 'server')
    writeFileSync(join(world.dir, 'units.csv'), UNITS)
    await run(join(bin, 'sync-server'), ['init', '--data', world.data, '--units', join(world.dir, 'units.csv'), '--url', `http://127.0.0.1:${world.port}`])
    await world.serverUp()
    world.office = await world.device('office', 'office', COMMUNITY, '周敏')
    await world.office.sync()
    await world.office.cli('import', ROSTER, '--grid', GRID, '--json')
    await world.office.serve()
    await world.office.sync()
    world.browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'] })
    return world
  }

  start(program, args, log, stdout = 'log') {
    const out = openSync(log, 'a')
    const child = spawn(join(bin, program), args, { stdio: ['ignore', stdout === 'pipe' ? 'pipe' : out, out] })
    this.children.push(child)
    return child
  }

  async serverUp() {
    this.server = this.start('sync-server', ['serve', '--data', this.data, '--listen', `127.0.0.1:${this.port}`], join(this.dir, 'server.log'))
    await until(() => fetch(`http://127.0.0.1:${this.port}/`).then(() => true), 'the server answers')
  }

  /** No signal: the server is gone until `serverUp`. */
  async serverDown() {
    const gone = new Promise((done) => this.server.once('exit', done))
    this.server.kill()
    await gone
  }

  async invite(role, unit, name) {
    const { stdout } = await run(join(bin, 'sync-server'), ['invite', '--data', this.data, '--role', role, '--unit', unit, '--name', name, '--auto-confirm', '--json'])
    return JSON.parse(stdout).invite
  }

  /** A device enrolled from the command line, served. */
  async device(folder, role, unit, name) {
    const device = new Device(this, folder)
    await device.cli('enrol', await this.invite(role, unit, name), '--pin', PIN)
    return device.serve()
  }

  /** A device that has never been used, served. */
  blank(folder, how) {
    return new Device(this, folder).serve(how)
  }

  /** A page as on a phone: 360 × 740, touch, with a microphone that hums (`deaf`: one that is refused). Fails the test on any error the page prints. */
  async phone(device, { hash = '', prefs, width = 360, height = 740, scale = 2, touch = true, deaf = false } = {}) {
    const context = await this.browser.newContext({ viewport: { width, height }, deviceScaleFactor: scale, hasTouch: touch, isMobile: touch, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce', permissions: ['clipboard-read', 'clipboard-write', 'microphone'] })
    // A blank page between two screens has no storage.
    if (prefs) await context.addInitScript((value) => location.origin !== 'null' && localStorage.setItem(`gridwalk:prefs:${location.pathname.replace(/[^/]*$/, '')}`, value), JSON.stringify(prefs))
    if (deaf) await context.addInitScript(() => (navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))))
    const page = await context.newPage()
    page.setDefaultTimeout(10_000)
    page.problems = []
    page.on('pageerror', (error) => page.problems.push(String(error)))
    page.on('console', (message) => {
      // A refused command is an answer, not an error of the page.
      if (message.type() === 'error' && !/status of 4\d\d|status of 5\d\d|ERR_CONNECTION/.test(message.text())) page.problems.push(message.text())
    })
    await page.goto(`${device.url}#${hash}`)
    return page
  }

  /** A photo as a camera gives it, for `setInputFiles`: a stairwell, drawn; `n` tells them apart. `isDone`: nothing stands there any more. */
  async photo(n = 1, isDone = false) {
    this.drawn ??= new Map()
    const key = `${n} ${isDone}`
    if (!this.drawn.has(key)) {
      const page = await this.browser.newPage()
      const data = await page.evaluate(drawn, [n, isDone])
      await page.close()
      this.drawn.set(key, { name: `IMG_${n}.jpg`, mimeType: 'image/jpeg', buffer: Buffer.from(data, 'base64') })
    }
    return this.drawn.get(key)
  }

  async end() {
    await this.browser?.close()
    await Promise.all(
      this.children.filter((child) => child.exitCode === null && child.signalCode === null).map((child) => {
        const gone = new Promise((done) => child.once('exit', done))
        child.kill()
        return gone
      }),
    )
    rmSync(this.dir, { recursive: true, force: true })
  }
}

/** Runs in a page: walls, a door, a floor number, and two bicycles on a wire where `isDone` is not said. */
function drawn([n, isDone]) {
  const canvas = Object.assign(document.createElement('canvas'), { width: 2400, height: 1800 })
  const pen = canvas.getContext('2d')
  const fill = (colour, path) => ((pen.fillStyle = colour), pen.fill(new Path2D(path)))
  const line = (colour, width, path) => Object.assign(pen, { strokeStyle: colour, lineWidth: width, lineCap: 'round', lineJoin: 'round' }) && pen.stroke(new Path2D(path))
  fill('#c9c1ae', 'M0 0H2400V1800H0z')
  fill('#ddd6c6', 'M0 0L700 340V1200L0 1800z')
  fill('#d2cab8', 'M2400 0L1700 340V1200L2400 1800z')
  fill('#e6dfd0', 'M700 340H1700V1200H700z')
  fill('#9a927f', 'M0 1800L700 1200H1700L2400 1800z')
  fill(['#5d7a8c', '#6d7f5a', '#8a6a5a'][n % 3], 'M980 620H1340V1200H980z')
  fill('#17557c', 'M1440 560h190v130h-190z')
  Object.assign(pen, { fillStyle: '#ffffff', font: 'bold 96px sans-serif' })
  pen.fillText(`${n}`, 1508, 660)
  if (!isDone) {
    line('#b53d2b', 22, 'M1250 1120C1420 900 1560 880 1640 780')
    for (const x of [520, 900]) line('#262a26', 26, `M${x} 1420a150 150 0 1 0 300 0a150 150 0 1 0-300 0M${x + 480} 1420a150 150 0 1 0 300 0a150 150 0 1 0-300 0M${x + 150} 1420l190-290h240l50 290M${x + 340} 1130l130 290M${x + 540} 1130l-60-120h120M${x + 280} 1060h130`)
  }
  return canvas.toDataURL('image/jpeg', 0.8).split(',')[1]
}

/** Locator by data-testid. */
export const at = (page, id) => page.locator(`[data-testid="${id}"]`)
