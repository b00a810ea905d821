// Looks at what was built: no outside address may be in it (only the names of W3C namespaces), nothing inline in HTML, and the code that a phone needs for
// its first screen stays small.
import { gzipSync } from 'node:zlib'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a phone loads before its first screen, compressed. */
const FIRST_SCREEN_MAX_BYTES = 200 * 1000
const dist = fileURLToPath(new URL('../dist', import.meta.url))
const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
const wrong = []

for (const file of files.filter((name) => /\.(js|css|html|svg)$/.test(name))) {
  const text = readFileSync(file, 'utf8')
  for (const found of text.matchAll(/(?:https?|wss?):\/\/[^\s"'`)\\]*/g)) {
    if (!/^http:\/\/www\.w3\.org\//.test(found[0])) wrong.push(`${file}: ${found[0]}`)
  }
  if (file.endsWith('.html') && /<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son\w+=/.test(text)) wrong.push(`${file}: inline script or style`)
}

// The app's entry, the worker's screens, which are loaded at once after the session is known, and all they import.
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'))
const seen = new Map()
function follow(key) {
  const chunk = manifest[key]
  if (!chunk || seen.has(key)) return
  seen.set(key, chunk.file)
  for (const next of chunk.imports ?? []) follow(next)
}
for (const key of ['index.html', 'src/worker/routes.ts']) {
  if (!manifest[key]) wrong.push(`no chunk for ${key}`)
  follow(key)
}
for (const key of seen.keys()) if (/^src\/(office|demo|map)\//.test(key)) wrong.push(`${key} is in the first screen of a phone`)
const bytes = [...seen.values()].reduce((sum, file) => sum + gzipSync(readFileSync(join(dist, file))).length, 0)
console.log(`first screen: ${seen.size} files, ${(bytes / 1000).toFixed(1)} kB compressed (limit ${FIRST_SCREEN_MAX_BYTES / 1000})`)
if (bytes > FIRST_SCREEN_MAX_BYTES) wrong.push(`first screen is ${bytes} bytes`)

for (const line of wrong) console.error(`wrong: ${line}`)
process.exit(wrong.length ? 1 : 0)
