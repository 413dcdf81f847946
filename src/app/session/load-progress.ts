import type { Manifest } from '../../manifest/manifest.ts'
import type { BundleRoom, BundleSource, LoadProgress } from '../../readers/worker/protocol.ts'
import { shownWait } from '../server-wait.ts'
import type { LoadState } from './session-state.ts'

/** The state of a load after the worker has reported progress; the state itself where the report does not fit it. */
export function loadAfter(load: LoadState, source: BundleSource, progress: LoadProgress): LoadState {
  switch (progress.type) {
    case 'manifest': {
      const { manifest, isStored, room } = progress
      const totalBytes = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0)
      return downloading(source, manifest, totalBytes, isStored ? { storedBytes: totalBytes } : room)
    }
    case 'downloading': {
      const { type: _, ...figures } = progress
      if (load.state === 'downloading') return { ...load, ...figures }
      // The other tab gave up storing it: this one downloads what is left.
      return load.state === 'waiting' ? { state: 'downloading', source, manifest: load.manifest, ...figures } : load
    }
    case 'waiting': {
      if (load.state !== 'downloading') return load
      const { manifest, totalBytes } = load
      return { state: 'waiting', source, manifest, totalBytes }
    }
    case 'server-wait': {
      const isAsked = load.state === 'asking' || load.state === 'downloading'
      return isAsked ? { ...load, wait: shownWait(progress.wait) } : load
    }
    case 'checking':
      return { state: 'checking', source }
    case 'starting':
      return { state: 'starting', source, graph: progress.graph }
  }
}

/** A download that goes on from what is stored of it. */
export function downloading(
  source: BundleSource,
  manifest: Manifest,
  totalBytes: number,
  room: BundleRoom | undefined,
): Extract<LoadState, { readonly state: 'downloading' }> {
  const doneBytes = room?.storedBytes ?? 0
  const isResumed = doneBytes > 0 && doneBytes < totalBytes
  return {
    state: 'downloading',
    source,
    manifest,
    doneBytes,
    totalBytes,
    ...(isResumed ? { keptBytes: doneBytes } : {}),
  }
}
