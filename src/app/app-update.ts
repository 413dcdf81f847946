import { Workbox } from 'workbox-window'
import { leaveUnasked } from './session/unsaved-readings.ts'
import { Store } from './store.ts'

export interface AppUpdateState {
  /** A newer version of the app has been fetched and waits until it is taken. */
  readonly isReady: boolean
}

/** The app's own version: kept for visits without a network, and replaced only when a person says so. */
export class AppUpdate {
  readonly store = new Store<AppUpdateState>({ isReady: false })
  private workbox: Workbox | undefined

  /** Never throws: without a service worker the app is fetched every time. */
  async start(scriptUrl: URL): Promise<void> {
    if (!('serviceWorker' in navigator)) return
    const workbox = new Workbox(scriptUrl.href)
    this.workbox = workbox
    workbox.addEventListener('waiting', () => this.store.update({ isReady: true }))
    try {
      await workbox.register()
    } catch {
      // Private windows, frames of other sites, hosts without the file.
    }
  }

  /** Takes the new version: reloads the page, and with it forgets whatever is recorded. */
  take(): void {
    const { workbox } = this
    if (!workbox) return
    let isReloading = false
    const reload = () => {
      if (isReloading) return
      isReloading = true
      location.reload()
    }
    // The notice has said what a reload forgets, and was answered.
    leaveUnasked()
    // The first where the old version is in charge of this page, the second where none is.
    workbox.addEventListener('controlling', reload)
    workbox.addEventListener('activated', reload)
    workbox.messageSkipWaiting()
  }
}

export const appUpdate = new AppUpdate()
