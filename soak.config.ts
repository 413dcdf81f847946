import { defineConfig } from '@playwright/test'
import base from './playwright.config.ts'

/** `npm run soak`: half an hour of reading with losses on the way; `SOAK_MINUTES` for another time. */
export default defineConfig({ ...base, projects: [{ name: 'soak', testMatch: 'soak.ts' }] })
