import { createContext, useContext, useEffect, useState } from 'react'

const load = () => import('../claims/index.ts')

/** What shows claims: it comes with the first claim, so that a page that follows no faces does without. */
export type ClaimParts = Awaited<ReturnType<typeof load>>

/** Undefined until it is loaded, and where it cannot be: then the tree goes on without marks. */
export const ClaimPartsContext = createContext<ClaimParts | undefined>(undefined)

export function useClaimParts(): ClaimParts | undefined {
  return useContext(ClaimPartsContext)
}

/** Loads them once there are claims. */
export function useLoadedClaimParts(isNeeded: boolean): ClaimParts | undefined {
  const [parts, setParts] = useState<ClaimParts>()
  useEffect(() => {
    if (isNeeded) void load().then(setParts, () => undefined)
  }, [isNeeded])
  return parts
}
