import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { contentPolicyFiles } from './scripts/content-policy.ts'
import { embedTypes } from './scripts/embed-types.ts'
import { gzippedWasm } from './scripts/gzipped-wasm.ts'
import { notices } from './scripts/notices.ts'
import { offlineWorker } from './scripts/offline-worker.ts'
import { ownChunks } from './scripts/own-chunks.ts'
import { workerFacade } from './scripts/worker-facade.ts'

const { collect, write } = notices()

export default defineConfig({
  // Relative addresses: the built page runs below any path of a static host.
  base: './',
  // A missing file is a 404 and not the page itself, as on a static host.
  appType: 'mpa',
  plugins: [react(), gzippedWasm(), contentPolicyFiles(), embedTypes(), collect(), write(), offlineWorker()],
  worker: { format: 'es', plugins: () => [gzippedWasm(), workerFacade(), ownChunks('transformers'), collect()] },
  build: {
    target: 'es2023',
    // A WebAssembly or an icon inlined as a data URL would need a looser content policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    // What the page loads, for those who weigh it.
    manifest: 'assets/manifest.json',
    rolldownOptions: {
      input: { index: 'index.html', videmo: 'src/embed/videmo.ts' },
      preserveEntrySignatures: 'exports-only',
      // Other pages import it by its name.
      output: { entryFileNames: ({ name }) => (name === 'videmo' ? 'embed/[name].js' : 'assets/[name]-[hash].js') },
    },
  },
  optimizeDeps: {
    // Pre-bundling would move the runtime away from the WebAssembly that it looks for beside itself.
    exclude: ['onnxruntime-web', 'onnxruntime-web/jspi', 'onnxruntime-web/wasm', 'onnxruntime-web/webgpu'],
    // The worker's, which Vite would find only when it runs, and then reload the page.
    include: ['comlink', 'hash-wasm', 'mediabunny', 'valibot', '@huggingface/tokenizers'],
  },
  server: { host: '127.0.0.1' },
  preview: { host: '127.0.0.1' },
})
