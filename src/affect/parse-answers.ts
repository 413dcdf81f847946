import { emptyPartialTree, personNode } from './partial-tree.ts'
import { type StageId, stageIds } from './stage.ts'
import { StageReader, type StageReading } from './stage-reader.ts'
import { type Place, wholePicture } from './track.ts'
import type { AffectiveTree } from './tree.ts'

/** The stages' answers so far. */
export type StageTexts = Readonly<Partial<Record<StageId, string>>>

/** Reads answers into a tree in one go; see `TreeReader`. */
export function parseAnswers(texts: StageTexts, stages?: readonly StageReading[]): AffectiveTree {
  return new TreeReader(stages).read(texts)
}

/**
 * Reads answers into the affective tree while they grow. It is cheap enough to call once per frame: complete sentences
 * are read once, and only the last, open one is read again. Nodes of complete sentences do not change as the stage's
 * text grows (attributes and expressions stay the same objects), except that emotions may gain reasons.
 *
 * Never throws. Text that is not language (from random weights or damaged models) gives no nodes.
 */
export class TreeReader {
  private readonly readers: ReadonlyMap<StageId, StageReader>

  /**
   * @param stages of the preset; for missing ones DFEW's emotions are the labels
   * @param place whose answers are read; every span names it
   */
  constructor(stages: readonly StageReading[] = [], place: Place = { track: wholePicture }) {
    this.readers = new Map(
      stageIds.map((id) => [id, new StageReader(stages.find((stage) => stage.id === id) ?? { id }, place)]),
    )
  }

  read(texts: StageTexts): AffectiveTree {
    let tree = emptyPartialTree
    for (const [id, reader] of this.readers) tree = reader.read(texts[id] ?? '', tree)
    const persons = tree.persons.map(personNode).filter((person) => person !== undefined)
    return { persons }
  }
}
