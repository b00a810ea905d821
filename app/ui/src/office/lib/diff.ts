/*
 * Which characters of two or more values differ.
 *
 * What lives here: the comparison behind the fork, as pure text. What does not: how it is drawn (parts/ForkValue.vue).
 * A phone number that two people wrote differs in two digits, and the eye should fall on those two; so values of one length are compared
 * place by place, values of different length by what they share at both ends, and the reading that marks fewer characters wins.
 */

/** A run of characters, all of which differ from another value or none of which does. */
export interface Segment {
  text: string
  differs: boolean
}

/** True for every character of `a` that differs from `b`. */
function mask(a: string[], b: string[]): boolean[] {
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1
  const ends = a.map((_, i) => i >= head && i < a.length - tail)
  if (a.length !== b.length) return ends
  const places = a.map((c, i) => c !== b[i])
  const count = (m: boolean[]) => m.filter(Boolean).length
  return count(places) <= count(ends) ? places : ends
}

/** Runs of equal marks, joined. */
function runs(chars: string[], marks: boolean[]): Segment[] {
  const out: Segment[] = []
  chars.forEach((text, i) => {
    const differs = marks[i] ?? false
    const last = out[out.length - 1]
    if (last && last.differs === differs) last.text += text
    else out.push({ text, differs })
  })
  return out
}

/** Every value as segments; a character is marked when it differs from any of the other values. Against an empty value nothing is marked: there is nothing to compare by eye. */
export function diffSegments(values: string[]): Segment[][] {
  const split = values.map((v) => Array.from(v))
  return split.map((chars, i) => {
    const marks = chars.map(() => false)
    split.forEach((other, j) => {
      if (i === j || values[i] === values[j] || other.length === 0) return
      mask(chars, other).forEach((differs, k) => {
        if (differs) marks[k] = true
      })
    })
    return runs(chars, marks)
  })
}

const MOBILE = /^1\d{10}$/

/** A mobile number in groups of 3-4-4 without losing the marks; anything else as it stands. */
export function groupSegments(segments: Segment[]): Segment[] {
  const whole = segments.map((s) => s.text).join('')
  if (!MOBILE.test(whole)) return segments
  let at = 0
  return segments.map((s) => {
    let text = ''
    for (const c of s.text) {
      if (at === 3 || at === 7) text += ' '
      text += c
      at += 1
    }
    return { text, differs: s.differs }
  })
}

/** What a button calls a value: the last four digits of a phone number, otherwise the text, cut at `max` characters. */
export function shortName(text: string, max = 12): string {
  if (MOBILE.test(text)) return text.slice(7)
  const chars = Array.from(text)
  return chars.length <= max ? text : `${chars.slice(0, max - 1).join('')}…`
}
