/** What the frame of the page says: one catalog a folder, so that it can be reviewed at once, and translated. */
export const words = {
  name: 'VidEmo',
  purpose: 'Faces in video, on your own device',
  skip: 'Skip to the reading',
  reading: 'Reading',
  help: 'Help',
  allActions: 'All actions',
  videoFile: 'Video file',
  drop: 'Drop videos or images to read them',
  apparent: 'Readings describe apparent expressions; not for use at work or in education.',
  staysHere: 'Nothing leaves this device.',
} as const
