/**
 * What the model is shown of a source: its whole picture, the followed face cropped from it, or a drawn face that moves
 * as the followed one does.
 */
export const views = ['picture', 'face', 'twin'] as const
export type View = (typeof views)[number]
