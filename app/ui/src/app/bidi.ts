// Signs that turn the direction of writing stay where somebody wrote them: what stands after a name is never turned round by it (UAX #9, 6.1). Elements
// do it by themselves (base.css); this is for texts that are put together.

/** Signs that turn what follows, and letters that are written from right to left. */
const TURNS = /[\u061c\u200f\u202a-\u202e\u2066-\u2069\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/
const OPENS = /[\u2066-\u2068]/
const CLOSE = '\u2069'

/** The text so that nothing beside it is turned: between two signs of its own, with nothing inside that could close or outlive them. */
export function contained(text: string): string {
  if (!TURNS.test(text)) return text
  let open = 0
  let kept = ''
  for (const sign of text) {
    if (OPENS.test(sign)) open += 1
    else if (sign === CLOSE && open === 0) continue
    else if (sign === CLOSE) open -= 1
    kept += sign
  }
  return `\u2068${kept}${CLOSE.repeat(open + 1)}`
}

/** Texts of people in one line. */
export function joined(texts: readonly (string | null | undefined)[], between: string): string {
  return texts.filter(Boolean).map((text) => contained(text!)).join(between)
}

/** The same for whatever is put into a sentence: `{ name, count }`, a list, a number. */
export function containedWithin(value: unknown): unknown {
  if (typeof value === 'string') return contained(value)
  if (Array.isArray(value)) return value.map(containedWithin)
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, containedWithin(one)]))
  return value
}
