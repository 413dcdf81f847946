import { attributesOf } from './attributes.ts'
import { choicesOf } from './choices.ts'
import { attributeChosen, chosenNodes, emotionChosen, expressionChosen } from './chosen-nodes.ts'
import { EmotionReader } from './emotions.ts'
import { expressionsOf } from './expressions.ts'
import { headingWords } from './headings.ts'
import { dfewEmotions } from './labels.ts'
import { emptyPartialTree, type PartialTree, startStage } from './partial-tree.ts'
import { mentionsOf } from './persons.ts'
import { isLegible, readSentence } from './read-sentence.ts'
import { SentenceUpdate } from './sentence-update.ts'
import { type Sentence, sentencesOf } from './sentences.ts'
import type { Stage, StageId } from './stage.ts'
import type { Place } from './track.ts'
import type { TextPlace } from './tree.ts'
import { type Word, wordsOf } from './words.ts'

/** The fields of a stage that reading its answers depends on. */
export type StageReading = Pick<Stage, 'id' | 'labels' | 'reads'>

/** Reads one stage's answer while it grows: goes on from the end of the last complete sentence. */
export class StageReader {
  private readonly place: TextPlace
  private readonly reads: ReadonlySet<StageId>
  private readonly options: readonly string[]
  private readonly emotions: EmotionReader
  private text = ''
  private before: PartialTree | undefined
  /** Length of the complete sentences, in UTF-16 units. */
  private done = 0
  /** What the complete sentences gave. */
  private sure: PartialTree = emptyPartialTree
  /** The same with the last, open sentence. */
  private all: PartialTree = emptyPartialTree

  constructor({ id, labels, reads }: StageReading, place: Place) {
    this.place = { stage: id, ...place }
    this.reads = new Set(reads ?? [id])
    const emotions = id === 'emotion' && labels !== undefined && labels.length > 0 ? labels : dfewEmotions
    const offered = labels ?? (id === 'emotion' ? emotions : [])
    // No letters where they would be misread: a caption may begin with one (*A woman ...*), and 26 do not name 40
    // labels.
    this.options = this.reads.size > 1 || offered.length > 26 ? [] : offered
    this.emotions = new EmotionReader(emotions)
  }

  read(text: string, before: PartialTree): PartialTree {
    const isSame = before === this.before
    if (isSame && text === this.text) return this.all
    if (!isSame || !text.startsWith(this.text.slice(0, this.done))) {
      this.before = before
      this.done = 0
      this.sure = startStage(before)
    }
    this.text = text
    this.all = this.sure
    for (const sentence of sentencesOf(text, this.done)) {
      this.all = this.add(this.all, text, sentence)
      if (!sentence.isComplete) break
      this.sure = this.all
      this.done = sentence.to
    }
    return this.all
  }

  private add(before: PartialTree, text: string, { from, to, startsLine }: Sentence): PartialTree {
    const own = wordsOf(text, from, to)
    if (own.length === 0) return before
    const heading = startsLine ? headingWords(text, own, from, to) : 0
    const keepsHeading = heading === 0 && (!startsLine || before.isBlockHeading)
    const old = keepsHeading ? before.heading : []
    const isBlock = keepsHeading ? before.isBlockHeading : heading === own.length
    if (!isLegible(text.slice(from, to), own, (word) => this.knows(word))) return before
    const words = [...old, ...own]
    const sentence = readSentence(this.place, text, words, old.length + heading, old.length)
    const update = new SentenceUpdate(
      { ...before, heading: words.slice(0, sentence.headingWords), isBlockHeading: isBlock },
      sentence,
    )
    const choices = this.options.length > 0 ? choicesOf(text, from, to, this.options) : []
    if (this.reads.has('attributes')) {
      const read = attributesOf(sentence, update.mentions)
      update.addAttributes([...read, ...chosenNodes(choices, read, sentence, attributeChosen)])
    }
    if (this.reads.has('expression')) {
      const read = expressionsOf(sentence)
      update.addExpressions([...read, ...chosenNodes(choices, read, sentence, expressionChosen)])
    }
    if (this.reads.has('emotion')) {
      const { emotions, reasons } = this.emotions.read(sentence, this.reads.size === 1)
      update.addEmotions([...emotions, ...chosenNodes(choices, emotions, sentence, emotionChosen)], reasons)
    }
    return update.tree
  }

  private knows(word: Word): boolean {
    return this.emotions.knows(word) || mentionsOf([word]).length > 0 || /^[a-z]$/.test(word.raw)
  }
}
