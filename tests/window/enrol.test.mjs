// A worker's own path through the real window: words of an invite, six digits, the first sync, a visit, a kill, the keypad. The server, the office's
// device and the roster are real; what the window shows is compared with what the office then holds.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { Window, freePort, start, until } from './driver.mjs'

const PROGRAM = resolve(process.env.GRIDWALK_PROGRAM ?? 'target/debug/gridwalk')
const HEADLESS = join(dirname(PROGRAM), 'gridwalk-headless')
const SERVER = join(dirname(PROGRAM), 'sync-server')
const ROSTER = resolve('tests/data/一网格居民台账.xlsx')
const HOUSEHOLDS = 459
const COMMUNITY = '610104001901'
const GRID = '6101040019011001'
const PIN = '135790'
const UNITS = `code,parent,kind,name
610104,,district,莲湖区
610104001,610104,street,青年路街道
${COMMUNITY},610104001,community,槐荫里社区
${GRID},${COMMUNITY},grid,第一网格
`
const run = promisify(execFile)

describe('a worker at the real window', () => {
  let folder, server, window, home
  const office = (...args) => run(HEADLESS, ['--home', join(folder, 'office'), ...args], { maxBuffer: 64 << 20 })
  const invite = async (role, unit, name) =>
    JSON.parse((await run(SERVER, ['invite', '--data', join(folder, 'server'), '--role', role, '--unit', unit, '--name', name, '--auto-confirm', '--json'])).stdout).invite
  const asked = async (name, args = {}) => {
    const answer = await window.invoke('call', { name, args })
    assert.equal(answer.refused, undefined, `${name}: ${JSON.stringify(answer.refused)}`)
    return answer.ok
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gridwalk-window-'))
    home = join(folder, 'worker')
    const units = join(folder, 'units.csv')
    await writeFile(units, UNITS)
    const listen = `127.0.0.1:${await freePort()}`
    await run(SERVER, ['init', '--data', join(folder, 'server'), '--units', units, '--url', `http://${listen}`])
    server = start(SERVER, ['serve', '--data', join(folder, 'server'), '--listen', listen])
    await until('the server', () => fetch(`http://${listen}/`))
    await office('enrol', await invite('office', COMMUNITY, '周敏'), '--pin', PIN)
    await office('sync')
    await office('import', ROSTER, '--grid', GRID, '--json')
    await office('sync')
    window = await Window.open(PROGRAM, home)
  })
  after(async () => {
    await window?.close()
    await server?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  test('words that are no invite are refused by the engine, in words', async () => {
    await window.run(`
      window.violations = []
      document.addEventListener('securitypolicyviolation', (event) => window.violations.push(event.effectiveDirective + ' ' + event.sourceFile + ' ' + event.sample))
      return true`)
    await window.type('[data-testid=invite-input]', 'gridwalk:1?nonsense')
    await window.type('[data-testid=pin-input]', PIN)
    await window.click('[data-testid=enrol-button]')
    await until('the reason', async () => (await window.run(`return document.querySelector('[data-testid=error], [aria-invalid=true]') !== null`)).ok)
    assert.equal((await asked('whoami')).enrolled, false)
  })

  test('an invite and six digits bring the whole grid', async () => {
    await window.clear('[data-testid=invite-input]')
    await window.type('[data-testid=invite-input]', await invite('worker', GRID, '安然'))
    await window.clear('[data-testid=pin-input]')
    await window.type('[data-testid=pin-input]', PIN)
    await window.click('[data-testid=enrol-button]')
    await window.find('[data-testid=today]')
    assert.equal((await asked('whoami')).name, '安然')
    await until('the whole grid', async () => (await asked('list_households', { limit: 1 })).total === HOUSEHOLDS)
    await until('agreement', async () => (await asked('sync_status')).agreed === true)
  })

  test('a visit clicked at a door reaches the office', async () => {
    // The next door stands open with its buttons.
    await window.find('[data-testid=met]')
    const plate = (await window.run(`return document.querySelector('[data-testid=met]').closest('[data-testid=door-row]').dataset.plate`)).ok
    await window.click('[data-testid=met]')
    await window.find('[data-testid=save-visit]')
    await window.clickUntilGone('[data-testid=save-visit]')
    await until('the visit in the store', async () => (await asked('list_households', { limit: 1000 })).items.some((one) => one.visited_at !== null))
    await asked('sync_now')
    assert.equal((await asked('sync_status')).pending, 0)
    await office('sync')
    const homes = JSON.parse((await office('call', 'list_households', '{"limit":1000}')).stdout).items
    assert.deepEqual(homes.filter((one) => one.visited_at !== null).map((one) => one.plate), [plate])
  })

  test('the app itself never ran against its own policy', async () => {
    for (const [path, page] of [['buildings', 'buildings'], ['cases', 'cases'], ['search', 'search-page'], ['holdings', 'holdings-page'], ['today', 'today']]) {
      await window.run('location.hash = args[0]; return true', `#/w/${path}`)
      await window.find(`[data-testid=${page}]`)
      if (process.env.GRIDWALK_PICTURES) await writeFile(join(process.env.GRIDWALK_PICTURES, `window-${path}.png`), Buffer.from(await window.picture(), 'base64'))
    }
    assert.deepEqual((await window.run('return window.violations')).ok, [])
  })

  test('a killed window opens locked, keeps no key in its folder, and six digits on the keypad open it', async () => {
    await window.close()
    await assert.rejects(access(join(home, 'unlocked')))
    window = await Window.open(PROGRAM, home)
    await window.find('[data-testid=lock-page]')
    assert.equal((await window.invoke('call', { name: 'list_households', args: {} })).refused?.code, 'locked')
    for (const digit of PIN) await window.clickText('.gw-keypad button', digit)
    await window.find('[data-testid=today]')
    assert.equal((await asked('list_households', { limit: 1 })).total, HOUSEHOLDS)
  })
})
