import { useEffect, useState } from 'react'
import { usePage } from '../../view.ts'

const showEveryMs = 1000

/** The moments in which faces were followed during the last second, counted; undefined while there were none. */
export function useFollowedRate(): number | undefined {
  const { facesBoard } = usePage().session
  const [rate, setRate] = useState<number>()
  useEffect(() => {
    let count = 0
    const stop = facesBoard.listen(() => {
      count++
    })
    let sinceMs = performance.now()
    const timer = setInterval(() => {
      const nowMs = performance.now()
      setRate(count === 0 ? undefined : Math.round((count * 1000) / (nowMs - sinceMs)))
      count = 0
      sinceMs = nowMs
    }, showEveryMs)
    return () => {
      clearInterval(timer)
      stop()
    }
  }, [facesBoard])
  return rate
}
