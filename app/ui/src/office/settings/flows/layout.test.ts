import { describe, expect, test } from 'vitest'
import type { Workflow } from '../../../generated/commands'
import { workflowFiles } from './files.testing'
import { broken, draw, next, spots, TYPE, widthOf, type Drawing, type Rect } from './layout'
import { add, clone } from './model'

const apart = (a: Rect, b: Rect) => a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y
const within = (a: Rect, b: Rect) => a.x >= b.x - 0.01 && a.y >= b.y - 0.01 && a.x + a.w <= b.x + b.w + 0.01 && a.y + a.h <= b.y + b.h + 0.01
const files = workflowFiles()
const words = (d: Drawing) => [...d.boxes.flatMap((b) => b.stays), ...d.pills.flatMap((p) => p.words), ...d.bands.flatMap((b) => b.words)]

/** Everything that has to hold for a drawing to be read. */
function legible(w: Workflow, lang: string): void {
  const d = draw(w, lang, lang === 'en' ? 'Any time until over' : '没办结时随时', lang === 'en' ? 'Steps that leave the state' : '不改状态的步骤')
  const boxes: [string, Rect][] = [...d.boxes.map((b): [string, Rect] => [`state ${b.name}`, b]), ...d.pills.map((p): [string, Rect] => [`${p.from} → ${p.to}`, p]), ...d.bands.map((b): [string, Rect] => [`band ${b.overlay}`, b])]
  for (const [i, [what, a]] of boxes.entries()) {
    for (const [other, b] of boxes.slice(i + 1)) expect(apart(a, b), `${what} lies over ${other}`).toBe(true)
    expect(within(a, { x: 0, y: 0, w: d.width, h: d.height }), `${what} is cut off`).toBe(true)
  }
  const texts = words(d)
  for (const [i, a] of texts.entries()) for (const b of texts.slice(i + 1)) expect(apart(a, b), `${a.step} is written over ${b.step}`).toBe(true)
  for (const p of d.pills) for (const word of p.words) expect(within(word, p), `${word.step} leaves its place`).toBe(true)
  for (const b of d.boxes) for (const word of b.stays) expect(within(word, b), `${word.step} leaves ${b.name}`).toBe(true)
  for (const b of d.bands) for (const word of [...b.words, b.title]) expect(within(word, b), `leaves its band ${b.overlay}`).toBe(true)
  // a line runs over no state that is not its own, and only over words that share its beginning or its end
  for (const p of d.pills) {
    for (const [i, [x, y]] of p.points.slice(1).entries()) {
      const [ax, ay] = p.points[i]!
      const line = { x: Math.min(ax, x) - 0.5, y: Math.min(ay, y) - 0.5, w: Math.abs(ax - x) + 1, h: Math.abs(ay - y) + 1 }
      for (const b of d.boxes) if (b.name !== p.from && b.name !== p.to) expect(apart(line, b), `${p.from} → ${p.to} runs over ${b.name}`).toBe(true)
      for (const other of d.pills) if (other.from !== p.from && other.to !== p.to) expect(apart(line, other), `${p.from} → ${p.to} runs over ${other.from} → ${other.to}`).toBe(true)
    }
  }
  // nothing is left out: every step is somewhere, every move between two states has its arrow
  expect(new Set(texts.map((t) => t.step))).toEqual(new Set(w.steps.map((t) => t.name)))
  for (const t of w.steps) for (const from of t.to ? t.from : []) expect(from === t.to || d.pills.some((p) => p.from === from && p.to === t.to && p.words.some((x) => x.step === t.name)), `${from} → ${t.to}`).toBe(true)
  expect(d.boxes.filter((b) => b.name).map((b) => b.name).sort()).toEqual(w.states.map((s) => s.name).sort())
}

test('there are workflows to draw', () => expect(files.length).toBeGreaterThan(0))

