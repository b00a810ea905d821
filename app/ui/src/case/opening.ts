// Which workflows fit a matter, and which matters fit a workflow, when a case is opened. Pure: the rule of the engine (`Library::for_matter`) said again,
// for the page only; what is sent without a workflow is decided by the engine.

import type { MatterItem, WorkflowItem } from '../generated/commands'

const names = (item: WorkflowItem, matter: string): boolean => item.workflow.matters.includes(matter)
const covers = (item: WorkflowItem, matter: string): boolean => item.workflow.matters.some((one) => one === matter || (one.length === 2 && matter.startsWith(one)))

/** Offered, and this person may open a case in it. */
export function openable(items: readonly WorkflowItem[]): WorkflowItem[] {
  return items.filter((item) => item.current && item.may_open)
}

/** Those that take this matter: first the one that the engine takes by itself, which names the matter most closely, of several the last in the list. */
export function fitting(items: readonly WorkflowItem[], matter: string): WorkflowItem[] {
  const fit = openable(items).filter((item) => covers(item, matter)).reverse()
  return [...fit.filter((item) => names(item, matter)), ...fit.filter((item) => !names(item, matter))]
}

/** Those that are begun by themselves rather than from a matter: they bring their matter along, or take any. */
export function startable(items: readonly WorkflowItem[]): WorkflowItem[] {
  return openable(items).filter((item) => item.workflow.matter || !item.workflow.matters.length)
}

/** The matters that a workflow is for; all of them where it names none. */
export function mattersOf(item: WorkflowItem | null, matters: readonly MatterItem[]): MatterItem[] {
  return !item || !item.workflow.matters.length ? [...matters] : matters.filter((one) => covers(item, one.code) || one.code === item.workflow.matter)
}
