/** What speed and memory are called, on the video and in the panel *Performance*. */
export const figureWords = {
  figures: 'Figures',
  vision: 'Vision',
  prefill: 'Prefill',
  probe: 'Probe',
  firstToken: 'First token',
  decode: 'Decode',
  tokensPerPass: 'Tokens per pass',
  draftAcceptance: 'Draft acceptance',
  update: 'Update every',
  framesSkipped: 'Frames skipped',
  gpuMemory: 'GPU memory',
  gpuBuffers: 'GPU buffers',
  perPair: (time: string) => `${time} per pair`,
  perProbe: (time: string) => `${time} per question`,
  notMeasured: '–',
} as const
