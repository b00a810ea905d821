// Every browser test, one file after the other. A file that failed is run once more by itself: a machine that stalls for seconds is no defect of the
// product, and a second failure is one. Both runs are printed, and the end names the files that needed their second run: each is a defect of its own,
// of the test or of the product, to be mended. More than two of them fail the suite as they are.
//
//   node e2e/all.mjs [FILE…]
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const MOST_UNSTEADY = 2
const LIMIT_MS = 1_200_000

/** Runs one file and prints what it prints, but for its totals, which are counted. */
async function run(file) {
  const child = spawn(process.execPath, ['--test', '--test-reporter=tap', `--test-timeout=${LIMIT_MS}`, file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const totals = { pass: 0, fail: 0 }
  let rest = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop()
    for (const line of lines) {
      const total = /^# (tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) ([\d.]+)$/.exec(line)
      if (!total) console.log(line)
      else if (total[1] === 'pass') totals.pass = Number(total[2])
      else if (total[1] === 'fail' || total[1] === 'cancelled') totals.fail += Number(total[2])
    }
  })
  const code = await new Promise((done) => child.once('close', done))
  return { ...totals, ok: code === 0 && totals.fail === 0 && totals.pass > 0 }
}

const files = process.argv.slice(2).length ? process.argv.slice(2) : readdirSync(here).filter((name) => name.endsWith('.spec.mjs')).sort().map((name) => join(here, name))
const unsteady = []
let passed = 0
let failed = 0
for (const file of files) {
  console.log(`# ${file}`)
  let got = await run(file)
  if (!got.ok && unsteady.length < MOST_UNSTEADY) {
    console.log(`# ${file}: ${got.fail} failed; once more`)
    unsteady.push(file)
    got = await run(file)
  }
  passed += got.pass
  failed += got.ok ? 0 : Math.max(got.fail, 1)
}
for (const file of unsteady) console.log(`# needed a second run: ${file}`)
console.log(`# pass ${passed}\n# fail ${failed}`)
process.exit(failed > 0 ? 1 : 0)
