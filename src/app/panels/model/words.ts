import { formatBytes, formatWhole } from '../../format.ts'
import type { Reason } from './device-verdict.ts'

/** What the page says of models and of the way to one: one catalog, so that it can be reviewed at once, and translated. */
export const words = {
  /** The one name of the way to the full model, wherever it is offered. */
  get: 'Get VidEmo-3B',
  small: 'Load the small model',
  cancel: 'Cancel',
  resume: 'Resume',
  notNow: 'Not now',
  tryAgain: 'Try again',
  back: 'Back',

  inUse: (name: string) => `In use: ${name}`,
  noneInUse: 'No model is in use',
  details: 'About this model',

  steps: {
    can: 'Can this device run it?',
    license: 'May you use it?',
    size: 'How large, and how long?',
  },
  answer: {
    yes: 'Yes.',
    limited: 'Yes, with limits.',
    no: 'No.',
    unknown: 'Checking this device…',
  },
  smallOnly: 'No: on this device the small model only, which runs on the processor.',
  tooSlow: 'Not usefully: its results would be right, but far too slow to follow a video.',
  reason: reasonText,
  deviceDetails: 'Device and self-check',

  license: {
    weights: 'Weights of VidEmo-3B',
    weightsNone: 'no license was found',
    base: 'Made from Qwen2.5-VL-3B',
    baseText: 'for research only',
    code: 'Code of this page',
    codeText: 'Apache-2.0',
    check: 'Make sure that you may use the weights before you download them.',
    ofBundle: 'License, as it says',
  },

  size: {
    read: 'To be read, once',
    readText: '7.5 GB, in pieces; the original is never stored',
    kept: 'Kept on this device',
    keptText: 'about 2.1 GB at 4 bits',
    time: 'Time',
    timeText: 'shown as soon as bytes arrive',
  },
  build: 'Build it in this browser',
  buildNote:
    'This project hosts no weights: VidEmo-3B is made from the official ones, on this device. You can pause it, close this panel or reload the page; what is finished is kept.',
  buildElsewhere: 'It can be built here all the same, to be exported and used on another device.',

  own: {
    title: 'I already have a bundle',
    address: 'Address of a folder made by videmo build',
    placeholder: 'https://…/videmo-3b/',
    load: 'Load',
    folder: 'Choose a folder on this device',
    folderLabel: 'Bundle folder',
    note: 'Before anything large is fetched, the bundle says whether this device can run it and what its license is. Videos and readings are never sent.',
    command: 'To make one on a computer with Node:',
    commandText: 'npm run videmo -- build --checkpoint DIR_OR_URL --dtype q4f16 --out videmo-3b',
  },

  offer: {
    title: (name: string) => `Download ${name}?`,
    foreign:
      'It lies on another host than this page, and what it says about itself is only the word of whoever put it there.',
    host: 'Host',
    from: 'Built from, as it says',
    weights: 'Weights',
    weightsText: (count: string, dtype: string) => `${count} parameters, ${dtype}`,
    size: 'Size',
    kept: (bytes: number) => `, of which ${formatBytes(bytes)} are here already`,
    download: (bytes: number) => `Download ${formatBytes(bytes)}`,
    resume: (bytes: number) => `Resume: ${formatBytes(bytes)} left`,
  },

  progress: {
    loading: (name: string) => `Loading ${name}`,
    license: (text: string) => `License: ${text}`,
    quiet: (host: string, s: number) =>
      `${host} has not answered for ${s} s. It resumes by itself when an answer comes; if you cancel, what is here is kept.`,
    after: (name: string) => `When it is ready, the reading starts again with ${name}.`,
  },
  ready: {
    title: (name: string) => `${name} is ready`,
    again: (name: string) => `The reading starts again with ${name}.`,
    choose: 'Choose what to watch, and it is read.',
    show: 'Back to the page',
  },
  failed: {
    title: (name: string) => `${name} was not loaded`,
    stays: (name: string) => `${name} stays in use.`,
  },

  facts: {
    what: 'What it is',
    random: 'a small network with random weights',
    drawn: 'a small network that reads drawn faces, and no real ones',
    license: 'License',
    size: 'Size',
    sizeText: (bytes: number, files: number) => `${formatBytes(bytes)} in ${files} files, each checked by SHA-256`,
    weights: 'Weights',
    weightsText: (
      dtype: string,
      bits: { readonly linear: number; readonly embedding: number; readonly vision: number },
    ) => `${dtype}: ${bits.linear} bits, embedding ${bits.embedding}, vision ${bits.vision}`,
    from: 'From',
    folder: (name: string) => `folder ${name}`,
    builtHere: 'this browser, where it was built',
    builtFrom: 'Built from, as it says',
    revision: (revision: string) => ` at ${revision}`,
    keptIn: 'Kept in',
    places: { opfs: 'this browser’s storage', memory: 'memory, until the page is closed', folder: 'your folder' },
    parameters: 'Parameters',
    language: 'Language',
    languageText: (layers: number, size: number, heads: number, kvHeads: number) =>
      `${layers} layers of ${formatWhole(size)}, ${heads} heads, ${kvHeads} KV`,
    vision: 'Vision',
    visionText: (layers: number, size: number) => `${layers} layers of ${formatWhole(size)}`,
    vocabulary: 'Vocabulary',
    context: 'Context',
    contextText: (tokens: number) => `${formatWhole(tokens)} tokens`,
    trained: 'Trained on',
    trainedText: (frames: number, pixels: number, perSecond: number) =>
      `up to ${frames} frames of ${formatWhole(pixels)} pixels, ${perSecond} per second`,
    publish: 'For a host of your own: the folder, or an unpacked zip, is the bundle.',
  },

  stored: {
    title: 'Stored models',
    choose: 'Stored on this device',
    looking: 'Looking…',
    failed: 'Models cannot be listed',
    lookAgain: 'Look again',
    none: 'None. A model that you download is kept here for the next visit.',
    used: 'Used by models',
    free: 'Free for this site',
    whenLow: 'When space runs low',
    persistent: 'the browser keeps them',
    evictable: 'the browser may remove them by itself',
    protect: 'Ask the browser to keep them',
    load: 'Load',
    loadNamed: (name: string) => `Load ${name}`,
    resumeNamed: (name: string) => `Resume ${name}`,
    delete: 'Delete',
    deleteNamed: (name: string) => `Delete ${name}`,
    deleteTitle: (name: string) => `Delete ${name}?`,
    deleteText: (bytes: number, isInUse: boolean) =>
      `${formatBytes(bytes)} will be freed. To use the model again, it has to be downloaded again${isInUse ? '; as long as this page is open it stays in use' : ''}.`,
    partial: (done: number, all: number) => `${formatBytes(done)} of ${formatBytes(all)}, incomplete`,
    inUse: 'in use',
    lastUsed: (day: string) => `last used ${day}`,
    since: (day: string) => `from ${day}`,
    storedOf: (name: string) => `Stored part of ${name}`,
  },

  checkpoint: {
    title: 'Build from the official checkpoint',
    intro:
      'This page reads the original weights piece by piece, makes them small enough for a browser, and keeps the result here. The original is never stored, and nothing is sent.',
    address: 'Name on the hub, or the address of a folder with config.json',
    weights: 'Weights',
    dtypes: {
      q4f16: 'q4f16: 4 bits, computes in 16-bit floats',
      q4: 'q4: 4 bits, computes in 32-bit floats',
      q8: 'q8: 8 bits',
      fp16: 'fp16: 16 bits',
      fp32: 'fp32: 32 bits',
    },
    noHalf: 'This device cannot compute in 16-bit floats; q4 runs here.',
    look: 'Show size and license',
    folder: 'Choose a folder instead',
    drop: 'A folder can be dropped here, too.',
    folderLabel: 'Checkpoint folder',

    begun: 'Begun earlier',
    done: (done: number, total: number) => ` · ${formatBytes(done)} of ${formatBytes(total)} done`,
    folderAgain: (origin: string) => `Choose the folder ${origin} again to resume.`,
    discard: 'Discard',
    discardNamed: (name: string) => `Discard ${name}`,

    looking: 'Reading its description',
    lookingText: 'The config, the tokenizer and the headers of the weights are read, and nothing else.',

    offer: (name: string) => `Build ${name}?`,
    from: 'From',
    fromFolder: (origin: string) => `the folder ${origin}`,
    parameters: 'Parameters',
    fetched: 'To be fetched',
    read: 'To be read',
    ofAll: (bytes: number) => ` of ${formatBytes(bytes)}; the rest was worked through before`,
    stored: 'To be stored',
    room: 'Room',
    roomUntold: 'the browser does not tell',
    license: 'License',
    licenseTitle: 'License of the weights',
    licenseNone:
      'The checkpoint states none. Weights made from Qwen2.5-VL-3B, as VidEmo-3B’s are, are for research only. Make sure that you may use them.',
    noRoom: 'There is not enough room',
    noRoomText: 'Free some disk space, or delete a stored model, and look again.',
    accept: 'Accept and build',
    keeps: 'You can pause it, close this panel, or reload the page: every weight that is finished is kept.',

    building: (name: string) => `Building ${name}`,
    pause: 'Pause',
    stop: 'Stop',
    stopKeeps: 'Stopping keeps what is finished; it is resumed when you build this again.',

    failed: (name: string) => `${name} was not built`,
    built: (name: string) => `${name} is built`,
    builtText: (bytes: number) =>
      `${formatBytes(bytes)} are kept in this browser’s storage, each file with its SHA-256. Load it, or export it for a host to publish.`,
    loadNow: 'Load it now',
    loadNowNamed: (name: string) => `Load it now: ${name}`,
    another: 'Build another',

    spoken: {
      waiting: 'The server asks to be left alone for a while.',
      looking: 'Reading the description of the checkpoint.',
      offered: 'Sizes and license are shown.',
      paused: 'The build is paused.',
      running: 'The build is running.',
      built: (name: string) => `${name} is built.`,
    },
  },

  export: {
    folder: 'To a folder',
    folderNamed: (name: string) => `Export ${name} to a folder`,
    zip: 'As a zip',
    zipNamed: (name: string) => `Save ${name} as a zip`,
    noPicker:
      'This browser saves a zip only as a whole, and needs as much memory or temporary space for it as the bundle has bytes: above about 2 GB it may fail.',
    running: (name: string) => `Exporting ${name}`,
    share: (done: number, total: number) => ` · ${formatBytes(done)} of ${formatBytes(total)}`,
    done: (name: string) => `${name} is exported`,
    doneText: (to: 'folder' | 'zip') =>
      `Put the ${to === 'folder' ? 'folder' : 'unpacked zip'} on any static host; its address is then what others load.`,
    failed: (name: string) => `${name} was not exported`,
  },
} as const

