// What a report is called when nobody gave it a name. Pure.

/** Longest title; the rest of the first line stays in the description. */
const TITLE_CHARS = 40

/** The first line of what was said, or the matter's own name. */
export function titleOf(words: string, matterName: string): string {
  const first = words.trim().split(/[\n。！？]/)[0]!.trim()
  return first ? [...first].slice(0, TITLE_CHARS).join('') : matterName
}
