// A command that a question sends: one at a time, what came back is said, what was refused stays in the question.

import { ref, type Ref } from 'vue'
import type { ApiError } from '../app/api'
import { toast } from '../ui'

/** `ask` sends and, when it went well, says `said` and answers true. */
export function useAsking(): { busy: Ref<boolean>; error: Ref<ApiError | null>; ask: (send: () => Promise<unknown>, said: string) => Promise<boolean> } {
  const busy = ref(false)
  const error = ref<ApiError | null>(null)
  async function ask(send: () => Promise<unknown>, said: string): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    error.value = null
    try {
      await send()
      toast(said)
      return true
    } catch (raised) {
      error.value = raised as ApiError
      return false
    } finally {
      busy.value = false
    }
  }
  return { busy, error, ask }
}
