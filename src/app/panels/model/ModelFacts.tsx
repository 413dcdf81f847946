import { licenceText } from '../../../manifest/licence-text.ts'
import type { Manifest } from '../../../manifest/manifest.ts'
import type { LoadedBundle } from '../../../readers/worker/protocol.ts'
import { trainedFrames } from '../../../reading/frames.ts'
import { Fact, Facts } from '../../controls/Facts.tsx'
import { formatCount, formatWhole } from '../../format.ts'
import { isPlaceholder, placedName, readsDrawnFaces } from '../../model-kind.ts'
import { isStoredAs, type StoredState } from '../../session/stored-models.ts'
import { isolatedName } from '../../shown-name.ts'
import panels from '../drawers/Panels.module.css'
import { ExportButtons, ExportStatus } from './ExportModel.tsx'
import styles from './ModelPanel.module.css'
import { SmallModelButton } from './SmallModelButton.tsx'
import { words } from './words.ts'

interface Props {
  readonly bundle: LoadedBundle
  readonly stored: StoredState | undefined
}

/** The model in use: what it is, folded, with all its figures. */
export function ModelFacts({ bundle, stored }: Props) {
  const { manifest, source, store } = bundle
  const { model, bits, source: origin, files } = manifest
  const { facts } = words
  const trained = trainedFrames(manifest)
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  return (
    <details className={styles.fold}>
      <summary className={styles.summary}>{words.inUse(placedName(source, isolatedName(bundle.name)))}</summary>
      <div className={styles.folded}>
        <Facts>
          <Fact term={facts.what}>{whatItIs(manifest)}</Fact>
          <Fact term={facts.license}>{licenceText(manifest)}</Fact>
          <Fact term={facts.size}>{facts.sizeText(bytes, files.length)}</Fact>
          <Fact term={facts.weights}>{facts.weightsText(manifest.dtype, bits)}</Fact>
          <Fact term={facts.from}>{placeOf(source)}</Fact>
          <Fact term={facts.builtFrom}>
            {origin.origin}
            {origin.revision && facts.revision(origin.revision)}
          </Fact>
          <Fact term={facts.keptIn}>{facts.places[store]}</Fact>
          <Fact term={facts.parameters}>{formatCount(model.parameters)}</Fact>
          <Fact term={facts.language}>
            {facts.languageText(model.layers, model.hiddenSize, model.heads, model.kvHeads)}
          </Fact>
          <Fact term={facts.vision}>{facts.visionText(model.visionDepth, model.visionHiddenSize)}</Fact>
          <Fact term={facts.vocabulary}>{formatWhole(model.vocabSize)}</Fact>
          <Fact term={facts.context}>{facts.contextText(manifest.contextLength)}</Fact>
          <Fact term={facts.trained}>
            {facts.trainedText(trained.windowFrames, trained.maxPixels, trained.framesPerSecond)}
          </Fact>
        </Facts>
        {store === 'opfs' && <ExportInUse bundle={bundle} stored={stored} />}
        <div className={panels.actions}>
          <SmallModelButton />
        </div>
      </div>
    </details>
  )
}

/** Exports the model in use, if this browser has stored all of it. */
function ExportInUse({ bundle: { source }, stored }: Props) {
  const entry =
    stored?.state === 'known' && stored.bundles.find((each) => each.state === 'whole' && isStoredAs(each, source))
  if (!entry) return null
  return (
    <>
      <p className={panels.note}>{words.facts.publish}</p>
      <div className={panels.actions}>
        <ExportButtons bundle={entry} />
      </div>
      <ExportStatus />
    </>
  )
}

function placeOf(source: LoadedBundle['source']): string {
  switch (source.type) {
    case 'url':
      return source.url
    case 'files':
      return words.facts.folder(isolatedName(source.name))
    case 'stored':
      return source.url ?? words.facts.builtHere
  }
}

function whatItIs(manifest: Manifest): string {
  if (isPlaceholder(manifest)) return words.facts.random
  if (readsDrawnFaces(manifest)) return words.facts.drawn
  return manifest.source.architecture
}
