import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/App.tsx'
import { appUpdate } from './app/app-update.ts'
import { EngineClient } from './readers/worker/client.ts'
import './app/base.css'
import { linkedBundle } from './app/bundle-link.ts'
import { framingFrom } from './app/framing.ts'
import { lastPicture } from './app/session/last-picture.ts'
import { Session } from './app/session/session.ts'
import { installTestHooks, testOptions } from './app/test-hooks.ts'

/** Address of the bundle that comes with the page, below the page's own. */
const smallBundle = 'models/videmo-tiny/'
const parameters = new URLSearchParams(location.search)
const framing = framingFrom(parameters)
const linked = linkedBundle(parameters, document.baseURI)
// The mode is a constant of the build: outside of mode `tests` the bundler removes the code for tests.
const tests = import.meta.env.MODE === 'tests' ? testOptions(parameters) : undefined
const small = new URL(smallBundle, document.baseURI).href

const session = new Session({
  createClient: () => new EngineClient({ appUrl: document.baseURI, ...tests?.engine }),
  createFaces: async () => {
    const { FacesClient } = await import('./faces/worker/client.ts')
    return new FacesClient({ appUrl: document.baseURI })
  },
  defaultBundle: linked ?? small,
  smallBundle: small,
  sampleUrl: new URL('sample.webm', document.baseURI).href,
  lastPicture,
  troubleIn: async (file) => {
    const { troubleIn } = await import('./capture/file-look.ts')
    return troubleIn(file)
  },
  startsByItself: !framing.source && (tests?.startsByItself ?? true),
  ...tests?.session,
})
if (import.meta.env.MODE === 'tests' && tests) installTestHooks(session)

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <App session={session} framing={framing} />
  </StrictMode>,
)
void session.open()
if (import.meta.env.PROD) void appUpdate.start(new URL('sw.js', document.baseURI))