describe.each(files)('%s', (_, w) => {
  test.each(['zh-CN', 'en'])('is legible in %s', (lang) => legible(w, lang))

  test('has the first state first and what is over after what is open', () => {
    const d = draw(w, 'zh-CN', '随时', '不改状态')
    const drawn = d.boxes.filter((b) => b.name)
    expect(drawn[0]!.name).toBe(w.states[0]!.name)
    expect(drawn[0]!.mark).toBe('first')
    const firstOver = drawn.findIndex((b) => b.mark === 'closed' || b.mark === 'aside')
    expect(drawn.slice(firstOver).every((b) => b.mark === 'closed' || b.mark === 'aside')).toBe(true)
    for (const [i, b] of drawn.entries()) if (i > 0) expect(b.x + b.w / 2 > drawn[i - 1]!.x + drawn[i - 1]!.w / 2 && b.y >= drawn[i - 1]!.y + drawn[i - 1]!.h).toBe(true)
  })

  test('is reached by arrow keys from its first state, every part of it', () => {
    const all = spots(draw(w, 'zh-CN', '随时', '不改状态'))
    expect(all[0]!.row).toBe(Math.min(...all.map((one) => one.row)))
    const on = (key: string, from: (typeof all)[0]) => {
      const seen = [from]
      for (let to = next(all, from, key); to && seen.length <= all.length; to = next(all, to, key)) seen.push(to)
      return seen
    }
    expect(on('ArrowRight', all[0]!)).toEqual(all)
    expect(on('ArrowLeft', all.at(-1)!)).toEqual([...all].reverse())
    // down never goes up, and comes to an end
    const down = on('ArrowDown', all[0]!)
    expect(down.length).toBeGreaterThan(3)
    for (const [n, spot] of down.entries()) if (n) expect(spot.y + spot.h / 2).toBeGreaterThan(down[n - 1]!.y + down[n - 1]!.h / 2)
  })
})

test('a large one with long words in both languages is legible: sixteen states, sixty steps', () => {
  const w = clone(files.find(([name]) => name === 'hazard.toml')![1])
  for (let n = 0; n < 6; n += 1) {
    const name = add(w, 'states')
    Object.assign(w.states.find((s) => s.name === name)!, { zh: '等待上级部门书面答复意见', en: 'waiting for a superordinatedepartment to answer' })
  }
  const names = w.states.map((s) => s.name)
  for (let n = 0; n < 30; n += 1) {
    const name = add(w, 'steps')
    Object.assign(w.steps.find((t) => t.name === name)!, { zh: `请承办单位补充第${n}次书面材料后再审`, en: `ask once more, time ${n}, for the missing papers`, from: [names[n % 16]!, names[(n * 5 + 3) % 16]!], to: names[(n * 7 + 2) % 16]! })
  }
  Object.assign(w.steps.find((t) => t.name === 'void')!, { from: [] })
  for (const lang of ['zh-CN', 'en']) legible(w, lang)
  expect(draw(w, 'zh-CN', '没办结时随时', '不改状态').boxes[0]!.mark).toBe('any')
})

test('a step back is drawn below, a step on above; steps between the same two states share one arrow', () => {
  const w = files.find(([name]) => name === 'hazard.toml')![1]
  const d = draw(w, 'zh-CN', '随时', '不改状态')
  const of = (from: string, to: string) => d.pills.filter((p) => p.from === from && p.to === to)
  const reopened = of('closed', 'handling')
  expect(reopened).toHaveLength(1)
  expect(reopened[0]!.words.map((x) => x.step)).toEqual(['visit_badly', 'reopen'])
  expect(reopened[0]!.back).toBe(true)
  const closed = d.boxes.find((b) => b.name === 'closed')!
  const handling = d.boxes.find((b) => b.name === 'handling')!
  expect(reopened[0]!.y).toBeGreaterThan(handling.y + handling.h)
  expect(reopened[0]!.x + reopened[0]!.w).toBeLessThan(closed.x)
  expect(of('reported', 'judged')[0]!.back).toBe(false)
})

test('words are broken where they may be, and fit', () => {
  expect(broken('回访，不满意重办后再次回访', 13, 108).every((l) => widthOf(l, 13) <= 108)).toBe(true)
  expect(broken('Follow up: done again', 13, 108).join(' ')).toBe('Follow up: done again')
  expect(broken('https://a-very-long-word-that-nobody-breaks', 13, 108).every((l) => widthOf(l, 13) <= 108)).toBe(true)
  expect(broken('', TYPE.word)).toEqual(['—'])
  expect(broken('一二三四五六七八九', 13, 108).at(-1)!.length).toBe(2)
})
