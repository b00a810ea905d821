/*
 * What two screens say of an erasure: 待我处理 and the page of erasures. What does not live here: fetching, deciding and drawing.
 */
import type { ErasureItem, ErasureMention } from '../../generated/commands'

/** What names an erasure in an address. It names nobody: an erasure has a moment and a kind. */
export const keyOf = (e: ErasureItem): string => `${e.at}-${e.kind.code}`

/** Where others wrote what may be the erased person, and nobody has decided. What was decided here and waits for the server is not among them. */
export const undecided = (e: ErasureItem): ErasureMention[] => e.mentions.filter((m) => !m.pending)
