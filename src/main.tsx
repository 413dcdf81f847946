import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/App.tsx'
import { appUpdate } from './app/app-update.ts'
import { EngineClient } from './readers/worker/client.ts'
import './app/base.css'
import { linkedBundle } from './app/bundle-link.ts'
import { framingFrom } from './app/framing.ts'
import { Session } from './app/session/session.ts'
import { installTestHooks, testDoors } from './app/test-hooks.ts'

/** What comes with the page. */
const smallBundle = 'models/videmo-tiny/'
const parameters = new URLSearchParams(location.search)
const framing = framingFrom(parameters)
const linked = linkedBundle(parameters, document.baseURI)
// A constant of the build: what stands behind it is not in the published page at all.
const doors = import.meta.env.MODE === 'tests' ? testDoors(parameters) : undefined
const small = new URL(smallBundle, document.baseURI).href

const session = new Session({
  createClient: () => new EngineClient({ appUrl: document.baseURI, ...doors?.engine }),
  defaultBundle: linked ?? small,
  smallBundle: small,
  sampleUrl: new URL('sample.webm', document.baseURI).href,
  startsByItself: !framing.source && (doors?.startsByItself ?? true),
  ...doors?.session,
})
if (import.meta.env.MODE === 'tests' && doors) installTestHooks(session)

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <App session={session} framing={framing} />
  </StrictMode>,
)
void session.open()
if (import.meta.env.PROD) void appUpdate.start(new URL('sw.js', document.baseURI))
