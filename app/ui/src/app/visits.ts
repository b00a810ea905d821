// Saving a visit, with its way back. Used by the card on 今天 and by the sheet.

import { useI18n } from 'vue-i18n'
import { toast } from '../ui/toasts'
import type { AddVisitArgs } from '../generated/commands'
import { call } from './api'
import { useErrorText } from './errors'

type VisitInput = Omit<AddVisitArgs, 'at' | 'facts'> & Partial<Pick<AddVisitArgs, 'at' | 'facts'>>

export function useVisits() {
  const { t } = useI18n()
  const say = useErrorText()

  /** Writes the visit; the toast appears only after it is on disk. */
  async function addVisit(input: VisitInput, plate: string): Promise<string> {
    const { id } = await call('add_visit', { at: Date.now(), facts: {}, ...input })
    toast(t('worker.visit.saved', { plate }), { undo: () => undoVisit(id) })
    return id
  }

  async function undoVisit(id: string): Promise<void> {
    try {
      await call('undo_visit', { id })
      toast(t('worker.visit.undone'))
    } catch (raised) {
      toast(say(raised))
    }
  }

  return { addVisit, undoVisit }
}
