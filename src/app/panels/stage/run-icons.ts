import type { IconName } from '../../controls/Icon.tsx'
import type { RunForm } from '../../run-text.ts'

/** The sign of each state of a reading. */
export const runIcons: Readonly<Record<RunForm, IconName>> = {
  idle: 'idle',
  waiting: 'waiting',
  warming: 'warming',
  running: 'play',
  lagging: 'lagging',
  paused: 'pause',
  recovering: 'again',
  over: 'check',
  failed: 'wrong',
}
