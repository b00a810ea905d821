// What a worker waits for on a phone with five years in it: from opening the page to a usable 今天, from the tap on 保存 to 已存. `npm run pace`; prints
// medians of several rounds, on this machine as it is and with its processor slowed to a quarter. No test: machines differ.
import { at, GRID, World } from './world.mjs'

const YEARS = 5
const VISITS_A_DOOR = 3
const CASES = 100
const ROUNDS = 5
const SLOW = 4

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]
const ms = (value) => `${Math.round(value)} ms`.padStart(9)

async function fiveYears(worker) {
  const doors = (await worker.call('list_households', { limit: 1000 })).items
  const day = 86_400_000
  for (let year = YEARS; year > 0; year--) {
    for (let round = 0; round < VISITS_A_DOOR; round++) for (const [n, door] of doors.entries()) await worker.call('add_visit', { household: door.id, outcome: n % 7 ? 'met' : 'absent', note: '家里都好，问了用药和煤气', at: Date.now() - year * 365 * day + round * 120 * day + n * 60_000 })
    for (let n = 0; n < CASES; n++) {
      const { id } = await worker.call('add_case', { matter: '01016', title: '路灯不亮', household: doors[(year * CASES + n) % doors.length].id, ...(n % 10 ? { on_the_spot: '换好了' } : {}) })
      await worker.call('add_step', { case: id, transition: 'comment', note: '看过，约了师傅' })
    }
  }
  return doors.length
}

const world = await World.begin()
try {
  const worker = await world.device('worker', 'worker', GRID, '王秀梅')
  await worker.sync()
  const doors = await fiveYears(worker)
  await worker.sync()
  const status = await worker.call('sync_status')
  console.log(`${doors} doors, ${YEARS * VISITS_A_DOOR * doors} visits, ${YEARS * CASES} cases; ${status.records} records, ${(status.bytes / 1e6).toFixed(1)} MB`)
  await world.serverDown()
  for (const rate of [1, SLOW]) {
    const opens = []
    const saves = []
    for (let round = 0; round < ROUNDS; round++) {
      // The program has just been started: nothing of the store is in its memory.
      await worker.off()
      await worker.serve()
      const page = await world.phone(worker)
      await at(page, 'today').waitFor()
      await page.context().newCDPSession(page).then((session) => session.send('Emulation.setCPUThrottlingRate', { rate }))
      await worker.off()
      await worker.serve()
      const began = Date.now()
      await page.goto(worker.url)
      await at(page, 'door-row').first().waitFor()
      opens.push(Date.now() - began)
      await at(page, 'met').tap()
      await at(page, 'person-choice').first().waitFor()
      saves.push(await page.evaluate(async () => {
        const tapped = performance.now()
        document.querySelector('[data-testid="save-visit"]').click()
        while (!document.querySelector('[data-testid="toast"]')) await new Promise(requestAnimationFrame)
        return performance.now() - tapped
      }))
      await page.context().close()
    }
    console.log(`${ms(median(opens))}  from a program just started to a usable 今天${rate > 1 ? `, the page's processor slowed ${rate} times` : ''} (wanted < 1000 ms)`)
    console.log(`${ms(median(saves))}  from the tap to 已存${rate > 1 ? `, the page's processor slowed ${rate} times` : ''} (wanted < 100 ms)`)
  }
} finally {
  await world.end()
}
