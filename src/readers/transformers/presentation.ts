import {
  Gemma3nProcessor,
  Gemma3Processor,
  Gemma4Processor,
  Idefics3Processor,
  Lfm2VlProcessor,
  type Processor,
  Qwen2VLProcessor,
  type RawImage,
  type Tensor,
} from '@huggingface/transformers'

/** What a processor makes of a prompt and its images, for `generate`. */
export type ModelInputs = Record<string, Tensor> & { readonly input_ids: Tensor }

/** How the frames of a window are shown to a model. */
export interface Presentation {
  /** Whether all frames together are one video, in pairs; else each is an image of its own. */
  readonly isVideo: boolean
  /** Sides of a frame are made multiples of it, px, so that the processor need not resize it again. */
  readonly factor: number
  /**
   * @param prompt the chat template's text, with one image in it for a video, else as many as there are frames
   * @param images of one size
   */
  readonly inputs: (prompt: string, images: readonly RawImage[]) => Promise<ModelInputs>
}

/**
 * transformers.js 4.3 has no processor of videos for these models. Qwen's image processor packs images of one size into
 * one grid of temporal patches, which is what the video processor of the original does, and the model then reads them as
 * a video whose time counts by 1 a patch, whatever the frame rate. Of the other processors those are here whose code
 * takes several images a prompt; those of LLaVA, Pixtral, PaliGemma, Florence-2 and Phi-3-V take one.
 *
 * @returns undefined for a processor that is none of these
 */
export function presentationOf(processor: Processor): Presentation | undefined {
  const call = processor as unknown as (...given: readonly unknown[]) => Promise<ModelInputs>
  if (processor instanceof Qwen2VLProcessor) {
    const { patch_size, merge_size } = (processor.image_processor?.config ?? {}) as {
      readonly patch_size: number
      readonly merge_size: number
    }
    return { isVideo: true, factor: patch_size * merge_size, inputs: (prompt, images) => call(prompt, images) }
  }
  const images = { isVideo: false, factor: 1 }
  if (processor instanceof Idefics3Processor) {
    // Whole frames: in tiles each would cost seventeen times as many tokens.
    return { ...images, inputs: (prompt, frames) => call(prompt, frames, { do_image_splitting: false }) }
  }
  if (processor instanceof Lfm2VlProcessor) return { ...images, inputs: (prompt, frames) => call(frames, prompt) }
  const takesTextFirst = [Gemma3Processor, Gemma3nProcessor, Gemma4Processor].some((each) => processor instanceof each)
  return takesTextFirst ? { ...images, inputs: (prompt, frames) => call(prompt, frames) } : undefined
}
