/** What of a list was neither looked at nor told before. */
export function untold(items: readonly { id: string; seen: boolean }[], told: ReadonlySet<string>): string[] {
  return items.filter((item) => !item.seen && !told.has(item.id)).map((item) => item.id)
}
