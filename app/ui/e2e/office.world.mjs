// A world for the office's tests: the real server, real devices with their own homes, the real UI in real Chromium. Nothing is a stand-in.
// What lives here: starting and ending it, a page, and the accessibility check. What does not: claims.
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import { settled } from './settled.mjs'

const here = dirname(fileURLToPath(import.meta.url))
export const ROOT = resolve(here, '../../..')
export const BIN = resolve(process.env.GRIDWALK_BIN ?? join(ROOT, 'target/debug'))
export const UI = resolve(process.env.GRIDWALK_UI ?? join(ROOT, 'app/ui/dist'))
export const DATA = join(ROOT, 'tests/data')
export const COMMUNITY = '610104001901'
export const GRID = '6101040019011001'
export const PIN = '135790'
const START_MS = 20_000
const AXE = readFileSync(resolve(here, '../node_modules/axe-core/axe.min.js'), 'utf8')
const run = promisify(execFile)

/** Starts a program and waits until what it prints holds an address. */
export async function start(program, args, { wait = /http:\/\/[^\s]+/ } = {}) {
  const child = spawn(join(BIN, program), args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  const found = await new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`${program} printed no address: ${text}`)), START_MS)
    const take = (chunk) => {
      text += chunk
      const hit = wait.exec(text)
      if (!hit) return
      clearTimeout(timer)
      done(hit[0])
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.on('exit', (code) => fail(new Error(`${program} ended with ${code}: ${text}`)))
  })
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((done) => child.once('exit', done))
    child.kill('SIGTERM')
    await ended
  }
  return { address: found, stop }
}

async function freePort() {
  const server = createServer()
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address()
  await new Promise((done) => server.close(done))
  return port
}

/** One installed app with its own home folder. */
export class Device {
  constructor(world, name) {
    this.world = world
    this.home = join(world.folder, name)
  }
  async cli(...args) {
    const { stdout } = await run(join(BIN, 'gridwalk-headless'), ['--home', this.home, ...args], { maxBuffer: 64e6 })
    return stdout
  }
  async call(name, args = {}) {
    return JSON.parse(await this.cli('call', name, JSON.stringify(args)))
  }
  async enrol(invite) {
    return JSON.parse(await this.cli('enrol', invite, '--pin', PIN))
  }
  async sync() {
    return JSON.parse(await this.cli('sync', '--json'))
  }
}

/** A server with a community of two grids, the office served in a page, and as many other devices as are asked for. `roster` is in the first grid. */
export async function officeWorld({ roster } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'gridwalk-office-'))
  const world = { folder, stops: [] }
  const data = join(folder, 'server')
  const units = join(folder, 'units.csv')
  writeFileSync(units, `code,parent,kind,name\n610104,,district,莲湖区\n610104001,610104,street,青年路街道\n${COMMUNITY},610104001,community,示例社区\n${GRID},${COMMUNITY},grid,第一网格\n6101040019011002,${COMMUNITY},grid,第二网格\n`)
  const port = await freePort()
  await run(join(BIN, 'sync-server'), ['init', '--data', data, '--units', units, '--url', `http://127.0.0.1:${port}`])
  let server = null
  world.serverUp = async () => { server = await start('sync-server', ['serve', '--data', data, '--listen', `127.0.0.1:${port}`]) }
  /** No network: the server is gone until `serverUp`. */
  world.serverDown = () => server.stop()
  await world.serverUp()
  world.stops.push(() => server.stop())
  world.invite = async (role, unit, name, auto = true) => {
    const { stdout } = await run(join(BIN, 'sync-server'), ['invite', '--data', data, '--role', role, '--unit', unit, '--name', name, ...(auto ? ['--auto-confirm'] : []), '--json'])
    return JSON.parse(stdout).invite
  }
  world.device = async (name, role, unit, person) => {
    const device = new Device(world, name)
    await device.enrol(await world.invite(role, unit, person))
    return device
  }
  /** The address of a device's own interface. */
  world.serve = async (device) => {
    const served = await start('gridwalk-headless', ['--home', device.home, 'serve', '--ui', UI])
    world.stops.push(served.stop)
    return served.address
  }
  const office = await world.device('office', 'office', COMMUNITY, '周敏')
  if (roster) {
    await office.sync()
    await office.cli('import', join(DATA, roster), '--grid', GRID, '--json')
  }
  world.url = await world.serve(office)
  /** A command of the served office, as its page would call it. */
  world.office = async (name, args = {}) => {
    const reply = await fetch(new URL(`api/${name}`, world.url), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(args) })
    const body = await reply.json()
    assert.ok(reply.ok, `${name}: ${JSON.stringify(body)}`)
    return body
  }
  world.stop = async () => {
    for (const stop of world.stops.reverse()) await stop()
    rmSync(folder, { recursive: true, force: true })
  }
  await world.office('sync_now')
  return world
}

/** Chromium; `page` gives a page that fails the test on an error in the page. */
export async function browser() {
  const chrome = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] })
  const errors = []
  return {
    errors,
    close: () => chrome.close(),
    page: async (options = {}) => {
      const context = await chrome.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true, locale: 'zh-CN', ...options })
      const page = await context.newPage()
      page.on('pageerror', (e) => errors.push(e.message))
      page.on('request', (r) => { if (!/^(http:\/\/127\.0\.0\.1|blob:|data:)/.test(r.url())) errors.push(`outside address ${r.url()}`) })
      page.setDefaultTimeout(20_000)
      return page
    },
  }
}

/** Asserts that axe finds nothing on this page (its frames are pages of their own). */
export async function looksAccessible(page, what) {
  await settled(page)
  await page.evaluate(AXE)
  const found = await page.evaluate(() => globalThis.axe.run(document, { iframes: false, runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
  const told = found.violations.map((v) => `${v.id} (${v.impact}): ${v.nodes.slice(0, 3).map((n) => `${n.target.join(' ')} — ${n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? ''}`).join('; ')}`)
  assert.deepEqual(told, [], `${what}: axe`)
}

/** Waits until `claim` holds; the last failure is the reason. */
export async function soon(claim, { within = 15_000, every = 100 } = {}) {
  const until = Date.now() + within
  for (;;) {
    try {
      return await claim()
    } catch (e) {
      if (Date.now() > until) throw e
      await new Promise((done) => setTimeout(done, every))
    }
  }
}

/** So many open items, quickly: a roster, and a second one in which every telephone and workplace differs. */
export async function manyHeld(world, items) {
  const doors = Math.ceil(items / 2)
  const of = (phone, work) => `楼号,单元,房号,姓名,联系电话,工作单位\n${Array.from({ length: doors }, (_, n) => `${Math.floor(n / 100) + 10},1,${Math.floor((n % 100) / 4) + 1}0${(n % 4) + 1},居民${n},${phone}${String(n).padStart(8, '0')},${work}\n`).join('')}`
  for (const [name, text] of [['一月.csv', of('137', '甲厂')], ['二月.csv', of('138', '乙厂')]]) await world.office('import_roster', { name, data: Buffer.from(text).toString('base64'), grid: GRID })
}
