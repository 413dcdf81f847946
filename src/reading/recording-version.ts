/** The version of the recording format that this code writes; it reads versions 1 and 2 as well. */
export const recordingVersion = 3
