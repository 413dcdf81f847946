import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ChromiumHost, startChromium } from '../../../cli/chromium-page.ts'
import { numberedClips } from '../../../fixtures/numbered_clips.ts'

const folder = fileURLToPath(new URL('../../../fixtures/data/numbered/', import.meta.url))
/** Frames taken of a clip. */
const count = 12
const tolerance = 0.051

// The oracle: the numbers burnt into the frames, and what the same browser's player shows at the same times.
describe('clips as the player shows them', () => {
  let chromium: ChromiumHost
  let page: Page
  beforeAll(async () => {
    chromium = await startChromium({ files: {}, folders: { clips: folder } }, { withoutAdapter: true })
    page = await chromium.open('e2e/harness/clip-table/clip-table.html')
    // Of the published page's own policy: no workers from blobs.
    await page.evaluate(() => {
      const policy = document.createElement('meta')
      policy.httpEquiv = 'Content-Security-Policy'
      policy.content = "worker-src 'self'"
      document.head.append(policy)
    })
  }, 120_000)
  afterAll(() => chromium.close())

  it('are all told about', () => {
    expect(readdirSync(folder).sort()).toEqual(Object.keys(numberedClips).sort())
  })

  it.each(Object.entries(numberedClips))('%s', async (name, right) => {
    const decoded = await page.evaluate(([file, n]) => window.clipTable.decode(file, n), [
      `clips/${name}`,
      count,
    ] as const)
    const { facts, frames, notices, lost, error } = decoded
    if ('code' in right) {
      expect(error?.code, JSON.stringify(decoded)).toBe(right.code)
      expect(`${error?.message} ${error?.action}`).toMatch(right.says)
      return
    }
    expect(error).toBeUndefined()
    if (!facts) throw new Error('no facts')
    expect([facts.width, facts.height]).toEqual(right.size)
    expect(Math.abs(facts.startS - right.startS)).toBeLessThan(tolerance)
    const endS = facts.startS + facts.durationS
    if (right.at) expect(Math.abs(endS - right.endS)).toBeLessThan(tolerance)
    expect(notices).toEqual(right.notices ?? [])
    const parts = lost.map(({ cause, fromS, toS }) => ({ cause, fromS, ...(toS === undefined ? {} : { toS }) }))
    expect(parts).toEqual((right.lost ?? []).map((part) => ({ ...part, fromS: expect.closeTo(part.fromS, 1) })))
    const isLost = (timeS: number) =>
      lost.some(({ fromS, toS = Number.POSITIVE_INFINITY }) => timeS >= fromS && timeS < toS)
    const times = Array.from({ length: count }, (_, i) => ((i + 0.5) / count) * endS)
    const readable = times.filter((timeS) => !isLost(timeS))
    const numbers = frames.map(({ number }) => number)
    if (right.at) expect(numbers).toEqual(readable.map(right.at))
    const timesOfFrames = frames.map(({ timeS }) => timeS)
    expect(timesOfFrames).toEqual([...timesOfFrames].sort((a, b) => a - b))
    if (right.isUnplayed) return
    const played = readable.filter((timeS) => !lost.some(({ fromS }) => timeS >= fromS))
    const shown = await page.evaluate(([file, at]) => window.clipTable.player(file, at), [
      `clips/${name}`,
      played,
    ] as const)
    if (!right.at) {
      // A recorder writes how long each frame lasts as it likes, and a player that seeks goes by that; frames' own times
      // are what it plays by.
      const starts = shown.flatMap((frame) => (frame ? [frame.timeS + 1e-3] : []))
      const ours = await page.evaluate(([file, at]) => window.clipTable.decode(file, at), [
        `clips/${name}`,
        starts,
      ] as const)
      expect(starts).toHaveLength(count)
      expect(ours.frames.map(({ number }) => number)).toEqual(shown.map((frame) => frame?.number))
      return
    }
    // A player may end some way before damage; it does not show another picture.
    const seen = lost.length > 0 ? shown.filter((frame) => frame !== undefined) : shown
    expect(seen.length).toBeGreaterThan(2)
    expect(numbers.slice(0, seen.length)).toEqual(seen.map((frame) => frame?.number))
  })

  it('shows black where a clip is see-through, without a worker from a blob', async () => {
    const [opaque, seeThrough] = await page.evaluate(() =>
      window.clipTable.colors('clips/alpha.webm', [
        [0.3, 0.9],
        [0.5, 0.9],
      ]),
    )
    expect(Math.max(...seeThrough)).toBeLessThan(24)
    expect(opaque[2]).toBeGreaterThan(150)
  })
})
