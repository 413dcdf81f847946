/**
 * `npx tsx bench/claims-report.ts MEDIA_DIR [RATE]`: sentences that a person found true or false of clips (`claims-facts.json`),
 * read by the real parser and held against what is measured of the clips, in every frame or RATE times a second. Exits with 1 where more than 5 % of the true
 * claims are called not seen, or fewer than 95 % of the false ones are.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openFaceNetworks } from '../cli/face-networks.ts'
import { type Claim, claimsOf, type Held } from '../src/affect/claims.ts'
import type { Measurable } from '../src/affect/measurables.ts'
import type { FaceEvent, MeasuredFace } from '../src/affect/measures.ts'
import { parseAnswers } from '../src/affect/parse-answers.ts'
import { FaceFollower } from '../src/faces/face-follower.ts'
import type { FaceNetworks } from '../src/faces/networks/face-networks.ts'
import { decoded } from './ffmpeg-frames.ts'

interface Fact {
  readonly says: string
  /** Whether a person sees it. */
  readonly holds: boolean
  /** The claims of the sentence that are counted. */
  readonly what: readonly Measurable[]
  readonly how: string
}

/** The first face of a clip. */
async function measuredFile(file: string, networks: FaceNetworks, rate: number): Promise<Held> {
  const source = await decoded(file)
  const follower = new FaceFollower(networks)
  const faces: MeasuredFace[] = []
  const events: FaceEvent[] = []
  const times: number[] = []
  for await (const frame of source.frames()) {
    const last = times.at(-1)
    if (last !== undefined && frame.timeS - last < 0.99 / rate) continue
    const followed = await (source.isPicture ? follower.followPicture(frame) : follower.follow(frame))
    times.push(frame.timeS)
    events.push(...followed.events)
    const face = followed.faces.find(({ track }) => track === 'face-1')
    if (face) faces.push(face.measured)
  }
  events.push(...follower.forget())
  const own = events.filter(({ track }) => track === 'face-1')
  return { measured: { faces, events: own }, startS: times[0] ?? 0, endS: times.at(-1) ?? 0, view: 'face' }
}

function told(claim: Claim): string {
  switch (claim.verdict) {
    case 'seen':
      return `seen ${claim.strength.toFixed(2)}, ${claim.startS.toFixed(1)} to ${claim.endS.toFixed(1)} s`
    case 'not-seen':
      return `not seen (${claim.strength.toFixed(2)})`
    case 'cannot-tell':
      return `cannot tell: ${claim.reason}`
  }
}

const [folder, rate = 'Infinity'] = process.argv.slice(2)
if (!folder) throw new Error('Name the folder of the clips: npx tsx bench/claims-report.ts MEDIA_DIR')
const { clips }: { readonly clips: readonly { readonly file: string; readonly facts: readonly Fact[] }[] } = JSON.parse(
  await readFile(new URL('claims-facts.json', import.meta.url), 'utf8'),
)
const networks = await openFaceNetworks()
const counted: { readonly holds: boolean; readonly verdict: Claim['verdict'] }[] = []
for (const { file, facts } of clips) {
  const held = await measuredFile(join(folder, file), networks, Number(rate))
  console.log(`${file}: ${held.measured.faces.length} measures`)
  for (const { says, holds, what } of facts) {
    const claims = claimsOf(parseAnswers({ expression: says }), held)
    for (const each of what) {
      const claim = claims.find((one) => one.what === each)
      if (!claim) throw new Error(`“${says}” claims nothing of ${each}`)
      counted.push({ holds, verdict: claim.verdict })
      const isWrong = claim.verdict === (holds ? 'not-seen' : 'seen')
      console.log(`  ${holds ? 'true ' : 'false'}  ${isWrong ? '!' : ' '} ${says} ${each}: ${told(claim)}`)
    }
  }
}
await networks.close()

const share = (holds: boolean, verdict: Claim['verdict']) => {
  const all = counted.filter((each) => each.holds === holds)
  return { count: all.filter((each) => each.verdict === verdict).length, of: all.length }
}
for (const holds of [true, false]) {
  const row = (['seen', 'not-seen', 'cannot-tell'] as const).map((verdict) => {
    const { count, of } = share(holds, verdict)
    return `${verdict} ${count} (${((100 * count) / of).toFixed(1)} %)`
  })
  console.log(`${share(holds, 'seen').of} ${holds ? 'true' : 'false'} claims: ${row.join(', ')}`)
}
const [wronged, caught] = [share(true, 'not-seen'), share(false, 'not-seen')]
if (wronged.count > 0.05 * wronged.of || caught.count < 0.95 * caught.of) process.exitCode = 1
