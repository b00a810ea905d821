// A case for unit tests: everything that a list knows, with nothing in it.

import type { CaseItem } from '../generated/commands'

export const sampleCase = (id: string, more: Partial<CaseItem> = {}): CaseItem => ({
  id, title: id, matter: { code: '01001', label: '' }, category: '', state: { code: 'reported', label: '' }, is_closed: false, is_aside: false, household: null, building: null, place: null,
  opened_at: 1, due_at: null, due_basis: null, due: { state: 'none', date: null, days: 0, away_until: null }, by: '', mine: false, lead: null, class: 'open', pending: false, outcome: null, shared: [], by_share: false,
  workflow: { code: 'w', label: '' }, overlays: [], urgency: 3, level: { code: 'grid', label: '' }, follow_at: null, clashes: 0, number: null, assignee: null, lead_gap: false, ...more,
})
