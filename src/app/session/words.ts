/** What the session says: titles of what could not be opened, and what screen readers are told. */
export const words = {
  sampleName: 'Sample clip',
  drawnName: 'Drawn face',
  cameraName: 'Camera',
  screenName: 'Screen',
  notOpened: {
    camera: 'Camera not started',
    file: 'This file cannot be read',
    screen: 'Nothing was shared',
    drawn: 'The drawn face was not started',
    sample: 'The sample clip was not loaded',
  },
  nothingChosen: 'Nothing to open',
  namedFileNotOpened: (name: string) => `${name} cannot be read`,
  lost: { camera: 'The camera was lost', screen: 'The sharing ended', drawn: 'The drawn face ended' },
  sentence: (title: string) => `${title}.`,

  stopped: 'Stopped.',
  complete: 'The reading is complete.',
  pictureBack: 'There is a picture again.',
  erased: 'Everything was erased.',
  modelReady: 'The model is ready.',
  modelLoadedAgain: 'The model was lost; it is being loaded again.',
  modelLoadLost: 'The model was lost while it was loaded; it is being loaded again.',
  loadLost: (name: string) => `The last start ended while ${name} was loading.`,
  modelDeleted: (name: string | undefined) => `${name ?? 'The model'} was deleted.`,
  modelsKept: 'The browser keeps the models.',
  modelsNotKept: 'The browser has not agreed.',

  filesAdded: (what: string) => `${what} will be read after the others.`,
  fileCount: (count: number) => `${count} files`,
  fileFailed: (name: string, why: string) => `${name} failed: ${why}`,
  fileBegins: (number: number, of: number, name: string) => `File ${number} of ${of}: ${name}.`,
  allRead: (count: number) => `All ${count} files were read.`,
  someRead: (read: number, of: number) => `${read} of ${of} files were read to their end.`,

  appears: (label: string) => `Appears ${label}.`,
  faceAppears: (face: string, label: string) => `Face ${face} appears ${label}.`,
  facesFound: (faces: readonly string[]) =>
    faces.length === 1
      ? `Face ${faces[0]} found.`
      : `Faces ${faces.slice(0, -1).join(', ')} and ${faces.at(-1)} found.`,
  faceCount: (count: number) => (count === 1 ? 'One face left in the picture.' : `${count} faces in the picture.`),
  noFace: 'No face in the picture.',
} as const
