import { narrow, useMedia } from '../../use-media.ts'
import { Probabilities } from './Probabilities.tsx'
import { Verdicts } from './Verdicts.tsx'
import { Why } from './Why.tsx'

/** What is read of the source: the verdict on each person, why, and every number behind it. */
export function Reading() {
  const isNarrow = useMedia(narrow)
  return (
    <>
      <Verdicts />
      <Why />
      {/* On a phone they stand in the sheet of *Why*. */}
      {!isNarrow && <Probabilities />}
    </>
  )
}
