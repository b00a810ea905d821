// Photos and recordings in the hand, at 360 px on the real engine: a hazard with two photos written without a network and seen at the office in the evening;
// a recording by Chromium's fake microphone, heard before it is saved; a microphone that is refused stops nothing; a building head says it and hears of it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { at, GRID, until, World } from './world.mjs'

let world, worker, head, page, building, home, photos
const PREFS = { lang: 'zh-CN', theme: 'light', elder: false }

before(async () => {
  world = await World.begin()
  building = (await world.office.call('list_units')).items.find((unit) => unit.number === '3')
  worker = await world.device('worker', 'worker', GRID, '王秀梅')
  head = await world.device('head', 'building_head', building.id, '刘玉芬')
  await worker.sync()
  await head.sync()
  home = (await worker.call('list_households', { unit: building.id, limit: 40 })).items.find((item) => item.head_name)
  page = await world.phone(worker, { prefs: PREFS, hash: '/w/today' })
  photos = [await world.photo(1), await world.photo(2), await world.photo(3), await world.photo(3, true)]
})
after(() => world?.end())

/** As long as the finger stays: the fake microphone hums meanwhile. */
const speak = (on, ms = 1_300) => on.waitForTimeout(ms)

async function report(on) {
  await on.goto(`${worker.url}#/w/report?building=${building.id}`)
  await on.reload()
  await at(on, 'camera-input').setInputFiles(photos[0])
  await at(on, 'staged-photo').first().waitFor()
}

let hazard
test('a hazard with two photos is written without a network; what was taken survives the page', async () => {
  await world.serverDown()
  await report(page)
  await at(page, 'album-input').setInputFiles(photos[1])
  await until(async () => (await at(page, 'staged-photo').count()) === 2, 'two photos')
  await until(async () => JSON.parse((await worker.call('list_drafts')).items[0]?.body ?? '{}').media?.length === 2, 'the draft is on disk')
  await page.reload()
  await until(async () => (await at(page, 'staged-photo').count()) === 2, 'they are there again')
  await at(page, 'matter-search').fill('电动')
  await at(page, 'matter-01002').tap()
  await at(page, 'report-words').fill('一楼有两辆电动车拉线充电')
  await at(page, 'send-report').tap()
  await at(page, 'case-page').waitFor()
  hazard = (await worker.call('list_cases', {})).items.find((one) => one.title === '一楼有两辆电动车拉线充电')
  const { items } = await worker.call('list_attachments', { of: hazard.id })
  assert.deepEqual(items.map((one) => [one.media, one.stage?.code, one.state]), [['photo', 'found', 'queued'], ['photo', 'found', 'queued']])
  assert.ok(items.every((one) => one.width <= 1600 && one.height <= 1600), 'made smaller on the device')
  await until(async () => (await page.locator('[data-testid="photo"][data-state="queued"] img').count()) === 2, 'both pictures are drawn')
})

test('a photo is looked at over the whole screen, and back closes it', async () => {
  await at(page, 'photo').first().tap()
  await at(page, 'viewer-picture').waitFor()
  assert.match(await at(page, 'viewer-state').innerText(), /有信号就送/)
  const box = await at(page, 'viewer-picture').boundingBox()
  assert.ok(box.width >= 340 && box.height > 200, `${box.width} × ${box.height}`)
  await at(page, 'write-words').tap()
  await at(page, 'photo-words').fill('靠门那两辆')
  await at(page, 'save-words').tap()
  await at(page, 'viewer-words').waitFor()
  assert.equal(await at(page, 'viewer-words').innerText(), '靠门那两辆')
  await page.goBack()
  await until(async () => (await at(page, 'viewer').count()) === 0, 'it is closed')
  await at(page, 'case-page').waitFor()
})

test('同步与存储 has every photo with its state, and the truth line says how many wait', async () => {
  await page.goto(`${worker.url}#/w/sync`)
  await until(async () => (await at(page, 'queued-media').count()) === 2, 'two wait')
  assert.match(await at(page, 'sync-truth').innerText(), /2 张照片排队/)
  await at(page, 'queued-media').first().tap()
  await at(page, 'case-page').waitFor()
})

test('a recording is held, heard again, and saved with the visit; a slip of the finger is nothing', async () => {
  await page.goto(`${worker.url}#/w/household/${home.id}`)
  await at(page, 'visit').tap()
  const hold = async () => {
    await at(page, 'record').hover()
    await page.mouse.down()
    await at(page, 'record').and(page.locator('[aria-pressed="true"]')).waitFor()
    await speak(page)
    await page.mouse.up()
    await at(page, 'audio').waitFor()
  }
  await hold()
  await at(page, 'play').tap()
  await until(() => page.locator('[data-testid="audio"][data-on]').count(), 'it is heard')
  // one is set aside, another is kept
  await at(page, 'discard').tap()
  assert.equal(await at(page, 'audio').count(), 0)
  await hold()
  await at(page, 'save-visit').tap()
  await until(async () => (await at(page, 'visit-sheet').count()) === 0, 'saved')
  const visit = (await worker.call('get_household', { id: home.id })).visits[0]
  const [sound] = (await worker.call('list_attachments', { of: visit.id })).items
  assert.equal(sound.media, 'audio')
  assert.ok(sound.millis >= 1_000 && sound.millis < 10_000, `${sound.millis} ms`)
  assert.match(sound.wave, /^\d{5,64}$/)
  await at(page, 'tab-visits').tap()
  await at(page, 'audio').first().waitFor()
})

