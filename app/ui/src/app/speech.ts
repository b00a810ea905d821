// Reading aloud, where this device can do it without a network. On Android the shell's own small plugin over TextToSpeech speaks (a WebView has no
// voice); elsewhere `speechSynthesis` with a voice of the language that is on the device itself. A voice that lives in somebody's cloud is never used:
// what is read may be about a person. Where there is no voice, `useSpeech().available` stays false and a page shows no button.

import { onScopeDispose, readonly, ref, type DeepReadonly, type Ref } from 'vue'

export type SpokenLang = 'zh-CN' | 'en'

/** What can speak. Two of them: the browser's voice and the shell's plugin on Android. */
interface Voice {
  available(lang: SpokenLang): Promise<boolean>
  /** Settles when the text was read to its end or was stopped; rejects when the voice failed. */
  speak(text: string, lang: SpokenLang): Promise<void>
  stop(): void
}

/** A part is read at a time, so that stopping is heard at once and no engine meets its limit (Android: 4,000 characters). */
const PART_MAX_CHARS = 180
/** A browser lists its voices a moment after the page opened; one that has said nothing by then has none. */
const VOICES_WAIT_MS = 1_500

/** Words with a Chinese character are Chinese, whatever the language of the screens: what people wrote stays as they wrote it. */
export function spokenLang(text: string): SpokenLang {
  return /\p{Script=Han}/u.test(text) ? 'zh-CN' : 'en'
}

/** Cuts at the end of sentences, else at a comma, else where it must. */
export function spokenParts(text: string): string[] {
  const parts: string[] = []
  let rest = text.replace(/\s+/g, ' ').trim()
  while (rest.length > PART_MAX_CHARS) {
    const head = rest.slice(0, PART_MAX_CHARS)
    let cut = -1
    for (const stops of [/[。！？!?；;]|\.(?= )/g, /[，、,：:]/g, / /g]) {
      cut = [...head.matchAll(stops)].at(-1)?.index ?? -1
      if (cut >= 0) break
    }
    const end = cut >= 0 ? cut + 1 : PART_MAX_CHARS
    parts.push(rest.slice(0, end).trim())
    rest = rest.slice(end).trim()
  }
  if (rest) parts.push(rest)
  return parts
}

/** The voice of `lang` that is on the device. Cantonese is not taken for Mandarin. */
export function localVoice(voices: readonly SpeechSynthesisVoice[], lang: SpokenLang): SpeechSynthesisVoice | null {
  const fits = (voice: SpeechSynthesisVoice) => {
    const tag = voice.lang.replace('_', '-').toLowerCase()
    return lang === 'en' ? /^en\b/.test(tag) : /^(cmn\b|zh(-hans)?(-cn|-sg)?$)/.test(tag)
  }
  const fitting = voices.filter((voice) => voice.localService && fits(voice))
  return fitting.find((voice) => voice.default) ?? fitting[0] ?? null
}

const browserVoice: Voice = {
  async available(lang) {
    const synth = globalThis.speechSynthesis
    if (!synth) return false
    if (synth.getVoices().length === 0) {
      await new Promise<void>((done) => {
        const timer = setTimeout(done, VOICES_WAIT_MS)
        synth.addEventListener?.('voiceschanged', () => (clearTimeout(timer), done()), { once: true })
      })
    }
    return localVoice(synth.getVoices(), lang) !== null
  },
  speak(text, lang) {
    const synth = globalThis.speechSynthesis
    const voice = synth ? localVoice(synth.getVoices(), lang) : null
    if (!voice) return Promise.reject(new Error('no voice'))
    return new Promise((done, failed) => {
      const spoken = new SpeechSynthesisUtterance(text)
      spoken.voice = voice
      spoken.lang = voice.lang
      spoken.onend = () => done()
      spoken.onerror = (event) => (event.error === 'canceled' || event.error === 'interrupted' ? done() : failed(new Error(event.error)))
      synth.speak(spoken)
    })
  },
  stop: () => globalThis.speechSynthesis?.cancel(),
}

const shellVoice: Voice = {
  async available(lang) {
    const { invoke } = await import('@tauri-apps/api/core')
    return (await invoke<{ available: boolean }>('plugin:phone|available', { lang })).available
  },
  async speak(text, lang) {
    const { invoke } = await import('@tauri-apps/api/core')
    await invoke('plugin:phone|speak', { text, lang })
  },
  stop() {
    void import('@tauri-apps/api/core').then(({ invoke }) => invoke('plugin:phone|stop')).catch(() => undefined)
  },
}

const onAndroid = '__TAURI_INTERNALS__' in globalThis && /Android/.test(globalThis.navigator?.userAgent ?? '')
const voice: Voice = onAndroid ? shellVoice : browserVoice

/** Whether this device can read `lang` aloud by itself. Never throws: a device that cannot say is one that cannot. */
export async function canSpeak(lang: SpokenLang = 'zh-CN'): Promise<boolean> {
  return voice.available(lang).catch(() => false)
}

const speaking = ref<string | null>(null)
/** Grows with every start and stop; what was asked before is out of date. */
let turn = 0

/** Stops at once what is being read. */
export function stopSpeaking(): void {
  turn += 1
  if (speaking.value !== null) voice.stop()
  speaking.value = null
}

/** Reads `text`, after stopping what is being read. `key` tells a page which of its buttons is speaking. Returns false when the voice failed. */
export async function speak(text: string, key = text): Promise<boolean> {
  stopSpeaking()
  const mine = turn
  speaking.value = key
  try {
    for (const part of spokenParts(text)) {
      await voice.speak(part, spokenLang(part))
      if (mine !== turn) return true
    }
    return true
  } catch {
    return mine !== turn
  } finally {
    if (mine === turn) speaking.value = null
  }
}

export interface Speech {
  /** False until a voice was found; a page shows no button while it is. */
  available: DeepReadonly<Ref<boolean>>
  /** The `key` of what is being read, or null. */
  speaking: DeepReadonly<Ref<string | null>>
  speak: typeof speak
  stop: typeof stopSpeaking
}

// A page that nobody sees says nothing: not behind the lock, not from a pocket.
globalThis.document?.addEventListener('visibilitychange', () => document.hidden && stopSpeaking())

/** For a page or a button: what it reads stops when it goes. */
export function useSpeech(lang: SpokenLang = 'zh-CN'): Speech {
  const available = ref(false)
  void canSpeak(lang).then((can) => (available.value = can))
  onScopeDispose(stopSpeaking)
  return { available: readonly(available), speaking: readonly(speaking), speak, stop: stopSpeaking }
}
