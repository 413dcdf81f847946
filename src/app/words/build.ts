/** What a build is doing. */
export const buildWords = {
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
} as const
