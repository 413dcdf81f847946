import { EvidenceStrip } from './EvidenceStrip.tsx'
import { NowPanel } from './NowPanel.tsx'
import { WhyPanel } from './WhyPanel.tsx'

/** What is read of the source: the verdict on each person, why, and the frames that it rests on. */
export function Reading() {
  return (
    <>
      <NowPanel />
      <WhyPanel />
      <EvidenceStrip />
    </>
  )
}
