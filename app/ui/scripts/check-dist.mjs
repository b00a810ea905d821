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

const manifest = readFileSync(join(dist, 'index.html'), 'utf8')
const seen = new Set()
function follow(name) {
  if (seen.has(name)) return
  seen.add(name)
  const text = readFileSync(join(dist, 'assets', name), 'utf8')
  for (const found of text.matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)) follow(found[1])
}
for (const found of manifest.matchAll(/assets\/([\w.-]+\.js)/g)) follow(found[1])
// The worker's screens are loaded at once after the session is known; they count.
for (const name of readdirSync(join(dist, 'assets'))) if (/^(worker|TodayPage)/.test(name) && name.endsWith('.js')) follow(name)
const bytes = [...seen].reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, 'assets', name))).length, 0)
console.log(`first screen: ${seen.size} files, ${(bytes / 1000).toFixed(1)} kB compressed (limit ${FIRST_SCREEN_MAX_BYTES / 1000})`)
if (bytes > FIRST_SCREEN_MAX_BYTES) wrong.push(`first screen is ${bytes} bytes`)

for (const line of wrong) console.error(`wrong: ${line}`)
process.exit(wrong.length ? 1 : 0)
