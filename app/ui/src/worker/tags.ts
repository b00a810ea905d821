// Which tags are worth a line. A roster writes 一般户 on most doors; that is the absence of a tag, not one.

const NOT_TELLING = new Set(['一般户', '普通户', '自住', '自住户'])

/** The tags that say something about a household. */
export function tellingTags(tags: readonly string[]): string[] {
  return tags.filter((tag) => !NOT_TELLING.has(tag))
}
