import { ClosedDoor, forgetRequests, sumOfRequests } from './request-log.ts'

/** Where browsers under test look for a proxy. */
export const doorPort = Number(process.env.E2E_PORT ?? 4173) + 1

/** Around all tests: counts where their requests went, and fails the run when one left this machine. */
export default async function wholeRun(): Promise<() => Promise<void>> {
  forgetRequests()
  const door = new ClosedDoor()
  await door.open(doorPort)
  return async () => {
    await door.close()
    const { own, chosen, foreign, browsersOwn } = sumOfRequests(door.asked)
    console.log(
      [
        `\nRequests of all tests: ${own} to the page's own host, ${chosen} to hosts that tests chose`,
        `${foreign.length} elsewhere; ${browsersOwn} of the browser's own, for updates and the like, got no answer.`,
      ].join(', '),
    )
    if (foreign.length > 0) throw new Error(`Requests left for other hosts:\n${[...new Set(foreign)].join('\n')}`)
  }
}
