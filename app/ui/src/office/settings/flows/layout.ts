/*
 * How a workflow is drawn: states down a staircase in their order, a step right and down to a later state, left and up to an earlier one. Its words
 * stand where the row of the state it leaves meets the column of the one it enters, so no two ever share a place, however many there are.
 * Overlays, and steps that leave the state, are bands below.
 *
 * What lives here: places and sizes, from the workflow and estimated widths of its words. Pure. What does not: colours, the keyboard (FlowDiagram.vue).
 */
import type { Label, State, Transition, Workflow } from '../../../generated/commands'

export interface Rect { x: number; y: number; w: number; h: number }

export type Mark = 'first' | 'open' | 'closed' | 'aside' | 'any'

/** A state; `name` is empty for "whenever it is not over". */
export interface Box extends Rect { name: string; mark: Mark; lines: string[]; stays: Word[] }
/** One step at one place: words, one below the other. */
export interface Word extends Rect { step: string; lines: string[] }
/** Steps between the same two states. */
export interface Pill extends Rect { from: string; to: string; back: boolean; words: Word[]; path: string; head: string; points: [number, number][] }
/** What lies over the states, or leaves them. */
export interface Band extends Rect { overlay: string; title: Rect & { lines: string[] }; words: (Word & { role: 'begins' | 'ends' | 'stays' })[] }

export interface Drawing { width: number; height: number; boxes: Box[]; pills: Pill[]; bands: Band[] }

/** Type sizes of the drawing, px: they have to fit the estimate below, so they are not tokens. */
export const TYPE = { box: 14, boxLine: 20, word: 13, wordLine: 18 } as const
const PAD_X = 9
const PAD_Y = 4
const GAP_X = 16
const GAP_Y = 16
const EDGE = 14
/** Between two steps in one place, px: there is a line there. */
export const WORD_GAP = 5
const BOX_MIN = 76
/** A line of words is broken beyond this, px. */
const LINE_MAX = 108
const HEAD = 5
const BAND_GAP = 8
const BAND_TITLE = 112

