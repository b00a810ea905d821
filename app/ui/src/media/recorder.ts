// A microphone in the hand: asked for when somebody presses, let go the moment they stop. MediaRecorder does the work; here are the level that is drawn, the
// length, the limit, and every way it can fail. A page that is left while it records keeps what was said.

import { onScopeDispose, ref } from 'vue'
import { AUDIO_MAX_MS, AUDIO_MIN_MS, AUDIO_WARN_MS, waveOf } from './wave'

export interface Recording {
  blob: Blob
  millis: number
  wave: string
}

/** `refused`: the person or the phone said no. `missing`: there is no microphone, or this window cannot use one. */
export type RecorderState = 'idle' | 'asking' | 'recording' | 'refused' | 'missing'

/** How often the level is looked at. */
const LEVEL_EVERY_MS = 60
/** Speech is clear at this rate; three minutes stay under a megabyte. */
const BITS_PER_SECOND = 32_000
const KINDS = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus']

export const canRecord = () => typeof navigator.mediaDevices?.getUserMedia === 'function' && typeof MediaRecorder === 'function'

export function useRecorder(done: (recording: Recording) => void) {
  const state = ref<RecorderState>(canRecord() ? 'idle' : 'missing')
  const millis = ref(0)
  /** 0 … 1, for the meter. */
  const level = ref(0)
  /** Why nothing came of the last one: too short, or the limit ended it. */
  const note = ref<'short' | 'full' | null>(null)
  let wanted = false
  let recorder: MediaRecorder | null = null
  let letGo: () => void = () => undefined

  async function start(): Promise<void> {
    if (wanted || recorder) return
    note.value = null
    if (!canRecord()) return void (state.value = 'missing')
    wanted = true
    state.value = 'asking'
    let stream: MediaStream
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } })
    } catch (raised) {
      wanted = false
      state.value = (raised as DOMException).name === 'NotAllowedError' ? 'refused' : 'missing'
      return
    }
    // The finger was lifted while the phone still asked.
    if (!wanted) {
      stream.getTracks().forEach((track) => track.stop())
      state.value = 'idle'
      return
    }
    record(stream)
  }

  function record(stream: MediaStream): void {
    const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind))
    const own = (recorder = new MediaRecorder(stream, { audioBitsPerSecond: BITS_PER_SECOND, ...(mimeType ? { mimeType } : {}) }))
    const chunks: Blob[] = []
    const peaks: number[] = []
    const began = performance.now()
    const sound = new AudioContext()
    const ear = sound.createAnalyser()
    ear.fftSize = 1024
    sound.createMediaStreamSource(stream).connect(ear)
    const samples = new Uint8Array(ear.fftSize)
    const timer = setInterval(() => {
      ear.getByteTimeDomainData(samples)
      level.value = Math.max(...samples.map((one) => Math.abs(one - 128))) / 128
      peaks.push(level.value)
      millis.value = performance.now() - began
      if (millis.value >= AUDIO_MAX_MS) {
        note.value = 'full'
        stop()
      }
    }, LEVEL_EVERY_MS)
    letGo = () => {
      clearInterval(timer)
      stream.getTracks().forEach((track) => track.stop())
      void sound.close().catch(() => undefined)
      level.value = 0
      letGo = () => undefined
    }
    own.ondataavailable = (event) => event.data.size && chunks.push(event.data)
    own.onstop = () => {
      const length = performance.now() - began
      letGo()
      recorder = null
      state.value = 'idle'
      millis.value = 0
      if (length < AUDIO_MIN_MS || !chunks.length) note.value = 'short'
      else done({ blob: new Blob(chunks, { type: own.mimeType.split(';')[0] || 'audio/webm' }), millis: Math.min(length, AUDIO_MAX_MS), wave: waveOf(peaks) })
    }
    own.start()
    millis.value = 0
    state.value = 'recording'
  }

  function stop(): void {
    wanted = false
    if (recorder?.state === 'recording') recorder.stop()
  }

  // Out of view, behind the lock, on another page: nobody is recorded who does not see it. What was said is kept.
  const hide = () => document.hidden && stop()
  document.addEventListener('visibilitychange', hide)
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', hide)
    stop()
  })
  return { state, millis, level, note, start, stop, warnsAt: AUDIO_WARN_MS, endsAt: AUDIO_MAX_MS }
}
