import { describe, expect, it } from 'vitest'
import { isolatedName, shownName } from './shown-name.ts'

describe('shownName', () => {
  it('leaves names of every script as they are', () => {
    for (const name of ['clip.mp4', 'سلام و درود.mp4', 'שלום.webm', '映像 2.mov', 'naïve – café.gif']) {
      expect(shownName(name)).toBe(name)
    }
  })

  it('takes out what would turn the rest of the line, or end it', () => {
    expect(shownName('photo\u202Egpj.exe')).toBe('photogpj.exe')
    expect(shownName('a\u2069\u2066b\u200F.mp4')).toBe('ab.mp4')
    expect(shownName('two\nlines\t.mp4')).toBe('two lines .mp4')
  })

  it('is set apart in a sentence', () => {
    expect(isolatedName('\u202Eابج.mp4')).toBe('\u2068ابج.mp4\u2069')
    expect(isolatedName('clip.mp4')).toBe('clip.mp4')
  })
})