test('where the microphone is refused the page says so, and the visit is saved without', async () => {
  const deaf = await world.phone(worker, { prefs: PREFS, hash: `/w/household/${home.id}`, deaf: true })
  await at(deaf, 'visit').tap()
  await at(deaf, 'record').tap()
  await at(deaf, 'no-mic').waitFor()
  await at(deaf, 'visit-note').fill('没录音，写一句')
  await at(deaf, 'save-visit').tap()
  await until(async () => (await worker.call('get_household', { id: home.id })).visits.some((one) => one.note === '没录音，写一句'), 'saved')
  assert.deepEqual(deaf.problems, [])
  await deaf.context().close()
})

test('the evening: all of it goes up, the office sees the photos', async () => {
  await world.serverUp()
  await until(async () => {
    await worker.sync().catch(() => undefined)
    return (await worker.call('list_media')).queued === 0
  }, 'everything is there', 60_000)
  await world.office.sync()
  const { items } = await world.office.call('list_attachments', { of: hazard.id })
  assert.deepEqual(items.map((one) => one.state), ['remote', 'remote'])
  const desk = await world.phone(world.office, { prefs: PREFS, hash: `/o/dispatch/${hazard.id}`, width: 1440, height: 900, scale: 1, touch: false })
  await at(desk, 'photo').first().click()
  await at(desk, 'fetch').click()
  await at(desk, 'viewer-picture').waitFor()
  await until(() => at(desk, 'viewer-picture').evaluate((node) => node.naturalWidth > 600), 'the large one')
  assert.deepEqual(desk.problems, [])
  await desk.context().close()
})

let said
test('a building head says it, hears it again, adds a photo, and it is with the office', async () => {
  const phone = await world.phone(head, { hash: '/h' })
  await at(phone, 'head-report').tap()
  await at(phone, 'record').tap()
  await speak(phone)
  await at(phone, 'record').tap()
  await at(phone, 'audio').waitFor()
  await at(phone, 'play').tap()
  await until(() => phone.locator('[data-testid="audio"][data-on]').count(), 'it is heard')
  await at(phone, 'camera-input').setInputFiles(photos[2])
  await at(phone, 'staged-photo').waitFor()
  await at(phone, 'head-send').tap()
  await at(phone, 'head-sent').waitFor()
  await until(async () => {
    await head.sync().catch(() => undefined)
    return (await head.call('list_media')).queued === 0
  }, 'it went up', 60_000)
  await world.office.sync()
  said = (await world.office.call('list_cases', {})).items.find((one) => one.by === '刘玉芬')
  assert.match(said.title, /说的一件事/)
  const kinds = (await world.office.call('list_attachments', { of: said.id })).items.map((one) => one.media).sort()
  assert.deepEqual(kinds, ['audio', 'photo'])
  assert.deepEqual(phone.problems, [])
  await phone.context().close()
})

test('what came of it is one sentence with the photo that the office put to it', async () => {
  const step = async (code, note, more = {}) => {
    const { next } = await world.office.call('get_case', { id: said.id })
    const found = next.find((one) => one.transition.code === code)
    if (found) await world.office.call('add_step', { case: said.id, transition: code, note, data: {}, ...(found.requires.includes('assignee') ? { assignee: '和顺物业' } : {}), ...more })
  }
  const { token } = await world.office.call('stage_media', { media: 'photo', data: photos[3].buffer.toString('base64') })
  await step('dispatch', '请去看看')
  await step('handle', '换好了', { attachments: [{ token, stage: 'after' }] })
  await step('close', '物业换好了灯')
  await until(async () => {
    await world.office.sync().catch(() => undefined)
    await head.sync().catch(() => undefined)
    return (await world.office.call('list_media')).queued === 0 && (await head.call('list_attachments', { of: said.id })).items.some((one) => one.stage?.code === 'after')
  }, 'the photo is known', 60_000)
  const phone = await world.phone(head, { hash: '/h/cases' })
  await at(phone, 'head-sentence').waitFor()
  assert.match((await at(phone, 'head-sentence').innerText()).replace(/\s/g, ''), /您.*说的.*物业换好了灯/)
  await until(async () => (await phone.locator('[data-testid="head-outcome"] [data-photo] img').count()) === 2, 'before and after')
  assert.deepEqual(phone.problems, [])
  await phone.context().close()
})

test('a building head without a microphone reports with a picture of the matter', async () => {
  const phone = await world.phone(head, { hash: '/h/report', deaf: true })
  await at(phone, 'record').tap()
  await at(phone, 'no-mic').waitFor()
  await at(phone, 'head-matter-03016').tap()
  await at(phone, 'head-send').tap()
  await at(phone, 'head-sent').waitFor()
  assert.deepEqual(phone.problems, [])
  await phone.context().close()
})

test('the page itself never failed', () => {
  assert.deepEqual(page.problems, [])
})
