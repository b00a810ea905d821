// The real window: the program as it ships, its pages under WebKitGTK with the shipped policy, real clicks, and the Rust engine behind it.
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Window, start, until } from './driver.mjs'

const PROGRAM = process.env.GRIDWALK_PROGRAM ?? 'target/debug/gridwalk'
const OUTSIDE = 'http://192.0.2.1/'

async function emptyHome(t) {
  const home = await mkdtemp(join(tmpdir(), 'gridwalk-window-'))
  t.after(() => rm(home, { recursive: true, force: true }))
  return home
}

describe('the window of a device that nobody has set up', () => {
  let window, home
  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'gridwalk-window-'))
    window = await Window.open(PROGRAM, home)
  })
  after(async () => {
    await window?.close()
    await rm(home, { recursive: true, force: true })
  })

  test('shows the first-run page from its own address', async () => {
    assert.match(await window.url(), /^(tauri|https?):\/\/(tauri\.)?localhost/)
    await window.find('[data-testid=first-run]')
  })

  test('the engine answers that nobody is enrolled', async () => {
    assert.equal((await window.invoke('call', { name: 'whoami', args: {} })).ok?.enrolled, false)
  })

  test('a command that does not exist is refused by name and code', async () => {
    assert.equal((await window.invoke('call', { name: 'frobnicate', args: {} })).refused?.code, 'unknown_command')
  })

  test('a page may call nothing but what the capability names', async () => {
    for (const command of ['plugin:window|close', 'plugin:webview|create_webview_window', 'plugin:event|emit', 'plugin:path|resolve_directory']) {
      const answer = await window.invoke(command)
      assert.match(String(answer.refused), /not allowed|not found/i, command)
    }
  })

  test('the policy of the pages lets nothing out and no foreign script in', async () => {
    const answer = await window.run(`
      const seen = []
      document.addEventListener('securitypolicyviolation', (event) => seen.push(event.effectiveDirective))
      await fetch(args[0]).then(() => seen.push('fetched'), () => {})
      const script = document.createElement('script')
      script.textContent = 'window.foreign = true'
      document.body.append(script)
      const image = new Image()
      image.src = args[0] + 'dot.png'
      await new Promise((done) => { image.onerror = done; image.onload = () => { seen.push('loaded'); done() } })
      return { seen, foreign: window.foreign === true }`, OUTSIDE)
    assert.equal(answer.ok?.foreign, false)
    assert.deepEqual(answer.ok.seen.map((directive) => directive.replace('-elem', '')).sort(), ['connect-src', 'img-src', 'script-src'])
  })

  test('a page cannot leave for another host or open a second window', async () => {
    const here = await window.url()
    await window.run('location.href = args[0]; return true', OUTSIDE)
    assert.equal((await window.run('return window.open(args[0]) === null', OUTSIDE)).ok, true)
    assert.equal(await window.url(), here)
  })
})

describe('a file that a page made, such as a filled table', () => {
  test('is saved in the person\'s own folder, and never over another file', async (t) => {
    const home = await emptyHome(t)
    const window = await Window.open(PROGRAM, join(home, 'store'), [], { HOME: home, XDG_CONFIG_HOME: home })
    t.after(() => window.close())
    for (const [text, name] of [['first', '高龄津贴.xlsx'], ['second', '高龄津贴 (1).xlsx']]) {
      await window.run(`
        const link = document.createElement('a')
        link.download = '高龄津贴.xlsx'
        link.href = URL.createObjectURL(new Blob([args[0]]))
        document.body.append(link)
        link.click()
        return true`, text)
      assert.equal(await until(name, () => readFile(join(home, name), 'utf8')), text)
    }
  })
})

describe('the window of the demo', () => {
  test('shows a page of this machine and gives neither it nor its frames a way to the engine of the app', async (t) => {
    const pages = { '/': '<h1 id="demo">three in frames</h1><iframe src="/phone"></iframe>', '/phone': '<script>parent.inFrame = "__TAURI_INTERNALS__" in window</script>' }
    const server = createServer((request, response) => response.setHeader('content-type', 'text/html').end(pages[request.url])).listen(0, '127.0.0.1')
    t.after(() => server.close())
    await once(server, 'listening')
    const window = await Window.open(PROGRAM, await emptyHome(t), ['--url', `http://127.0.0.1:${server.address().port}/`])
    t.after(() => window.close())
    assert.equal(await window.text('#demo'), 'three in frames')
    assert.match(String((await window.invoke('call', { name: 'whoami', args: {} })).refused), /not allowed/)
    assert.equal((await window.run('return window.inFrame')).ok, false)
  })

  test('is refused for a page of another machine', async (t) => {
    const program = start(PROGRAM, ['--url', OUTSIDE], { env: { ...process.env, GRIDWALK_HOME: await emptyHome(t) } })
    assert.equal(await program.ended, 2)
    assert.match(program.output(), /not on this machine/)
  })
})
