// A server command from a form: sent, and what came of it said. Refused stays on the form; waiting for the server is said as what it is.
import { ref, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { ServerAnswer } from '../../generated/commands'
import { toast } from '../../ui'

export function useAsk(): { busy: Ref<boolean>; problem: Ref<string>; ask: (send: () => Promise<ServerAnswer>) => Promise<boolean> } {
  const { t } = useI18n()
  const busy = ref(false)
  const problem = ref('')
  async function ask(send: () => Promise<ServerAnswer>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    problem.value = ''
    try {
      const answer = await send()
      if (answer.refused.length) problem.value = t('charge.refused', { n: answer.refused.length, why: answer.refused[0]!.why })
      else toast(t(answer.waiting ? 'charge.waiting' : 'charge.done'))
      return !answer.refused.length
    } catch (e) {
      problem.value = (e as Error).message
      return false
    } finally {
      busy.value = false
    }
  }
  return { busy, problem, ask }
}
