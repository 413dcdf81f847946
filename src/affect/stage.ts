export const stageIds = ['attributes', 'expression', 'emotion'] as const
/** VidEmo reasons bottom up: each stage's answer stays in the conversation, as evidence for the next stage. */
export type StageId = (typeof stageIds)[number]

export interface Stage {
  readonly id: StageId
  readonly title: string
  /** What the stage reads, in words for the page. */
  readonly about: string
  /** What the model is asked. */
  readonly prompt: string
  /** The labels that its answers may name; a letter in an answer, as `(B)`, picks the label at that place. */
  readonly labels?: readonly string[]
  /** Whether the answer stands for a whole window, so that it is not asked for at every update. Default: false. */
  readonly isStanding?: boolean
  /** The kinds of nodes that are read from its answers, named by stage. Default: its own kind. */
  readonly reads?: readonly StageId[]
}

/** Stages that are asked one after the other, under a name that a person can choose. */
export interface StagePreset {
  readonly id: string
  readonly title: string
  readonly stages: readonly Stage[]
}

/** Begins the first prompt: in VidEmo's published data a full stop follows the video. */
export const afterVideo = '. '

/** A preset with a person's own prompts. A blank one leaves the preset's prompt in place. */
export function withPrompts(preset: StagePreset, overrides: Readonly<Partial<Record<StageId, string>>>): StagePreset {
  const stages = preset.stages.map((stage) => {
    const prompt = overrides[stage.id]
    return prompt === undefined || prompt.trim() === '' ? stage : { ...stage, prompt }
  })
  return { ...preset, stages }
}

/** Labels as options: `(A) happy (B) sad ...`. There are letters for 26 labels. */
export function options(labels: readonly string[]): string {
  return labels.map((label, index) => `(${String.fromCharCode(65 + index)}) ${label}`).join(' ')
}
