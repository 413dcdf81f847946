import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { contentPolicyFiles } from './scripts/content-policy.ts'
import { gzippedWasm } from './scripts/gzipped-wasm.ts'
import { offlineWorker } from './scripts/offline-worker.ts'

export default defineConfig({
  // Relative addresses: the built page runs below any path of a static host.
  base: './',
  // A missing file is a 404 and not the page itself, as on a static host.
  appType: 'mpa',
  plugins: [react(), gzippedWasm(), contentPolicyFiles(), offlineWorker()],
  worker: { format: 'es', plugins: () => [gzippedWasm()] },
  build: {
    target: 'es2023',
    // A WebAssembly or an icon inlined as a data URL would need a looser content policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
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
