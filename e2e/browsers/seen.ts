/** What a visitor of the built page sees, and what tests take out of it. */
import { resolve } from 'node:path'
import { expect } from 'vitest'
import { markedClips } from '../../fixtures/marked_clips.ts'
import { numberOf } from '../../fixtures/marks.ts'
import type { HandedFrame } from '../../src/app/test-hooks.ts'
import type { Transcript } from '../../src/app/transcript.ts'
import { toFrames } from '../cpu-reading.ts'
import type { Visitor } from './visitor.ts'

/** For what takes these browsers a few seconds, on a machine that has other things to do. */
export const patience = { timeout: 120_000, interval: 100 }

/** The path of one of the fixtures' clips. */
export function clip(name: string): string {
  return resolve('fixtures/data/clips', name)
}

export function textOf(visitor: Visitor): Promise<string> {
  return visitor.evaluate(() => document.body.innerText)
}

/** What this visitor chose earlier; from a picture of the same origin, before the page opens. */
export async function choosesSettings(visitor: Visitor, address: string, settings: object): Promise<void> {
  await visitor.goto(new URL('icon.svg', address).href)
  await visitor.evaluate((json) => localStorage.setItem('videmo-settings', json), JSON.stringify(settings))
}

/** Waits for words on the page, as they are shown. */
export async function sees(visitor: Visitor, words: string | RegExp): Promise<void> {
  const polled = expect.poll(() => textOf(visitor), patience)
  await (typeof words === 'string' ? polled.toContain(words) : polled.toMatch(words))
}

/** Brings up the field for the address of a bundle, in the drawer of models. */
export async function opensAddress(visitor: Visitor): Promise<void> {
  await visitor.click('button', 'All actions')
  await visitor.click('menuitem', 'Model')
  await sees(visitor, 'I already have a bundle')
  await visitor.evaluate(() => {
    for (const fold of document.querySelectorAll<HTMLDetailsElement>('[role=dialog] details')) fold.open = true
  })
}

/** Chooses an entry of a list that is the browser's own, by what it is called. */
export async function picks(visitor: Visitor, label: string, entry: string): Promise<void> {
  const pick = (label: string, entry: string) => {
    const list = document.querySelector<HTMLSelectElement>(`select[aria-label="${label}"]`)
    const option = [...(list?.options ?? [])].find(({ text }) => text === entry)
    if (!list || !option) return false
    list.value = option.value
    list.dispatchEvent(new Event('change', { bubbles: true }))
    return true
  }
  await expect.poll(() => visitor.evaluate(pick, label, entry), patience).toBe(true)
}

/** Waits for words in a message of something that went wrong. */
export async function alerts(visitor: Visitor, words: string): Promise<void> {
  await expect.poll(() => alertText(visitor), patience).toContain(words)
}

function alertText(visitor: Visitor): Promise<string> {
  return visitor.evaluate(() =>
    [...document.querySelectorAll('[role=alert]')].map((each) => each.textContent).join(' '),
  )
}

export function offersWebGpu(visitor: Visitor): Promise<boolean> {
  return visitor.evaluate(() => 'gpu' in navigator)
}

export function decodes(visitor: Visitor, codec: string): Promise<boolean> {
  return visitor.evaluate(async (codec) => {
    if (typeof VideoDecoder === 'undefined') return false
    return (await VideoDecoder.isConfigSupported({ codec })).supported === true
  }, codec)
}

export function transcripts(visitor: Visitor): Promise<readonly Transcript[]> {
  return visitor.evaluate(() => [...(globalThis.videmoTest?.transcripts() ?? [])])
}

/** How many updates of the reading on show are complete. */
export async function finished(visitor: Visitor): Promise<number> {
  return (await transcripts(visitor)).filter(({ figures }) => figures).length
}

/** The very frames that an update used. */
export function framesOf(visitor: Visitor, update: number): Promise<HandedFrame[]> {
  return visitor.evaluate((update) => globalThis.videmoTest?.framesOf(update) ?? [], update)
}

/** Waits until a marked clip is read, and holds the number in each frame against the one on show at its time. */
export async function expectRead(visitor: Visitor, name: keyof typeof markedClips): Promise<void> {
  await sees(visitor, name)
  const outcome = () => Promise.all([textOf(visitor), alertText(visitor)])
  await expect
    .poll(outcome, patience)
    .toSatisfy(([text, alert]) => /The reading is complete\./.test(text) || alert !== '')
  expect(await alertText(visitor), name).toBe('')
  const handed = await framesOf(visitor, 0)
  const numbers = toFrames(handed).map(numberOf)
  const { times } = markedClips[name]
  // Of the frames that begin before it; a time may have been rounded to a microsecond.
  const shownAt = (timeS: number) => times.slice(0, -1).findLastIndex((start) => start <= timeS + 1e-5)
  expect(numbers, name).toEqual(handed.map(({ timeS }) => shownAt(timeS)))
  expect(new Set(numbers).size, `${name}: different frames`).toBeGreaterThan(1)
}

/** Nothing sticks out at the side, and whatever can be pressed is large enough and within the page's width. */
export async function expectRoom(visitor: Visitor, width: number): Promise<void> {
  // A drawer may still be sliding in.
  await expect.poll(() => roomOf(visitor), { timeout: 10_000 }).toMatchObject({ overflow: 0, small: [], outside: [] })
  const found = await roomOf(visitor)
  expect(found.width).toBe(width)
  // All of the page, or the few of a drawer over it.
  expect(found.count).toBeGreaterThan(1)
}

function roomOf(visitor: Visitor) {
  return visitor.evaluate(() => {
    // A single pixel, cut off there: for screen readers, and for nobody's finger.
    const isForReaders = (element: Element | null): boolean => {
      if (!element) return false
      const { width, height } = element.getBoundingClientRect()
      const isClipped = width <= 1 && height <= 1 && getComputedStyle(element).overflow === 'hidden'
      return isClipped || isForReaders(element.parentElement)
    }
    const pressable = [...document.querySelectorAll<HTMLElement>('button, [role=menuitem], [role=radio], a[href]')]
      .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('[inert]'))
      .filter((element) => !isForReaders(element))
      .map((element) => ({
        name: element.getAttribute('aria-label') ?? element.innerText,
        box: element.getBoundingClientRect(),
      }))
      .filter(({ box }) => box.width > 0)
    return {
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      width: innerWidth,
      count: pressable.length,
      // WCAG 2.2, 2.5.8: 24 CSS pixels.
      small: pressable.filter(({ box }) => Math.min(box.width, box.height) < 24).map(({ name }) => name),
      outside: pressable.filter(({ box }) => box.left < 0 || box.right > innerWidth).map(({ name }) => name),
    }
  })
}

/**
 * Runs in a worker before all else: memories of WebAssembly may grow to so many pages of 64 KiB each and no further, so
 * that it is the browser that refuses more, in its own words.
 */
export function limitMemory(mostPages: number): void {
  const { Memory } = WebAssembly
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super({ ...descriptor, maximum: Math.min(descriptor.maximum ?? mostPages, mostPages) })
    }
  }
}
