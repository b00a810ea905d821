// Rules of the look that a person would otherwise have to remember: colours only as tokens, no raw HTML from values, no inline style, no outside address,
// and type sizes in px only inside our own components.
import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const src = fileURLToPath(new URL('../src', import.meta.url))
const files = readdirSync(src, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && /\.(vue|ts|css)$/.test(entry.name)).map((entry) => join(entry.parentPath, entry.name))
const RULES = [
  { what: 'a colour that is not a token', test: /#[0-9a-f]{3}(?:[0-9a-f]{3})?(?:[0-9a-f]{2})?\b(?=[\s;,)'"])/i, in: (name) => name.endsWith('.vue') || (name.endsWith('.css') && !name.endsWith('tokens.css')) },
  { what: 'raw HTML', test: /\bv-html\b|\.innerHTML\b/, in: (name) => !name.endsWith('.test.ts') },
  { what: 'an inline style', test: /<[^>]*\sstyle="/, in: (name) => name.endsWith('.vue') },
  { what: 'an outside address', test: /(?:https?|wss?):\/\/(?!www\.w3\.org\/)/, in: (name) => !name.endsWith('.test.ts') },
  { what: 'a type size in px', test: /font-size:\s*[\d.]+px/, in: (name) => name.endsWith('.vue') && !name.startsWith('ui/') && !name.startsWith('demo/') },
]
let wrong = 0
for (const file of files) {
  const name = relative(src, file)
  readFileSync(file, 'utf8').split('\n').forEach((line, index) => {
    for (const rule of RULES) {
      if (!rule.in(name) || !rule.test.test(line)) continue
      wrong += 1
      console.error(`${name}:${index + 1}: ${rule.what}: ${line.trim().slice(0, 120)}`)
    }
  })
}
console.log(`lint: ${files.length} files, ${wrong} wrong`)
process.exit(wrong ? 1 : 0)
