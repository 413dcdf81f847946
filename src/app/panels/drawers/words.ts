/** What the drawers say: one catalog, so that it can be reviewed at once, and translated. */
export const words = {
  settings: {
    note: 'Changes apply from the next reading on, and are kept on this device.',
    reset: 'Reset all settings',
    display: {
      title: 'Display and speech',
      mirror: 'Show the camera as a mirror',
      mirrorNote: 'The model always gets the picture as it is.',
      outlines: 'Outlines and numbers on faces',
      mesh: 'Mesh',
      meshNote:
        'The points that movement is measured from. They are held in memory only, and forgotten with the next frame.',
      figures: 'Figures on the video',
      figuresNote: 'Speed and memory, also with the key H.',
      spoken: 'Spoken to screen readers',
      spokenChoices: { changes: 'Changes of the emotion', answers: 'Every answer in full' },
    },
    faces: {
      title: 'Faces',
      follow: 'Follow and measure faces',
      followNote:
        'From the next source on. Off: the whole picture is read, which leaves a slow device more time for reading.',
      view: 'What the model is shown',
      views: { automatic: 'Automatic', face: 'The face', twin: 'A drawn twin', picture: 'The whole picture' },
      viewNotes: {
        automatic:
          'A model that reads real faces is shown the followed face; a model that reads drawings, a drawn twin of it. Where no face is found, the whole picture.',
        face: 'The followed face is cropped with some space around it and fills the frame, however far away it is.',
        twin: 'A drawn face moves as the followed face does, and the model reads the drawing. Its hair and skin say nothing of the person, so attributes are not asked.',
        picture: 'The model is shown the picture as it is, with everybody in it.',
      },
      who: 'Who is read',
      whos: { chosen: 'The chosen face', all: 'All faces, in turn' },
      whoNotes: {
        chosen: 'The others are measured, but not read.',
        all: 'Each face gets its own readings; every further face makes them slower.',
      },
      small: 'Look for small faces',
      smallNote:
        'Also searches parts of the picture, enlarged, which takes more time. What was already measured of a file stays as it is until the file is opened again.',
      clues: 'Tell the model what was measured',
      cluesNote:
        'The emotion question then names the measured movements, so that the answer is no longer independent of them.',
    },
    questions: {
      title: 'Questions',
      preset: 'Set of questions',
      question: (stage: string) => `Question: ${stage}`,
      backToPreset: 'Back to the preset’s words',
      note: 'These questions are this project’s own: the prompts that VidEmo was trained with are not public. Each question is asked with the answers before it.',
    },
    frames: {
      title: 'Frames',
      perSecond: 'Frames per second',
      perWindow: 'Frames per window',
      hop: 'A full window moves on by',
      resolution: 'Input resolution',
      asTrained: (value: string) => `${value}, as trained`,
      spanning: (frames: number, seconds: string) => `${frames}, ${seconds} s`,
      resolutions: {
        trained: (pixels: string) => `As trained (at most ${pixels} pixels)`,
        half: 'About 50,000 pixels: faster, less detail',
        quarter: 'About 25,000 pixels: fastest, little detail',
      },
    },
    probabilities: {
      title: 'Probabilities',
      live: 'Live probabilities',
      liveNote:
        'After every two frames the model is asked closed questions: emotion, sentiment, action units. Each takes one pass; nothing is generated.',
      bothOrders: 'Ask with the options in both orders',
      bothOrdersNote: 'Cancels out a model’s preference for early options, at twice the passes.',
      smooth: 'Smooth what is shown',
      smoothNote: (seconds: number) => `Exponentially, over ${seconds} s of video.`,
    },
    answers: {
      title: 'Answers',
      longest: 'Longest answer',
      tokens: (count: string) => `${count} tokens`,
      sampling: 'Sampling',
      samplingNote:
        'Off: always the most likely token, so that the same frames give the same answer. On: answers vary, and each token takes longer.',
      temperature: 'Temperature',
      topP: 'Top-p',
    },
  },

  performance: {
    figuresOnVideo: 'Figures on the video',
    figuresOnVideoNote: 'Also with the key H.',
    speed: 'Speed and memory',
    means: 'Means over the last few updates.',
    stages: 'Last update, by stage',
    firstToken: (time: string) => `first token ${time}`,
    tokens: (count: string) => `${count} tokens`,
    kept: 'kept from the start of the window',
    notAsked: 'not asked yet',
    sinceOpened: 'Since the GPU was opened',
    readBack: 'Read back from the GPU',
    dispatches: 'Dispatches',
    submissions: 'Submissions',
  },

  device: {
    check: 'Self-check',
    compared: 'Compared with',
    subjects: { bundle: 'the model’s own reference numbers', kernels: 'a small reference network' },
    maxError: 'Largest logit error',
    deviations: (error: string) => `${error} standard deviations`,
    cosine: 'Lowest cosine similarity',
    unknown: 'unknown',
    precision: 'Precision',
    mode: (bits: number) => `${bits}-bit floats`,
    modeWithSubgroups: (bits: number) => `${bits}-bit floats, subgroups`,
    tried: 'Modes tried',
    triedMode: (mode: string, verdict: string, error: string) => `${mode}: ${verdict}, ${error}`,
    needs: 'What reading needs',
    states: { fine: ': yes', limited: ': in part', missing: ': no', unknown: ': not known yet' },
    adapter: 'Adapter',
    name: 'Name',
    vendor: 'Vendor',
    notTold: 'not given',
    subgroups: 'Subgroups',
    subgroupSizes: (smallest: number, largest: number | undefined) =>
      largest === undefined || largest === smallest ? `${smallest}` : `${smallest} to ${largest}`,
    featuresInUse: 'Features in use',
    noFeatures: 'only those that every adapter has',
    allFeatures: 'All features it offers',
  },

  storage: {
    model: 'Model',
    inUse: 'In use',
    none: 'none',
    named: (name: string, size: string) => `${name}, ${size}`,
    keptIn: 'Kept in',
    stores: {
      opfs: 'this browser’s storage; next time it loads from there',
      memory: 'memory only: the browser offered no storage, so it is downloaded again next time',
      folder: 'your folder; choose it again next time',
    },
    readings: 'Readings',
    thumbnails: 'Thumbnails of frames',
    readingsKept: 'memory, until you erase them or close the page',
    download: (format: string) => `Download (${format})`,
  },

  help: {
    how: 'How a reading is made',
    steps: [
      'Two frames per second are taken; up to sixteen make a window.',
      'The model describes the face, then what it does, then what it appears to express.',
      'Meanwhile faces are followed, and their movement is measured at the camera’s rate. Click a face, or choose it from the list, to have it read.',
      'Point at anything in the reading to see the frames and the words behind it.',
    ],
    marks: 'Said and measured',
    markSeen: { mark: 'seen', meaning: 'The movement that the words name was measured, at that time.' },
    markNotSeen: { mark: 'not seen', meaning: 'The face was measured, and did not move so.' },
    markCannotTell: {
      mark: 'cannot tell',
      meaning: 'Nothing measures it, or the face was too small, dark, turned away or covered.',
    },
    keys: 'Keyboard shortcuts',
    singleKeys: 'Single-key shortcuts',
    singleKeysNote:
      'Switch them off if you use speech input, or press keys by accident. The menu has every action, too.',
    tree: 'In the reading: up and down arrows move, left and right close and open, Enter goes to what a cue rests on.',
  },

  privacy: {
    stays: {
      title: 'What stays here',
      points: [
        'Frames, readings and settings stay on this device. There is no server, no account and no tracking.',
        'Nothing is recorded unless you download it. Closing the page forgets every frame and reading.',
        'Faces are found and followed on this device by three small networks that come with the page. The points of a face are held in memory only, until the next frame; what is kept for the curves is movement, from which nobody could be recognized.',
        'The page fetches its own files, and a model from the address that you choose. It sends nothing of yours.',
      ],
    },
    reading: {
      title: 'What a reading is',
      points: [
        'A model’s guess at how a face appears, in words. It does not know what a person feels.',
        'It can be wrong, and more often so for small, dark or turned faces and for faces unlike those it was trained on.',
        'It names nobody and compares nobody.',
      ],
    },
    measure: {
      title: 'What a measure is',
      points: [
        'How far a part of the face has moved from its place at rest, as far as the picture shows it.',
        'Units are graded good, fair or poor by how well they can be measured. No measure is an emotion.',
        'Statues, dolls and posters are found as faces, too: a found face is no proof that somebody is there.',
      ],
    },
    notFor: {
      title: 'What it is not for',
      points: [
        'Not for use at work or in education, where the European Union prohibits emotion recognition.',
        'Not for decisions about people, and not for diagnosis.',
        'Other people in the picture must know and agree before you read their faces.',
      ],
    },
    others: {
      title: 'Made by others',
      note: 'The networks that find faces are MediaPipe’s, by Google, under the Apache License 2.0, converted to ONNX. What else the page is made of is listed with its licenses in',
      notice: 'NOTICE.txt',
    },
  },
} as const