function reasonText(reason: Reason): string {
  switch (reason.kind) {
    case 'no-gpu':
      return `${reason.problem.message} ${reason.problem.action}`
    case 'processor':
      return 'It is small enough for the processor of this device.'
    case 'adapter':
      return `Graphics processor: ${reason.name}`
    case 'software-adapter':
      return `The only graphics adapter is a software one (${reason.name}). Turn on hardware acceleration in the browser’s settings.`
    case 'half-floats':
      return '16-bit floats (shader-f16): yes'
    case 'no-half-floats':
      return reason.standing === 'missing'
        ? '16-bit floats (shader-f16): needed, and not offered. A bundle built as q4 runs without them.'
        : '16-bit floats (shader-f16): no. The weights q4 run without them.'
    case 'buffers':
      return reason.standing === 'fine'
        ? `Size of a buffer: ${formatBytes(reason.has)}, ${formatBytes(reason.needs)} needed`
        : `Size of a buffer: ${formatBytes(reason.has)}, ${formatBytes(reason.needs)} needed`
    case 'storage':
      return reason.standing === 'fine'
        ? `Room on disk: ${formatBytes(reason.free)} free for this site, ${formatBytes(reason.needs)} needed`
        : `Room on disk: only ${formatBytes(reason.free)} free for this site, ${formatBytes(reason.needs)} needed. What does not fit is kept in memory and downloaded again next time; delete a model under Storage first, or free disk space.`
    case 'storage-untold':
      return `Room on disk: ${formatBytes(reason.needs)} needed; the browser does not tell what is free`
    case 'memory':
      return `Memory: about ${formatBytes(reason.has)}, and the weights alone take ${formatBytes(reason.needs)}`
    case 'gpu-memory':
      return reason.isMeasured
        ? `Graphics memory: about ${formatBytes(reason.needs)} needed, as measured; browsers do not tell what there is`
        : `Graphics memory: ${formatBytes(reason.needs)} for the weights; browsers do not tell what there is`
  }
}
