// The workflow files of the product, as the tests read them: as much TOML as the files use. What it does not understand is an error, never a guess.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Workflow } from '../../../generated/commands'
import { complete } from './model'

const FOLDER = fileURLToPath(new URL('../../../../../../shared-model/workflows', import.meta.url))
type Table = { [key: string]: unknown }

/** Every workflow of the product, by the name of its file. */
export function workflowFiles(): [string, Workflow][] {
  return readdirSync(FOLDER).filter((f) => f.endsWith('.toml')).sort().map((f) => [f, complete(read(readFileSync(join(FOLDER, f), 'utf8')) as unknown as Workflow)])
}

export function read(text: string): Table {
  const root: Table = {}
  let into = root
  let at = 0
  const fail = (): never => {
    throw new Error(`not understood: ${text.slice(at, at + 60)}`)
  }
  const blank = (): void => {
    for (;;) {
      const found = /^(?:\s+|#[^\n]*)/.exec(text.slice(at))
      if (!found) return
      at += found[0].length
    }
  }
  const take = (pattern: RegExp): RegExpExecArray | null => {
    const found = pattern.exec(text.slice(at))
    if (found) at += found[0].length
    return found
  }
  function value(): unknown {
    blank()
    let found
    if ((found = take(/^"""\n?([\s\S]*?)"""/))) return found[1]!.replace(/\\\n\s*/g, '').replace(/\\"/g, '"')
    if ((found = take(/^"((?:[^"\\]|\\.)*)"/))) return JSON.parse(`"${found[1]}"`)
    if ((found = take(/^(?:true|false)\b/))) return found[0] === 'true'
    if ((found = take(/^\d+/))) return Number(found[0])
    if (take(/^\[/)) {
      const list: unknown[] = []
      for (;;) {
        blank()
        if (take(/^\]/)) return list
        list.push(value())
        blank()
        if (!take(/^,/) && text[at] !== ']') fail()
      }
    }
    if (take(/^\{/)) {
      const table: Table = {}
      for (;;) {
        blank()
        if (take(/^\}/)) return table
        pair(table)
        blank()
        if (!take(/^,/) && text[at] !== '}') fail()
      }
    }
    return fail()
  }
  function pair(table: Table): void {
    const key = take(/^([A-Za-z0-9_]+)\s*=/)
    if (!key) fail()
    table[key![1]!] = value()
  }
  for (;;) {
    blank()
    if (at >= text.length) return root
    const head = take(/^\[\[([a-z_.]+)\]\]/) ?? take(/^\[([a-z_.]+)\]/)
    if (!head) {
      pair(into)
      continue
    }
    const path = head[1]!.split('.')
    let table = root
    for (const key of path.slice(0, -1)) table = (Array.isArray(table[key]) ? (table[key] as Table[]).at(-1) : (table[key] ??= {})) as Table
    const last = path.at(-1)!
    into = {}
    if (head[0].startsWith('[[')) ((table[last] ??= []) as Table[]).push(into)
    else table[last] = into
  }
}
