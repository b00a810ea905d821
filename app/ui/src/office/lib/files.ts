/*
 * Files in and out of the page: a chosen workbook as base64 for a command, and a reply's base64 as a download.
 *
 * What lives here: the two conversions and the limit on size. What does not: reading a workbook; the engine does that, here its bytes only pass through.
 */

/** Largest workbook that is sent to the engine from a page. */
export const FILE_MAX_BYTES = 20 * 1024 * 1024

/** What the engine can read as a roster. */
export const ROSTER_TYPES = '.xlsx,.xls,.csv'
/** What it can fill. */
export const TABLE_TYPES = '.xlsx'

const CHUNK = 0x8000

/** Bytes as base64, in chunks: one call with a whole workbook would overflow the stack. */
export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += CHUNK) text += String.fromCharCode(...bytes.subarray(i, i + CHUNK))
  return btoa(text)
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const raw = atob(text)
  const bytes = new Uint8Array(raw.length)
  for (let i = 0; i < raw.length; i += 1) bytes[i] = raw.charCodeAt(i)
  return bytes
}

/** A chosen file as base64. */
export async function readBase64(file: File): Promise<string> {
  return toBase64(new Uint8Array(await file.arrayBuffer()))
}

/** Text onto the clipboard; a page from another machine of the house has no clipboard of its own and copies from a field. */
export async function toClipboard(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'gw-aloud'
  document.body.append(area)
  area.select()
  const isDone = document.execCommand('copy')
  area.remove()
  if (!isDone) throw new Error('clipboard')
}

/** Hands bytes to the person as a file. */
export function saveFile(name: string, data: Uint8Array<ArrayBuffer>, type: string): void {
  const url = URL.createObjectURL(new Blob([data], { type }))
  const a = document.createElement('a')
  a.href = url
  a.download = name
  a.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

export const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** Column letters of a sheet, A, B … Z, AA. */
export function columnName(index: number): string {
  let n = index
  let name = ''
  do {
    name = String.fromCharCode(65 + (n % 26)) + name
    n = Math.floor(n / 26) - 1
  } while (n >= 0)
  return name
}
