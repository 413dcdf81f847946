import { Workbox } from 'workbox-window'
import { leaveUnasked } from './session/unsaved-readings.ts'
import { Store } from './store.ts'

export interface AppUpdateState {
  /** A newer version of the app has been fetched and waits until it is taken. */
  readonly isReady: boolean
}

/** The version of the app that is stored for visits without a network; replaced only when a person agrees. */
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
      // There is no service worker in private windows, in frames of other sites, and on hosts that lack its file.
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
    // The notice has told the person what a reload forgets, so the browser need not ask again.
    leaveUnasked()
    // `controlling` comes where the old version controls this page, `activated` also where no version does.
    workbox.addEventListener('controlling', reload)
    workbox.addEventListener('activated', reload)
    workbox.messageSkipWaiting()
  }
}

export const appUpdate = new AppUpdate()
