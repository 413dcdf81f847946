/** What a device is said to be able to do, and how its self-check ended. */
export const deviceWords = {
  steps: {
    secure: 'A secure connection',
    webgpu: 'A browser with WebGPU',
    adapter: 'A GPU that the browser may use',
    hardware: 'A hardware GPU, for speed',
    half: '16-bit floats',
    room: 'Room for the model',
  },
  noHalf: {
    message: 'This GPU has no 16-bit floats (shader-f16), so a model that computes in them cannot run here.',
    action: 'Choose a model that computes in 32-bit floats, built with --dtype q4.',
  },
  verdicts: { exact: 'exact', close: 'close', wrong: 'wrong', unchecked: 'not checked' },
  meanings: {
    exact: 'This device computes what the reference computes.',
    close: 'This device computes nearly what the reference computes; answers may differ in details.',
    wrong: 'This device computes something else. Its readings cannot be trusted.',
    unchecked: 'There was nothing to compare with.',
  },
} as const
