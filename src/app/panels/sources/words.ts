import type { SourceProblem } from '../../session/session-state.ts'

type SourceId = SourceProblem['at']

/** What the page says of sources: one catalog, so that it can be reviewed at once, and translated. */
export const words = {
  sources: 'What to watch',
  moreSources: 'More',
  adjust: 'Adjust',
  adjustFace: 'Adjust the drawn face',
  source: { camera: 'Camera', file: 'Video', drawn: 'Drawn', screen: 'Screen', sample: 'Sample' },

  invitation: 'Watch a face and its reading together',
  useCamera: 'Use my camera',
  openVideo: 'Open a video',
  tryDrawn: 'Try the drawn face',
  trySample: 'Try the sample clip',
  dropHint: 'Or drop a video anywhere on the page.',

  tryAgain: 'Try again',
  chooseAnotherFile: 'Choose another file',
  useDrawn: 'Use the drawn face',
  dismiss: 'Dismiss',
  goesOn: 'What ran before keeps running.',

  files: 'Files',
  fileOf: (number: number, count: number) => `${number} of ${count}`,
  filesDone: (done: number, count: number) => `${done} of ${count} done`,
  skip: 'Skip this file',
  readRest: 'Read the rest',
  removeRest: 'Remove the rest',
  closeList: 'Close the list',
  showList: 'Show the list',
  hideList: 'Hide the list',
  removeFile: (name: string) => `Remove ${name}`,
  fileState: {
    waiting: 'waiting',
    reading: 'being read',
    read: 'read',
    stopped: 'not read to the end',
    failed: 'failed',
  },

  consent: {
    title: 'Before the camera starts',
    points: [
      'Frames stay on this device. Nothing is recorded unless you download it.',
      'Readings describe apparent expressions, not what anybody feels.',
      'Not for use at work or in education. Everyone in the picture should agree.',
    ],
    note: 'A mark on the picture shows as long as the camera is on. Stop ends it; Erase forgets everything that was read.',
    answer: 'I agree, use my camera',
  },
  erase: {
    title: 'Erase everything?',
    text: (count: number) =>
      `${count === 1 ? 'One reading' : `${count} readings`} with all frames will be forgotten, and the camera or screen sharing ends. This cannot be undone. The model stays.`,
    answer: 'Erase',
  },
  replace: {
    title: { camera: 'End the camera?', screen: 'End the screen sharing?' },
    text: {
      camera: 'The camera is being read. It ends when another source opens; the readings so far stay.',
      screen: 'A screen or tab is being read. Sharing ends when another source opens; the readings so far stay.',
    },
    keep: { camera: 'Keep the camera', screen: 'Keep sharing' },
    answer: {
      camera: 'End it and use my camera',
      file: 'End it and open a video',
      drawn: 'End it and show the drawn face',
      screen: 'End it and share a screen',
      sample: 'End it and play the sample clip',
    } satisfies Readonly<Record<SourceId, string>>,
  },
} as const
