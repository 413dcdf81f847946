/** The version of the recording format that this code writes; it reads versions 1 to 3 as well. */
export const recordingVersion = 4
