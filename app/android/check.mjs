// Looks at an Android project, or at our overlay of one: which permissions it asks for, that nothing of it is copied off the phone, that no picture of its
// window is taken, that clear text stays on the phone. `node app/android/check.mjs FOLDER` prints what is wrong and ends with 1 if anything is.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** All that is asked of a phone; why stands in the manifest. */
export const PERMISSIONS = ['INTERNET', 'CAMERA', 'RECORD_AUDIO', 'MODIFY_AUDIO_SETTINGS', 'ACCESS_COARSE_LOCATION', 'ACCESS_FINE_LOCATION']
/** Where the page's own addresses are; Tauri answers them inside the app. */
const LOOPBACK = ['127.0.0.1', 'localhost', 'tauri.localhost', 'ipc.localhost']
const MAIN = 'app/src/main'

const withoutComments = (xml) => xml.replace(/<!--[\s\S]*?-->/g, '')
const same = (a, b) => JSON.stringify([...a].sort()) === JSON.stringify([...b].sort())

/** What is wrong with the project in `folder`, in words. `isWhole`: it is a project, not the overlay alone. */
export function problems(folder, { isWhole = existsSync(join(folder, 'build.gradle.kts')) } = {}) {
  const wrong = []
  const must = (is, words) => is || wrong.push(words)
  const read = (path) => {
    const file = join(folder, path)
    if (existsSync(file)) return readFileSync(file, 'utf8')
    wrong.push(`no ${path}`)
    return ''
  }

  const manifest = withoutComments(read(`${MAIN}/AndroidManifest.xml`))
  const named = [...manifest.matchAll(/<uses-permission[^>]*android:name="android\.permission\.([A-Z_]+)"[^>]*>/g)]
  const asked = named.filter((one) => !one[0].includes('tools:node="remove"')).map((one) => one[1])
  must(same(asked, PERMISSIONS), `permissions: ${asked.join(' ')}`)
  must([...manifest.matchAll(/<uses-permission/g)].length === named.length, 'a permission that is not one of Android')
  for (const removed of ['ACCESS_BACKGROUND_LOCATION', 'READ_PHONE_STATE', 'READ_EXTERNAL_STORAGE', 'WRITE_EXTERNAL_STORAGE']) must(named.some((one) => one[1] === removed && one[0].includes('tools:node="remove"')), `${removed} could be merged in`)
  for (const [key, value] of [['allowBackup', 'false'], ['fullBackupContent', 'false'], ['usesCleartextTraffic', 'false'], ['dataExtractionRules', '@xml/data_extraction_rules'], ['networkSecurityConfig', '@xml/network_security_config']]) {
    must(manifest.includes(`android:${key}="${value}"`), `android:${key} is not ${value}`)
    must(new RegExp(`tools:replace="[^"]*android:${key}[",]`).test(manifest), `android:${key} could be merged away`)
  }
  must(!/LEANBACK|leanback/.test(manifest), 'a launcher for televisions')
  must(!/android:debuggable/.test(manifest), 'debuggable is for the build to say')
  const exported = [...manifest.matchAll(/<(activity|service|receiver|provider)\b[^>]*android:exported="true"/g)]
  must(exported.length === 1 && exported[0][1] === 'activity', 'more is exported than the one window')
  for (const action of ['IMAGE_CAPTURE', 'TTS_SERVICE', 'intent.action.DIAL']) must(manifest.includes(action), `the app would not see ${action}`)

  const network = withoutComments(read(`${MAIN}/res/xml/network_security_config.xml`))
  must(/<base-config cleartextTrafficPermitted="false">/.test(network), 'clear text is permitted')
  const clear = [...network.matchAll(/<domain-config cleartextTrafficPermitted="true">([\s\S]*?)<\/domain-config>/g)].flatMap((one) => [...one[1].matchAll(/<domain includeSubdomains="(\w+)">([^<]+)</g)].map((domain) => (domain[1] === 'false' ? domain[2] : `*.${domain[2]}`)))
  must(same(clear, LOOPBACK), `clear text to ${clear.join(' ')}`)
  must(!/src="user"|debug-overrides/.test(network), 'certificates that somebody installed are trusted')

  const rules = withoutComments(read(`${MAIN}/res/xml/data_extraction_rules.xml`))
  for (const part of ['cloud-backup', 'device-transfer']) {
    const body = new RegExp(`<${part}>([\\s\\S]*?)</${part}>`).exec(rules)?.[1] ?? ''
    must(same([...body.matchAll(/<exclude domain="(\w+)" path="\."/g)].map((one) => one[1]), ['root', 'file', 'database', 'sharedpref', 'external']), `${part} copies something`)
  }
  must(!/<include\b/.test(rules), 'something is included in a copy')
  const paths = withoutComments(read(`${MAIN}/res/xml/file_paths.xml`))
  must(!/<(external-path|root-path|files-path|cache-path)\b/.test(paths), 'more than the folder of the camera is handed out')

  const activity = read(`${MAIN}/java/org/gridwalk/client/MainActivity.kt`).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
  const secure = activity.indexOf('window.setFlags(WindowManager.LayoutParams.FLAG_SECURE, WindowManager.LayoutParams.FLAG_SECURE)')
  must(secure > 0 && secure < activity.indexOf('super.onCreate'), 'FLAG_SECURE is not set before the window is made')
  const plugin = read(`${MAIN}/java/org/gridwalk/client/PhonePlugin.kt`)
  must(plugin.includes('!voice.isNetworkConnectionRequired'), 'a voice may need the network')
  const commands = [...plugin.matchAll(/@Command\s+fun (\w+)/g)].map((one) => one[1])
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const allowed = JSON.parse(readFileSync(join(root, 'app/capabilities/phone.json'), 'utf8'))
  must(same(commands.map((one) => `phone:allow-${one}`), allowed.permissions) && same(allowed.platforms, ['android']), 'the capability does not name the commands of the plugin, on Android alone')

  if (isWhole) {
    const kotlin = readdirSync(join(folder, 'buildSrc'), { recursive: true }).find((name) => String(name).endsWith('BuildTask.kt'))
    const task = kotlin ? read(join('buildSrc', String(kotlin))) : ''
    must(task.includes('"""cargo"""') && task.includes('listOf("tauri", "android", "android-studio-script")'), 'BuildTask.kt does not call cargo tauri')
    const gradle = read('app/build.gradle.kts')
    must(gradle.includes('applicationId = "org.gridwalk.client"'), 'another application id')
    must(/minSdk = (2[4-9]|[3-9]\d)/.test(gradle), 'an Android older than 7')
  }
  return wrong
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? 'gen/android'
  const wrong = problems(folder)
  for (const line of wrong) console.error(`wrong: ${line}`)
  console.log(`${folder}: ${wrong.length ? `${wrong.length} wrong` : 'as it should be'}`)
  process.exit(wrong.length ? 1 : 0)
}
