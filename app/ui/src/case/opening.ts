// Which workflows fit a matter, and which matters fit a workflow, when a case is opened. Pure. Which one a matter takes when nothing is chosen the engine
// says (`MatterItem.workflow`).

import type { MatterItem, WorkflowItem } from '../generated/commands'

const covers = (item: WorkflowItem, matter: string): boolean => item.workflow.matters.some((one) => one === matter || (one.length === 2 && matter.startsWith(one)))

/** Offered, and this person may open a case in it. */
export function openable(items: readonly WorkflowItem[]): WorkflowItem[] {
  return items.filter((item) => item.current && item.may_open)
}

/** Those that take this matter, the one that is taken by itself first. */
export function fitting(items: readonly WorkflowItem[], matter: Pick<MatterItem, 'code' | 'workflow'>): WorkflowItem[] {
  const taken = (item: WorkflowItem) => item.workflow.name === matter.workflow?.code
  const may = openable(items)
  return [...may.filter(taken), ...may.filter((item) => !taken(item) && covers(item, matter.code))]
}

/** Those that are begun by themselves rather than from a matter: they bring their matter along, or take any. */
export function startable(items: readonly WorkflowItem[]): WorkflowItem[] {
  return openable(items).filter((item) => item.workflow.matter || !item.workflow.matters.length)
}

/** The matters that a workflow is for; all that the deployment takes where it names none. */
export function mattersOf(item: WorkflowItem | null, matters: readonly MatterItem[]): MatterItem[] {
  const taken = matters.filter((one) => !one.hidden)
  return !item || !item.workflow.matters.length ? taken : taken.filter((one) => covers(item, one.code) || one.code === item.workflow.matter)
}
