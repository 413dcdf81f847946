/** What a reading and a load are doing, and why there is no picture. */
export const runWords = {
  noPicture: 'No picture',
  idle: 'Ready',
  queued: 'Waiting for the model',
  opening: 'Opening',
  warming: 'Warming up',
  running: 'Reading',
  lagging: (time: string) => `Lagging by ${time}`,
  paused: 'Paused',
  stopping: 'Stopping',
  recovering: (attempt: number, of: number) => `Recovering, try ${attempt} of ${of}`,
  over: { ended: 'Done', stopped: 'Stopped', 'source-ended': 'The source ended' },
  failed: 'Failed',
} as const

export const loadWords = {
  asking: 'reading its manifest',
  offered: (size: string) => `${size}, waiting for your answer`,
  waiting: 'another tab is storing the same model; it will be loaded from there',
  done: (size: string, total: string) => `${size} of ${total}`,
  kept: (size: string) => `${size} were here already`,
  checking: 'running the self-check on this device',
  starting: (graph: string) => `starting the ${graph} graph`,
} as const

/** Sentences on a server that limits requests; `clock` is what is left of the wait. */
export const serverWaitWords = {
  told: (clock: string) => `The server limits how often it may be asked. This resumes by itself in ${clock}.`,
  untold: (clock: string) =>
    `The server limits how often it may be asked, and does not say for how long. It will be asked again in ${clock}.`,
} as const

const resumes = 'Meanwhile nothing is read or recorded; the reading resumes by itself as soon as there is a picture.'
const nothingShared = 'The browser cannot see it at the moment: the window may be minimized, or the screen locked.'

export const pictureWords = {
  screen: {
    title: 'What is shared gives no picture',
    cause: nothingShared,
    action: `Bring the window to the front. ${resumes}`,
  },
  camera: 'The camera gives no picture',
  source: 'The source gives no picture',
  muted:
    'The browser or the system has muted it: its shutter or switch may be closed, another program may be using it, or its permission may have been withdrawn.',
  silent:
    'No frame has come for a while: another program may be using it, its shutter may be closed, its permission may have been withdrawn, or its cable may be loose.',
  action: `Open the shutter, close other programs that use it, and check the cable and the permissions of browser and system. ${resumes}`,
} as const
