import { afterEach, describe, expect, test, vi } from 'vitest'
import { canSpeak, localVoice, speak, spokenLang, spokenParts, stopSpeaking } from './speech'

const voice = (lang: string, localService = true, isDefault = false) => ({ lang, localService, default: isDefault, name: lang, voiceURI: lang }) as SpeechSynthesisVoice

/** A voice that reads only when it is told to go on. */
function fakeSynth(voices: SpeechSynthesisVoice[]) {
  const said: { text: string; lang: string; onend: () => void; onerror: (event: { error: string }) => void }[] = []
  vi.stubGlobal('SpeechSynthesisUtterance', class { lang = ''; voice = null; onend = () => {}; onerror = () => {}; constructor(public text: string) {} })
  vi.stubGlobal('speechSynthesis', { getVoices: () => voices, speak: (spoken: (typeof said)[number]) => said.push(spoken), cancel: () => said.at(-1)?.onerror({ error: 'canceled' }) })
  return said
}

afterEach(() => {
  stopSpeaking()
  vi.unstubAllGlobals()
})

describe('reading aloud', () => {
  test('a voice of the cloud, of another language or of Cantonese is not taken', () => {
    expect(localVoice([voice('zh-CN', false), voice('en-US'), voice('zh-HK'), voice('yue-CN')], 'zh-CN')).toBeNull()
    expect(localVoice([voice('zh-TW'), voice('zh_CN')], 'zh-CN')?.lang).toBe('zh_CN')
    expect(localVoice([voice('cmn-Hans-CN'), voice('zh-CN', true, true)], 'zh-CN')?.lang).toBe('zh-CN')
    expect(localVoice([voice('zh-CN'), voice('en_GB')], 'en')?.lang).toBe('en_GB')
  })
  test('without a voice on the device there is nothing to press', async () => {
    expect(await canSpeak()).toBe(false)
    fakeSynth([voice('zh-CN', false)])
    expect(await canSpeak()).toBe(false)
    fakeSynth([voice('zh-CN')])
    expect(await canSpeak()).toBe(true)
  })
  test('what people wrote in Chinese is read as Chinese', () => {
    expect(spokenLang('3 月 2 日说的飞线充电，已拆除')).toBe('zh-CN')
    expect(spokenLang('Reported on 2 March, removed')).toBe('en')
  })
  test('a long text is cut at its sentences and nothing of it is lost', () => {
    const text = `${'楼道灯修好了，'.repeat(20)}都换了。${'谢谢您'.repeat(90)}。`
    const parts = spokenParts(text)
    expect(parts.every((part) => part.length > 0 && part.length <= 180)).toBe(true)
    expect(parts.join('')).toBe(text)
    expect(parts[0]!.endsWith('。')).toBe(true)
    expect(spokenParts('  ')).toEqual([])
  })
  test('stopping ends the reading, and the next part is not begun', async () => {
    const said = fakeSynth([voice('zh-CN')])
    const done = speak('好。'.repeat(120))
    await vi.waitFor(() => expect(said).toHaveLength(1))
    stopSpeaking()
    expect(await done).toBe(true)
    expect(said).toHaveLength(1)
  })
  test('a second text takes the place of the first', async () => {
    const said = fakeSynth([voice('zh-CN')])
    const first = speak('第一件')
    const second = speak('第二件')
    await vi.waitFor(() => expect(said).toHaveLength(2))
    said[1]!.onend()
    expect(await first).toBe(true)
    expect(await second).toBe(true)
  })
  test('a voice that fails says so, so that a page can', async () => {
    const said = fakeSynth([voice('zh-CN')])
    const done = speak('你好')
    await vi.waitFor(() => expect(said).toHaveLength(1))
    said[0]!.onerror({ error: 'synthesis-failed' })
    expect(await done).toBe(false)
  })
})
