/** Development only: `/src/app/testing/stories.html?story=NAME` shows the page in a state, with nothing behind it. */
import { createRoot } from 'react-dom/client'
import { drawSmile } from '../../demo-face/drawn-face.ts'
import { App } from '../App.tsx'
import { BuildSession } from '../build-session.ts'
import '../base.css'
import type { StripFrame } from '../session/session-state.ts'
import { fakeBuilder } from './fake-builder.ts'
import { fakeSession } from './fake-session.ts'
import { groupPlaces } from './stories/face-stories.ts'
import { stories } from './stories.ts'
import type { Material } from './story-states.ts'

declare global {
  /** Shows a story on this page, so that scripts need not load the page for each; false for an unknown name. */
  var tellStory: ((name: string) => Promise<boolean>) | undefined
}

/** Frames out of the sample clip, at the size that the model gets. */
async function takeMaterial(): Promise<Material> {
  const file = await (await fetch('/sample.webm')).blob()
  const fileUrl = URL.createObjectURL(file)
  const video = document.createElement('video')
  video.muted = true
  video.src = fileUrl
  await new Promise((resolve) => video.addEventListener('loadeddata', resolve, { once: true }))
  const frames: StripFrame[] = []
  for (let number = 0; number < 16; number++) {
    const timeS = number / 2
    await new Promise((resolve) => {
      video.addEventListener('seeked', resolve, { once: true })
      video.currentTime = timeS + 0.01
    })
    while (video.readyState < 2) await new Promise((resolve) => setTimeout(resolve, 20))
    const image = await createImageBitmap(video, { resizeWidth: 364, resizeHeight: 280 })
    const canvas = new OffscreenCanvas(112, 84)
    canvas.getContext('2d')?.drawImage(image, 0, 0, 112, 84)
    frames.push({ number, timeS, image, thumbnail: await canvas.convertToBlob({ type: 'image/webp' }) })
  }
  const canvas = document.createElement('canvas')
  canvas.width = 640
  canvas.height = 480
  const stream = canvas.captureStream(5)
  // Drawn repeatedly: the stream of a canvas that never changes gives no frame.
  setInterval(() => canvas.getContext('2d')?.drawImage(frames[3].image, 0, 0, 640, 480), 200)
  return { frames, file, fileUrl, stream, group: groupStream(frames[3].image), canvas: drawnCanvas() }
}

/** The face of a picture three times: near, far and at the edge. */
function groupStream(face: ImageBitmap): MediaStream {
  const canvas = document.createElement('canvas')
  canvas.width = 1280
  canvas.height = 720
  const stream = canvas.captureStream(5)
  const { width, height } = face
  const draw = () => {
    const context = canvas.getContext('2d')
    if (!context) return
    context.fillStyle = '#59656b'
    context.fillRect(0, 0, 1280, 720)
    for (const { x, y, scale } of groupPlaces) context.drawImage(face, x, y, width * scale, height * scale)
  }
  setInterval(draw, 200)
  return stream
}

function drawnCanvas(): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = 480
  canvas.height = 480
  const context = canvas.getContext('2d')
  if (context) drawSmile(context, 480)
  return canvas
}

const container = document.getElementById('root')
if (!container) throw new Error('stories.html has no #root')
const root = createRoot(container)
let material: Promise<Material> | undefined

async function tell(name: string): Promise<boolean> {
  const told = stories[name]
  if (!told) return false
  material ??= takeMaterial()
  const { state, view, board, buildSession } = told(await material)
  const builder = fakeBuilder(buildSession?.unfinished)
  root.render(
    <App
      key={name}
      session={fakeSession(state, board)}
      firstView={view}
      firstBuildSession={new BuildSession(builder, buildSession)}
    />,
  )
  return true
}

globalThis.tellStory = tell
const name = new URLSearchParams(location.search).get('story')
if (name === null || !(await tell(name))) {
  root.render(
    <ul>
      {Object.keys(stories).map((each) => (
        <li key={each}>
          <a href={`/src/app/testing/stories.html?story=${each}`}>{each}</a>
        </li>
      ))}
    </ul>,
  )
}
