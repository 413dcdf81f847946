"""How frames become patches and where tokens stand: this project's recipe, in float32, as in fixtures/make_reference.py.

Frames are uint8 [T, H, W, 3] in RGB. A grid is (temporal patches, rows, columns) in patches.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F

PATCH, MERGE, PAIR = 14, 2, 2
MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)
SYSTEM = "You are a helpful assistant."


@dataclass(frozen=True)
class Recipe:
    """What preprocessor_config.json says about frames; VidEmo's own values where it says nothing."""

    min_pixels: int = 100352
    max_pixels: int = 105369
    fps: float = 2
    min_frames: int = 4
    max_frames: int = 16

    @staticmethod
    def of(config):
        known = Recipe()
        low = config.get("video_min_pixels") or known.min_pixels
        return Recipe(
            low,
            config.get("video_max_pixels") or max(low, known.max_pixels),
            config.get("video_fps") or known.fps,
            config.get("video_min_frames") or known.min_frames,
            config.get("video_max_frames") or known.max_frames,
        )


def frame_indices(total, source_fps, recipe):
    """Frames to take of a clip: `fps` a second, an even number, spread evenly (qwen_vl_utils, smart_nframes)."""
    fewest = math.ceil(recipe.min_frames / PAIR) * PAIR
    most = math.floor(min(recipe.max_frames, total) / PAIR) * PAIR
    count = min(max(total / source_fps * recipe.fps, fewest), most, total)
    count = max(PAIR, math.floor(count / PAIR) * PAIR)
    return torch.linspace(0, total - 1, count).round().long().clamp(max=total - 1).tolist()


def smart_resize(height, width, recipe):
    factor = PATCH * MERGE
    h = max(factor, round(height / factor) * factor)
    w = max(factor, round(width / factor) * factor)
    if h * w > recipe.max_pixels:
        shrink = math.sqrt(height * width / recipe.max_pixels)
        h = max(factor, math.floor(height / shrink / factor) * factor)
        w = max(factor, math.floor(width / shrink / factor) * factor)
    elif h * w < recipe.min_pixels:
        grow = math.sqrt(recipe.min_pixels / (height * width))
        h = math.ceil(height * grow / factor) * factor
        w = math.ceil(width * grow / factor) * factor
    return h, w


def resize(frames, recipe):
    """uint8 [T, H, W, 3] -> uint8 [T, h, w, 3]; frames that have the size already stay as they are."""
    h, w = smart_resize(*frames.shape[1:3], recipe)
    if (h, w) == tuple(frames.shape[1:3]):
        return frames
    pixels = frames.permute(0, 3, 1, 2).float()
    pixels = F.interpolate(pixels, (h, w), mode="bicubic", antialias=True, align_corners=False)
    return pixels.round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).contiguous()


def normalise(pixels):
    """Pixels of 0 to 255 [..., 3] -> float32, as the network takes them."""
    return (pixels.float() / 255 - torch.tensor(MEAN)) / torch.tensor(STD)


def patches_of(pixels):
    """Normalised frames [T, h, w, 3] -> patches [T/2 * rows * columns, 1176] and their grid.

    One row per patch, the four patches of a merged token beside each other; inside: channel, frame, y, x.
    """
    count, h, w, _ = pixels.shape
    t, rows, columns = count // PAIR, h // PATCH, w // PATCH
    split = pixels.reshape(t, PAIR, rows // MERGE, MERGE, PATCH, columns // MERGE, MERGE, PATCH, 3)
    flat = split.permute(0, 2, 5, 3, 6, 8, 1, 4, 7).reshape(t * rows * columns, -1)
    return flat, (t, rows, columns)


def merged_tokens(grid):
    return grid[0] * grid[1] * grid[2] // MERGE**2


def positions(ids, video_pad, grids, tokens_per_second=2):
    """Training-time M-RoPE positions int64 [3, S].

    A temporal patch advances t by `tokens_per_second`; text after a video resumes at the maximum over all three axes
    + 1 (transformers 5 resumes at the maximum over rows and columns only: not what the published weights have seen).
    """
    ids = torch.as_tensor(ids)
    out = torch.empty(3, len(ids), dtype=torch.int64)
    waiting, start, at = list(grids), 0, 0
    is_pad = (ids == video_pad).tolist()
    while at < len(ids):
        if is_pad[at]:
            t, rows, columns = waiting.pop(0)
            axes = (torch.arange(t) * tokens_per_second, torch.arange(rows // MERGE), torch.arange(columns // MERGE))
            block = torch.stack(torch.meshgrid(*axes, indexing="ij")).reshape(3, -1) + start
            out[:, at : at + block.shape[1]] = block
            at += block.shape[1]
            start = int(block.max()) + 1
        else:
            end = at
            while end < len(ids) and not is_pad[end]:
                end += 1
            out[:, at:end] = torch.arange(start, start + end - at)
            start, at = start + end - at, end
    if waiting:
        raise ValueError(f"{len(waiting)} of {len(grids)} videos have no {video_pad} tokens in the sequence")
    return out
