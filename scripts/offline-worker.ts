import type { PluginOption } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'

/**
 * The service worker: the app and its sample clip, as one version, for visits without a network. It takes a new version
 * into use when the page asks it to (`app-update.ts`). Weights lie in the browser's file system and never here; the
 * runtime's WebAssembly is kept by whoever used it (`app-wasm.ts`).
 */
export function offlineWorker(): PluginOption {
  return VitePWA({
    strategies: 'generateSW',
    filename: 'sw.js',
    registerType: 'prompt',
    // The page registers it by itself, and has a manifest.
    injectRegister: false,
    manifest: false,
    workbox: {
      globPatterns: ['*.html', 'assets/*.{js,css}', '*.{svg,png,webmanifest}', 'sample.webm'],
      // transformers.js keeps no weights, so that it is of no use without a network.
      globIgnores: ['models/**', '**/*.gz', 'embed/**', 'assets/transformers*'],
      // The page's own parameters name a bundle or a source, and never another page.
      ignoreURLParametersMatching: [/./],
      dontCacheBustURLsMatching: /assets\//,
      navigateFallback: null,
      cleanupOutdatedCaches: true,
      inlineWorkboxRuntime: true,
      sourcemap: false,
    },
  })
}
