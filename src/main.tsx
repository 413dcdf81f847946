import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { EngineClient } from '../workers/engine-client.ts'
import { App } from './app/App.tsx'
import { appUpdate } from './app/app-update.ts'
import './app/base.css'
import { framingFrom } from './app/framing.ts'
import { Session } from './app/session.ts'
import { installTestHooks } from './app/test-hooks.ts'

/** What comes with the page. */
const smallBundle = 'models/videmo-tiny/'
const parameters = new URLSearchParams(location.search)
const isTest = parameters.has('test')
const framing = framingFrom(parameters)
const engine = {
  appUrl: document.baseURI,
  forceSubgroups: isTest && parameters.has('subgroups'),
  skipChecks: isTest && parameters.has('unchecked'),
  preferAdapter: isTest,
}

const session = new Session({
  createClient: () => new EngineClient(engine),
  defaultBundle: new URL(parameters.get('bundle') ?? smallBundle, document.baseURI).href,
  smallBundle: new URL(smallBundle, document.baseURI).href,
  sampleUrl: new URL('sample.webm', document.baseURI).href,
  ...(isTest ? { maxTokens: Number(parameters.get('tokens') ?? 24), keepFrames: true } : {}),
})
if (isTest) installTestHooks(session)
if (framing.source) session.startsByItself = false

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <App session={session} framing={framing} />
  </StrictMode>,
)
void session.open()
if (import.meta.env.PROD) void appUpdate.start(new URL('sw.js', document.baseURI))
