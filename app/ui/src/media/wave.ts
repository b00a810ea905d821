// How loud a recording is over its length, as a line of digits: one `0`–`9` a bar. Drawn while it is spoken and kept with it, so that a list shows a
// recording without opening it. Pure.

/** Bars of a kept recording; the engine takes at most 64. */
export const WAVE_BARS = 40
/** Longest recording. */
export const AUDIO_MAX_MS = 3 * 60_000
/** From here on what is left is counted. */
export const AUDIO_WARN_MS = AUDIO_MAX_MS - 15_000
/** Shorter than this is a slip of the finger. */
export const AUDIO_MIN_MS = 700

/** Peaks (0 … 1) folded into bars: the loudest of each part, against the loudest of all, so that a soft voice is drawn too. */
export function waveOf(peaks: readonly number[], bars = WAVE_BARS): string {
  if (!peaks.length) return ''
  const n = Math.min(bars, peaks.length)
  const most = Math.max(...peaks, 0.05)
  return Array.from({ length: n }, (_, bar) => {
    const part = peaks.slice(Math.floor((bar * peaks.length) / n), Math.max(Math.floor(((bar + 1) * peaks.length) / n), Math.floor((bar * peaks.length) / n) + 1))
    return String(Math.round((Math.max(...part) / most) * 9))
  }).join('')
}

/** Heights of the bars, 0 … 1; a flat line where nothing is known. */
export function barsOf(wave: string | null | undefined): number[] {
  const digits = [...(wave ?? '')].filter((one) => /\d/.test(one)).map(Number)
  return (digits.length ? digits : Array.from({ length: 24 }, () => 1)).map((digit) => 0.12 + (digit / 9) * 0.88)
}

/** `0:24`. */
export function lengthOf(millis: number | null | undefined): string {
  const s = Math.max(0, Math.round((millis ?? 0) / 1000))
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`
}

/** How much of it the other side has, in whole percent; never 100 before it is all there. */
export function percentOf(sent: number, bytes: number): number {
  return bytes > 0 ? Math.min(99, Math.floor((sent / bytes) * 100)) : 0
}
