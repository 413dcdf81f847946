import type { TrackId } from '../../affect/track.ts'
import { emotionWord } from '../emotion-hue.ts'
import { headlineVerdict } from '../headline.ts'
import type { Verdict } from '../verdict.ts'
import { isLive, type SessionState } from './session-state.ts'
import { words } from './words.ts'

type SpokenVerdict = Pick<Verdict, 'track' | 'label'>

/** What a reading has brought and a screen reader has not been told yet. */
export class SpokenNews {
  private state: SessionState | undefined
  private toldLabels = new Map<TrackId, string>()
  private toldHere: readonly TrackId[] = []
  private hasNews = false

  /** @returns whether there is something to tell */
  take(state: SessionState): boolean {
    const before = this.state
    this.state = state
    if (before && seen.every((part) => before[part] === state[part])) return this.hasNews
    if (before && (before.opened !== state.opened || before.bundle !== state.bundle)) this.toldLabels.clear()
    if (before && before.opened !== state.opened) this.toldHere = []
    this.hasNews = this.text() !== ''
    return this.hasNews
  }

  /** What is to be said now; it then counts as told. */
  tell(): string {
    const text = this.text()
    if (!this.state) return text
    const verdict = this.verdict()
    if (verdict) this.toldLabels.set(verdict.track, emotionWord(verdict.label))
    const here = this.here()
    if (here) this.toldHere = here
    this.hasNews = false
    return text
  }

  private text(): string {
    return [this.facesText(), this.emotionText()].filter(Boolean).join(' ')
  }

  private emotionText(): string {
    const verdict = this.verdict()
    if (!verdict || this.toldLabels.get(verdict.track) === emotionWord(verdict.label)) return ''
    const label = emotionWord(verdict.label)
    const isOneOfSeveral = (this.state?.faces.tracks.filter(({ isHere }) => isHere).length ?? 0) > 1
    return isOneOfSeveral ? words.faceAppears(numberOf(verdict.track), label) : words.appears(label)
  }

  private facesText(): string {
    const here = this.here()
    if (!here) return ''
    const found = here.filter((track) => !this.toldHere.includes(track))
    if (found.length > 0) return words.facesFound(found.map(numberOf))
    if (here.length === this.toldHere.length) return ''
    return here.length === 0 ? words.noFace : words.faceCount(here.length)
  }

  /** The verdict of the reading under way; none while nothing is read, or where whole answers are spoken. */
  private verdict(): SpokenVerdict | undefined {
    const { state } = this
    if (state?.settings.spoken !== 'changes') return undefined
    return ['running', 'lagging'].includes(state.run.state) ? headlineVerdict(state) : undefined
  }

  /** Who is in the picture of a live source; in a file, who comes and goes is no news. */
  private here(): readonly TrackId[] | undefined {
    if (!this.state || !isLive(this.state.source) || this.state.faces.status.state !== 'following') return undefined
    return this.state.faces.tracks.filter(({ isHere }) => isHere).map(({ track }) => track)
  }
}

/** Of the state, what news are made of. */
const seen = [
  'source',
  'opened',
  'bundle',
  'run',
  'load',
  'headlines',
  'shownTrack',
  'faces',
  'settings',
] as const satisfies readonly (keyof SessionState)[]

function numberOf(track: TrackId): string {
  return track.replace('face-', '')
}