/** Width of words in px, estimated from above: a Chinese character is as wide as the type is high. */
export function widthOf(text: string, size: number): number {
  let ems = 0
  for (const c of text) ems += c.codePointAt(0)! > 0x2e7f ? 1 : /[iljtf.,:;'|()! ]/.test(c) ? 0.36 : /[A-Zmw@%—]/.test(c) ? 0.86 : 0.6
  return ems * size
}

/** Breaks words into lines: at spaces, and within Chinese anywhere. What cannot be broken is broken all the same. */
export function broken(text: string, size: number, most = LINE_MAX): string[] {
  const bits = text.trim().match(/[\u2e80-\uffff]|[^\s\u2e80-\uffff]+|\s+/g) ?? []
  const lines: string[] = []
  let line = ''
  const put = (bit: string): void => {
    if (line && widthOf(line + bit, size) > most) {
      lines.push(line.trimEnd())
      line = ''
    }
    if (!line && !bit.trim()) return
    if (widthOf(bit, size) <= most) line += bit
    else for (const c of bit) {
      if (line && widthOf(line + c, size) > most) {
        lines.push(line)
        line = ''
      }
      line += c
    }
  }
  for (const bit of bits) put(bit)
  if (line.trim()) lines.push(line.trimEnd())
  // one character alone on the last line is hard to read: it takes one from the line before
  const [before, last] = lines.slice(-2)
  if (lines.length > 1 && last!.length === 1 && /^[\u2e80-\uffff]{3,}$/.test(before!)) lines.splice(-2, 2, before!.slice(0, -1), before!.slice(-1) + last!)
  return lines.length ? lines : ['—']
}

/** What is read: the English words where the page is English and there are some. */
export function nameOf(label: Pick<Label, 'zh' | 'en'>, lang: string): string {
  return (lang.startsWith('en') && label.en) || label.zh
}

/** States in the order in which they are drawn: the first, those that are open, closed, aside; within each as the workflow has them. */
export function ordered(workflow: Workflow): State[] {
  const rank = (s: State, i: number) => (i === 0 ? 0 : { open: 1, closed: 2, aside: 3 }[s.phase])
  return workflow.states.map((s, i) => ({ s, i, rank: rank(s, i) })).sort((a, b) => a.rank - b.rank || a.i - b.i).map((one) => one.s)
}

const sum = (all: number[]) => all.reduce((a, b) => a + b, 0)

/** A step's words, as large as they are; placed later. */
function wordOf(t: Transition, lang: string): Word {
  const lines = broken(nameOf(t, lang), TYPE.word)
  return { step: t.name, lines, x: 0, y: 0, w: Math.max(...lines.map((l) => widthOf(l, TYPE.word))), h: lines.length * TYPE.wordLine }
}

const tall = (words: Word[]) => sum(words.map((w) => w.h)) + Math.max(0, words.length - 1) * WORD_GAP

/** Sets words one below the other in a box of their own size, centred at a place. */
function stacked(words: Word[], x: number, y: number): Word[] {
  let top = y - tall(words) / 2
  return words.map((w) => {
    const placed = { ...w, x: x - w.w / 2, y: top }
    top += w.h + WORD_GAP
    return placed
  })
}

/** `any` and `stay`: what the page calls a step that starts whenever a case is not over, and steps that leave the state. */
export function draw(workflow: Workflow, lang: string, any: string, stay: string): Drawing {
  const steps = workflow.steps
  const known = new Set(workflow.states.map((s) => s.name))
  const moves = steps.filter((t) => t.to != null && known.has(t.to))
  const whenever = moves.filter((t) => t.from.length === 0)
  const states = ordered(workflow)
  const nodes: { name: string; mark: Mark; lines: string[]; stays: Word[] }[] = states.map((s, i) => ({
    name: s.name,
    mark: i === 0 && s.phase === 'open' ? 'first' : s.phase,
    lines: broken(nameOf(s, lang), TYPE.box),
    stays: moves.filter((t) => t.to === s.name && t.from.includes(s.name)).map((t) => wordOf(t, lang)),
  }))
  if (whenever.length) nodes.unshift({ name: '', mark: 'any', lines: broken(any, TYPE.box), stays: [] })
  const place = new Map(nodes.map((n, i) => [n.name, i]))

  const cells = new Map<string, { i: number; j: number; words: Word[] }>()
  for (const t of moves) {
    for (const from of t.from.length ? t.from : ['']) {
      const i = place.get(from)
      const j = place.get(t.to!)!
      if (i === undefined || i === j) continue
      const key = `${i} ${j}`
      if (!cells.has(key)) cells.set(key, { i, j, words: [] })
      const cell = cells.get(key)!
      if (!cell.words.some((w) => w.step === t.name)) cell.words.push(wordOf(t, lang))
    }
  }
  const all = [...cells.values()]
  const sizeOf = (words: Word[]) => ({ w: Math.max(...words.map((w) => w.w)) + 2 * PAD_X, h: tall(words) + 2 * PAD_Y })
  const boxSize = nodes.map((n) => ({
    // room for the mark that says first, closed or aside
    w: Math.max(BOX_MIN, ...n.lines.map((l) => widthOf(l, TYPE.box) + 2 * PAD_X + (n.mark === 'open' ? 0 : 22)), ...n.stays.map((w) => w.w + 2 * PAD_X + 18)),
    h: n.lines.length * TYPE.boxLine + 12 + (n.stays.length ? tall(n.stays) + 4 : 0),
  }))
  const colW = nodes.map((_, j) => Math.max(boxSize[j]!.w, ...all.filter((c) => c.j === j).map((c) => sizeOf(c.words).w)))
  const rowH = nodes.map((_, i) => Math.max(boxSize[i]!.h, ...all.filter((c) => c.i === i).map((c) => sizeOf(c.words).h)))
  const middle = (sizes: number[], gap: number) => sizes.map((s, k) => EDGE + sum(sizes.slice(0, k)) + k * gap + s / 2)
  const cx = middle(colW, GAP_X)
  const cy = middle(rowH, GAP_Y)

  const boxes: Box[] = nodes.map((n, i) => {
    const { w, h } = boxSize[i]!
    const y = cy[i]! - h / 2
    const staysH = tall(n.stays)
    return { ...n, x: cx[i]! - w / 2, y, w, h, stays: stacked(n.stays, cx[i]! + 6, y + h - 6 - staysH / 2) }
  })
  const pills: Pill[] = all.map(({ i, j, words }) => {
    const { w, h } = sizeOf(words)
    const [x, y] = [cx[j]!, cy[i]!]
    const [source, target] = [boxes[i]!, boxes[j]!]
    const back = j < i
    const start = back ? source.x : source.x + source.w
    const end = back ? target.y + target.h : target.y
    const tip = back ? end + 1 : end - 1
    const base = back ? tip + HEAD * 1.5 : tip - HEAD * 1.5
    return {
      from: nodes[i]!.name, to: nodes[j]!.name, back, x: x - w / 2, y: y - h / 2, w, h,
      words: stacked(words, x, y),
      points: [[start, y], [x, y], [x, end]],
      path: `M${start} ${y}H${x}V${base}`,
      head: `M${x} ${tip}L${x - HEAD} ${base}H${x + HEAD}Z`,
    }
  })

  const width = EDGE * 2 + sum(colW) + Math.max(0, nodes.length - 1) * GAP_X
  const bottom = EDGE + sum(rowH) + Math.max(0, nodes.length - 1) * GAP_Y + EDGE
  const wide = Math.max(width, 520)
  const bands = bandsOf(workflow, lang, wide, bottom, stay)
  const last = bands.at(-1)
  return { width: wide, height: last ? last.y + last.h + EDGE : bottom, boxes, pills, bands }
}

/** Overlays with the steps that begin and end them; then the steps that leave the state. Steps flow onto further lines. */
function bandsOf(workflow: Workflow, lang: string, width: number, top: number, stayTitle: string): Band[] {
  const moving = (t: Transition) => t.to != null && workflow.states.some((s) => s.name === t.to)
  const rows: { overlay: string; title: string; steps: { t: Transition; role: 'begins' | 'ends' | 'stays' }[] }[] = workflow.overlays.map((o) => ({
    overlay: o.name,
    title: nameOf(o, lang),
    steps: [...workflow.steps.filter((t) => t.begins === o.name).map((t) => ({ t, role: 'begins' as const })), ...workflow.steps.filter((t) => t.ends === o.name).map((t) => ({ t, role: 'ends' as const }))],
  }))
  const on = new Set(workflow.overlays.map((o) => o.name))
  const stays = workflow.steps.filter((t) => !moving(t) && !on.has(t.begins) && !on.has(t.ends))
  if (stays.length) rows.push({ overlay: '', title: stayTitle, steps: stays.map((t) => ({ t, role: 'stays' as const })) })
  let y = top
  return rows.map((row) => {
    const right = width - EDGE - 12
    const left = EDGE + 12 + BAND_TITLE
    let x = left
    let line = 0
    const words = row.steps.map(({ t, role }) => {
      const text = nameOf(t, lang)
      // a mark before it says whether it begins or ends
      const w = widthOf(text, TYPE.word) + (role === 'stays' ? 0 : 18)
      if (x + w > right && x > left) {
        line += 1
        x = left
      }
      const placed = { step: t.name, role, lines: [text], x, y: y + 8 + line * 24, w, h: TYPE.wordLine }
      x += w + 20
      return placed
    })
    const title = broken(row.title, TYPE.word, BAND_TITLE - 12)
    const h = 16 + Math.max(line * 24 + TYPE.wordLine, title.length * TYPE.wordLine)
    const band: Band = { overlay: row.overlay, x: EDGE, y, w: width - 2 * EDGE, h, title: { lines: title, x: EDGE + 12, y: y + 8, w: BAND_TITLE - 12, h: title.length * TYPE.wordLine }, words }
    y += h + BAND_GAP
    return band
  })
}

/** Something the hand can rest on; `row` is the height of the line of the drawing that it stands in. */
export interface Spot extends Rect { kind: 'state' | 'step' | 'overlay'; name: string; row: number; from?: string; to?: string; /** Overlay and part of it, where it stands in a band. */ band?: string }

/** Everything that can be chosen in a drawing, each with its place, as one reads: line by line from the left. */
export function spots(d: Drawing): Spot[] {
  const at = (r: Rect, within: Rect = r) => ({ x: r.x, y: r.y, w: r.w, h: r.h, row: Math.round(within.y + within.h / 2) })
  const all: Spot[] = [
    ...d.boxes.filter((b) => b.name).map((b) => ({ ...at(b), kind: 'state' as const, name: b.name })),
    ...d.boxes.flatMap((b) => b.stays.map((w) => ({ ...at(w, b), kind: 'step' as const, name: w.step, from: b.name, to: b.name }))),
    ...d.pills.flatMap((p) => p.words.map((w) => ({ ...at(w, p), kind: 'step' as const, name: w.step, from: p.from, to: p.to }))),
    ...d.bands.flatMap((b) => [...(b.overlay ? [{ ...at(b.title, { ...b.title, h: TYPE.wordLine }), kind: 'overlay' as const, name: b.overlay }] : []), ...b.words.map((w) => ({ ...at(w), kind: 'step' as const, name: w.step, band: `${b.overlay} ${w.role}` }))]),
  ]
  return all.sort((a, b) => a.row - b.row || a.x + a.w / 2 - (b.x + b.w / 2) || a.y - b.y)
}

/** Where an arrow key leads from a spot: along the line and on to the next one, so that everything is reached; up and down to what is nearest there. */
export function next(all: readonly Spot[], from: Spot, key: string): Spot | null {
  const i = all.indexOf(from)
  if (key === 'ArrowRight') return all[i + 1] ?? null
  if (key === 'ArrowLeft') return all[i - 1] ?? null
  if (key === 'Home') return all[0] ?? null
  if (key === 'End') return all.at(-1) ?? null
  const down = { ArrowDown: 1, ArrowUp: -1 }[key]
  if (!down) return null
  const mid = (s: Spot): [number, number] => [s.x + s.w / 2, s.y + s.h / 2]
  const [x, y] = mid(from)
  let best: { spot: Spot; cost: number } | null = null
  for (const spot of all) {
    const [sx, sy] = mid(spot)
    const ahead = (sy - y) * down
    const cost = ahead + 2.5 * Math.abs(sx - x)
    if (ahead > 1 && (!best || cost < best.cost)) best = { spot, cost }
  }
  return best?.spot ?? null
}
