/*
 * Steps that do not fit, beside what stands.
 *
 * What lives here: which step an unseen clash is shown beside. What does not: which steps clash; the engine's fold has said so.
 */
import type { StepView } from '../../generated/commands'

/** The step by which somebody says that the clashes were looked at: the same name in every workflow. */
export const REVIEWED = 'reviewed'

export interface Pair {
  clash: StepView
  /** The step that counted in its stead: the last one before it in the order of the fold; none where it clashes with the opening itself. */
  stands: StepView | null
}

/** Every clash nobody has looked at, each beside the last step before it that counts. */
export function besideWhich(steps: readonly StepView[]): Pair[] {
  return steps.flatMap((clash, at) => (clash.unseen ? [{ clash, stands: steps.slice(0, at).findLast((one) => !one.clashes) ?? null }] : []))
}
