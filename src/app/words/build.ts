/** What building a model says. */
export const buildWords = {
  dtypes: {
    q4f16: 'q4f16: 4 bits, computes in 16-bit floats',
    q4: 'q4: 4 bits, computes in 32-bit floats',
    q8: 'q8: 8 bits',
    fp16: 'fp16: 16 bits',
    fp32: 'fp32: 32 bits',
  },
  announced: {
    waiting: 'The server asks for a pause.',
    looking: 'Reading the description of the checkpoint.',
    offered: 'Size and license are shown.',
    paused: 'The build is paused.',
    running: 'The build is running.',
    built: (name: string) => `${name} is built.`,
  },

  choice: {
    title: 'Build from the official checkpoint',
    what: 'This page reads the original weights piece by piece, makes them small enough for a browser, and keeps the result here. The original is never stored, and nothing is sent.',
    address: 'Name on the hub, or the address of a folder with',
    addressFile: 'config.json',
    weights: 'Weights',
    noHalf: 'This device cannot compute in 16-bit floats; q4 runs here.',
    show: 'Show size and license',
    folder: 'Choose a folder instead',
    drop: 'A folder can also be dropped here.',
    folderField: 'Checkpoint folder',
  },

  unfinished: {
    title: 'Begun earlier',
    done: (size: string, total: string) => `${size} of ${total} done`,
    folder: (name: string) => `Choose the folder ${name} again to resume.`,
    resumeNamed: (name: string) => `Resume ${name}`,
    discard: 'Discard',
    discardNamed: (name: string) => `Discard ${name}`,
  },

  looking: {
    title: 'Reading its description',
    what: 'Only the configuration, the tokenizer and the headers of the weights are read.',
  },

  offer: {
    title: (name: string) => `Build ${name}?`,
    from: 'From',
    folder: (name: string) => `the folder ${name}`,
    parameters: 'Parameters',
    toFetch: 'To download',
    toRead: 'To read',
    rest: (total: string) => ` of ${total}; the rest was done before`,
    toStore: 'To store',
    room: 'Room',
    roomUnknown: 'the browser does not say',
    license: 'License',
    licenseOfWeights: 'License of the weights',
    noLicense:
      'The checkpoint states none. Weights made from Qwen2.5-VL-3B, as VidEmo-3B’s are, are for research only. Make sure that you may use them.',
    noRoom: 'There is not enough room',
    noRoomAction: 'Free some disk space, or remove a stored model, and look again.',
    accept: 'Accept and build',
    notNow: 'Not now',
    interruptible: 'You can pause it, close this panel, or reload the page: every weight that is finished is kept.',
  },

  building: (name: string) => `Building ${name}`,
  headers: 'reading the headers of the checkpoint',
  read: (size: string, total: string) => `${size} of ${total} read`,
  paused: 'paused',
  checking: 'computing the reference numbers of the self-check',
  storing: 'moving it to the stored models',
  kept: (size: string) => `Resumes after ${size} that were read before.`,
  changed: 'The checkpoint, or this app, has changed since the build began: it starts again.',
  damaged: 'What was kept of the build was damaged on this disk: it starts again.',
  free: (size: string) => `${size} are free for this site`,
  tooLittle: (free: string, needed: string) => `${free}: too little for ${needed}`,

  resume: 'Resume',
  pause: 'Pause',
  stop: 'Stop',
  stopKeeps: 'Stopping keeps what is finished; building this again resumes there.',
  back: 'Back',
  failed: (name: string) => `${name} was not built`,

  built: (name: string) => `${name} is built`,
  builtText: (size: string) =>
    `${size} are stored in this browser, each file with its SHA-256. Load it now, or export it below for a host to publish.`,
  load: 'Load it now',
  loadNamed: (name: string) => `Load it now: ${name}`,
  another: 'Build another',
} as const
