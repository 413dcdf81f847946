/** What a person can do, as keys, menus and the help name it; and the panels, which have the same names. */
export const actionWords = {
  groups: { Reading: 'Reading', Source: 'Source', Faces: 'Faces', Recording: 'Recording', Panels: 'Panels' },
  resume: 'Resume',
  pause: 'Pause',
  start: 'Start reading',
  again: 'Read again',
  /** In the list of keys, where one key stands for all of them. */
  startPauseResume: 'Start, pause, resume',
  stop: 'Stop',
  skip: 'Skip to the next file',
  camera: 'Use my camera',
  file: 'Open a video',
  screen: 'Share a screen or tab',
  drawn: 'Try the drawn face',
  sample: 'Try the sample clip',
  showNextFace: 'Show the next face',
  readNextFace: 'Read the next face',
  neutral: 'This is my neutral face',
  hideOutlines: 'Hide face outlines',
  showOutlines: 'Show face outlines',
  newest: 'Back to the newest reading',
  download: (format: string) => `Download the readings (${format})`,
  erase: 'Erase everything…',
  hideFigures: 'Hide figures on the video',
  showFigures: 'Show figures on the video',
  keys: { space: 'Space', escape: 'Esc' },
} as const

export const panelTitles = {
  model: 'Model',
  build: 'Build a model',
  device: 'Device and self-check',
  performance: 'Performance',
  storage: 'Storage',
  settings: 'Settings',
  help: 'Help and shortcuts',
  privacy: 'Privacy and limits',
} as const
