import { formatBytes, formatPercent } from '../../format.ts'
import type { LostLoad } from '../../session/session-state.ts'

/** What the status line and its notices say: one catalog, so that it can be reviewed at once, and translated. */
export const words = {
  panels: 'Panels',
  storage: 'Storage',
  small: 'small model',
  preparing: 'Preparing the model',
  noModel: 'No model',
  notLoaded: (name: string) => `${name} not loaded`,
  from: (host: string) => `from ${host}:`,
  loading: (name: string) => `Loading ${name}`,
  loadingShare: (name: string, share: number) => `Loading ${name}: ${formatPercent(Math.floor(share * 100) / 100)}`,
  quiet: (s: number) => `no answer for ${s} s`,
  otherTab: 'another tab is storing it',
  limited: 'the server asks to wait',
  offered: (name: string) => `${name}: waiting for your answer`,
  cancelLoad: 'Cancel loading',
  cancel: 'Cancel',
  device: {
    looking: 'checking this device',
    none: 'no graphics adapter',
    processor: 'processor',
    software: (name: string) => `${name} (software, slow)`,
  },
  check: { exact: 'checked', close: 'checked, nearly exact', wrong: 'check failed', unchecked: 'not checked' },
  more: (count: number) => `+${count}`,
  notices: 'Notices',
  dismiss: 'Dismiss',
  dismissNamed: (title: string) => `Dismiss: ${title}`,
  close: 'Close',

  update: {
    title: 'A new version is ready',
    fresh: 'Reload the page to use it.',
    forgets: (readings: number) =>
      `Reloading forgets the ${readings === 1 ? 'reading' : `${readings} readings`} of this page: download them first.`,
    download: 'Download the readings',
    reload: 'Reload',
  },
  lost: {
    title: (name: string) => `The last start ended while ${name} was being loaded`,
    cause: ({ phase, at, name }: LostLoad) =>
      `The page stopped ${phases[phase]} (${new Date(at).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' })}); perhaps it ran out of memory. So that this does not happen again and again, ${name} is not loaded by itself.`,
    action: 'Close other pages and programs and try again, or use a smaller model.',
    folder: 'Choose the folder again',
  },
  evicted: {
    title: 'A stored model is gone',
    cause: (models: readonly { readonly name: string; readonly bytes: number }[]) =>
      `The browser removed ${models.map(({ name, bytes }) => `${name} (${formatBytes(bytes)})`).join(', ')} to free space, or its data was cleared.`,
    action: 'To use it, download it again; under Storage you can ask the browser to keep models.',
  },
  noneLoaded: {
    title: 'No model is loaded',
    cause: 'Faces are followed and measured, and nothing is read.',
  },
  random: {
    title: 'This small bundle has random weights',
    cause: 'It proves the arithmetic; its words mean nothing.',
  },
  strange: {
    title: 'Not for real faces',
    cause: 'This small model reads drawn faces. What it says here means little: it has never seen a real face.',
    action: 'For real faces get VidEmo-3B, or show the model the drawn twin of the face.',
  },
  processor: { title: 'Computing on the processor' },
} as const

const phases: Readonly<Record<LostLoad['phase'], string>> = {
  asking: 'while the model’s manifest was read',
  downloading: 'while the model’s files were fetched or checked',
  checking: 'while the device was checked',
  starting: 'while the model was put on the device',
}
