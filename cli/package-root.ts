import { fileURLToPath } from 'node:url'
import { VidemoError } from '../src/base/errors.ts'

/** Whether this is the repository's TypeScript; otherwise it is the installed package, compiled into its `lib/`. */
export const runsFromSource = import.meta.url.endsWith('.ts')

/** The folder that holds `package.json` and the built page, `dist/`. */
export const packageRoot = fileURLToPath(new URL(runsFromSource ? '..' : '../..', import.meta.url))

/** Throws VidemoError `needs-repository` in the installed package, which holds no source files and no test data. */
export function requireRepository(what: string): void {
  if (!runsFromSource) throw needsRepository(what)
}

/** @param what the command or option, as a person types it */
export function needsRepository(what: string): VidemoError {
  return new VidemoError({
    code: 'needs-repository',
    message: `${what} runs only in the project’s repository: it serves source files to a browser, or draws with packages that are not installed with this one.`,
    action: 'Clone the repository, run “npm ci” in it, and then the same command as “npm run videmo -- …”.',
    subject: what,
  })
}
