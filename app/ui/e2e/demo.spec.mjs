// The demo path in real Chromium: three rosters imported live, seven steps told by the page's own button, and what each device then shows.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { BIN, browser, DATA, looksAccessible, soon, start, UI } from './office.world.mjs'

const READY_MS = 60_000

let demo
let chrome
let page

before(async () => {
  demo = await start('gridwalk-headless', ['demo', '--port', '0', '--no-window', '--ui', UI, '--rosters', DATA, '--bin-dir', BIN])
  chrome = await browser()
  page = await chrome.page()
})
after(async () => {
  await chrome?.close()
  await demo?.stop()
})

const state = async () => (await fetch(new URL('demo/state', demo.address))).json()
const frame = (who) => page.frameLocator(`iframe[src="d/${who}/"]`)

async function tell(n) {
  await soon(async () => assert.equal((await state()).story.step, n))
  await page.locator('[data-testid="do-step"]').click()
  await soon(async () => assert.equal((await state()).story.step, n + 1), { within: 40_000 })
}

test('while the rosters come in the page says which, and then shows three devices', async () => {
  await page.goto(demo.address)
  await page.locator('[role="progressbar"], [data-testid="do-step"]').first().waitFor()
  await page.locator('[data-testid="do-step"]').waitFor({ timeout: READY_MS })
  await frame('worker').locator('[data-testid="truth-line"]').first().waitFor()
  await frame('office').locator('[data-testid="truth-line"]').waitFor()
  assert.equal(await page.locator('iframe').count(), 3)
  await looksAccessible(page, 'demo')
})

test('step 1 tells what the import found', async () => {
  await tell(1)
  await soon(async () => assert.match(await page.locator('.story').innerText(), /459 户 1,223 人；5 个身份证有误，原文保留/))
})

test('step 2: what was written offline is there after the phone was killed and reopened', async () => {
  await tell(2)
  const { devices } = await state()
  assert.equal(devices.worker.offline, true)
  assert.ok(devices.worker.pending >= 6)
  assert.equal(await page.locator('[data-testid="switch-worker"]').getAttribute('aria-checked'), 'false')
  assert.equal(await page.locator('[data-testid="sync-worker"]').isDisabled(), true)
})

test('steps 3 and 4: two numbers with their authors, one decision, both agree', async () => {
  await tell(3)
  const found = (await state()).story.results.differ
  assert.deepEqual(found.values, ['13900004127', '13900004172'])
  const seen = frame('office').locator('article', { hasText: '有 2 个值' }).waitFor({ timeout: 30_000 })
  await tell(4)
  await seen
  await soon(async () => assert.match(await page.locator('.story').innerText(), /定为 4127，两边一致/))
  await soon(async () => {
    assert.match(await frame('office').locator('[data-testid="household-file"]').innerText(), /139 0000 4127/)
    assert.match(await frame('worker').locator('body').innerText(), /139 0000 4127/)
  })
  const { devices } = await state()
  assert.equal(devices.worker.agreed && devices.office.agreed, true)
})

test('step 5: the blank table stands filled on the office page', async () => {
  await tell(5)
  const rows = (await state()).story.results.fill.rows
  assert.ok(rows > 0)
  await frame('office').locator('[data-testid="fill-preview"] tbody tr').first().waitFor()
  await soon(async () => assert.match(await frame('office').locator('[data-testid="fill-rows"]').innerText(), new RegExp(rows.toLocaleString('en-US'))))
})

test("step 6: the building head's phone holds doors and no phone number, and says what came of the report", async () => {
  await tell(6)
  await soon(async () => assert.match(await frame('head').locator('body').innerText(), /办好了/))
  assert.doesNotMatch(await frame('head').locator('body').innerText(), /1\d{2} ?\d{4} ?\d{4}/)
})

test('step 7 ends the story with what is recorded', async () => {
  await tell(7)
  await soon(async () => assert.match(await page.locator('.story').innerText(), /只记：谁写的、查身份证的理由、同步时间/))
})

test('the switch of one device changes that device only, and back', async () => {
  await page.locator('[data-testid="switch-head"]').click()
  await soon(async () => {
    const { devices } = await state()
    assert.deepEqual(['worker', 'head', 'office'].map((who) => devices[who].offline), [false, true, false])
  })
  await page.locator('[data-testid="switch-head"]').click()
  await soon(async () => assert.equal((await state()).devices.head.offline, false))
})

test('the page speaks English and dark too, and takes the frames along', async () => {
  await page.getByRole('button', { name: /切换到英文/ }).click()
  await soon(async () => assert.match(await page.locator('.story').innerText(), /No attendance, tracks or rankings/))
  await soon(async () => assert.match(await frame('office').locator('nav').first().innerText(), /Ledgers/))
  await page.getByRole('button', { name: 'Dark' }).click()
  await soon(async () => assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark'))
  await looksAccessible(page, 'demo, dark, English')
})

test('from the start again: asked twice, imported anew, the story at its beginning', async () => {
  await page.getByRole('button', { name: 'Start over' }).click()
  assert.equal((await state()).story.step, 8, 'one click does nothing yet')
  await page.getByRole('button', { name: 'Click again to start over' }).click()
  await page.locator('[role="progressbar"]').waitFor()
  await page.locator('[data-testid="do-step"]').waitFor({ timeout: READY_MS })
  assert.equal((await state()).story.step, 1)
  await frame('office').locator('[data-testid="truth-line"]').waitFor()
})

test('nothing broke in any page, and nothing was fetched from outside', () => {
  assert.deepEqual(chrome.errors, [])
})
