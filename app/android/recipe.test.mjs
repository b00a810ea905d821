// The Android project: our overlay is what it should be, every rule of the check can fail, and where the Tauri CLI is at hand the recipe runs and what it
// writes passes. Nothing here builds an APK or runs on a phone.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { problems } from './check.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const overlay = join(root, 'app/android/overlay')
const MAIN = 'app/src/main'

test('the overlay asks for what it uses, keeps its data on the phone and its window out of pictures', () => {
  assert.deepEqual(problems(overlay), [])
})

test('each rule finds what it is there for', () => {
  const spoilt = [
    ['AndroidManifest.xml', 'android.permission.INTERNET" />', 'android.permission.INTERNET" /><uses-permission android:name="android.permission.READ_CONTACTS" />', /permissions: .*READ_CONTACTS/],
    ['AndroidManifest.xml', 'android.permission.ACCESS_BACKGROUND_LOCATION" tools:node="remove"', 'android.permission.ACCESS_BACKGROUND_LOCATION"', /ACCESS_BACKGROUND_LOCATION/],
    ['AndroidManifest.xml', 'android:allowBackup="false"', 'android:allowBackup="true"', /allowBackup/],
    ['AndroidManifest.xml', 'tools:replace="android:allowBackup,', 'tools:replace="', /allowBackup could be merged away/],
    ['AndroidManifest.xml', 'category.LAUNCHER" />', 'category.LAUNCHER" /><category android:name="android.intent.category.LEANBACK_LAUNCHER" />', /televisions/],
    ['AndroidManifest.xml', 'android:exported="false"', 'android:exported="true"', /exported/],
    ['res/xml/network_security_config.xml', '<domain includeSubdomains="false">127.0.0.1</domain>', '<domain includeSubdomains="false">example.org</domain>', /clear text to .*example\.org/],
    ['res/xml/network_security_config.xml', '<certificates src="system" />', '<certificates src="system" /><certificates src="user" />', /certificates/],
    ['res/xml/data_extraction_rules.xml', '<exclude domain="database" path="." />', '', /cloud-backup copies/],
    ['res/xml/file_paths.xml', '<external-files-path', '<external-path name="all" path="." /><external-files-path', /camera/],
    ['java/org/gridwalk/client/MainActivity.kt', 'window.setFlags', '// window.flags', /FLAG_SECURE/],
    ['java/org/gridwalk/client/PhonePlugin.kt', '!voice.isNetworkConnectionRequired && ', '', /network/],
    ['java/org/gridwalk/client/PhonePlugin.kt', '@Command\n  fun dial', 'fun dial', /capability/],
  ]
  for (const [file, from, to, found] of spoilt) {
    const copy = mkdtempSync(join(tmpdir(), 'gridwalk-overlay-'))
    try {
      cpSync(overlay, copy, { recursive: true })
      const path = join(copy, MAIN, file)
      const text = readFileSync(path, 'utf8')
      assert.ok(text.includes(from), `${file} holds ${from}`)
      writeFileSync(path, text.replace(from, to))
      assert.match(problems(copy).join('\n'), found, `${file}: ${to}`)
    } finally {
      rmSync(copy, { recursive: true })
    }
  }
})

test('the versions that have to agree do', () => {
  const recipe = readFileSync(join(root, 'scripts/android-init'), 'utf8')
  const workflow = readFileSync(join(root, '.github/workflows/android.yml'), 'utf8')
  for (const name of ['cli_version', 'ndk_version']) {
    const version = new RegExp(`^${name}=(\\S+)$`, 'm').exec(recipe)?.[1]
    assert.ok(version && workflow.includes(version), `${name} ${version} is in the workflow too`)
  }
  const tauri = /name = "tauri"\nversion = "([^"]+)"/.exec(readFileSync(join(root, 'Cargo.lock'), 'utf8'))?.[1]
  assert.equal(/^cli_version=(\S+)$/m.exec(recipe)[1], tauri, 'the CLI is of the version of the library')
  for (const use of workflow.matchAll(/uses: (\S+)/g)) assert.match(use[1], /@[0-9a-f]{40}$|@v\d+\.\d+\.\d+$/, `${use[1]} is pinned`)
})

const has = (command, args) => spawnSync(command, args, { cwd: root }).status === 0
const cli = process.env.TAURI_CLI || has('cargo', ['tauri', '--version'])
test('the recipe writes a project that passes, where the Tauri CLI is at hand', { skip: cli ? false : 'no Tauri CLI here' }, () => {
  const said = execFileSync(join(root, 'scripts/android-init'), ['--dry'], { cwd: root, encoding: 'utf8' })
  assert.match(said, /gen\/android: as it should be/)
  assert.deepEqual(problems(join(root, 'gen/android')), [])
})
