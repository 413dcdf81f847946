import type { MeasuredFace } from '../affect/measures.ts'
import type { TimedFrame } from '../capture/painter.ts'
import type { FollowedFrame } from './follower.ts'

/** What was found in a frame that was drawn smaller, in pixels of the picture that the source gives. */
export function inSourcePixels(
  followed: FollowedFrame,
  { width, fullSize }: Pick<TimedFrame, 'width' | 'fullSize'>,
): FollowedFrame {
  if (!fullSize) return followed
  const scale = fullSize.width / width
  const { moment, meshes } = followed
  return {
    ...followed,
    moment: {
      ...moment,
      ...fullSize,
      faces: moment.faces.map(({ track, measured }) => ({ track, measured: scaled(measured, scale) })),
    },
    meshes: new Map([...meshes].map(([track, points]) => [track, points.map((coordinate) => coordinate * scale)])),
  }
}

function scaled(measured: MeasuredFace, scale: number): MeasuredFace {
  const { box, quality } = measured
  return {
    ...measured,
    box: { x: box.x * scale, y: box.y * scale, width: box.width * scale, height: box.height * scale },
    quality: { ...quality, heightPx: quality.heightPx * scale },
  }
}
