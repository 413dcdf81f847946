"""The `videos` entries of Emo-CFG lines, read as uint8 frames [T, H, W, 3].

- `frames.bin#12:0-6`: clip 12, frames 0 to 5 of packed clips that a meta.json beside the file describes
- a directory of images, or a `.npy` file [T, H, W, 3]: the frames the model is to see, already chosen
- any other file: a video, sampled by the recipe; needs PyAV
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from model import load_json
from recipe import PAIR, frame_indices, merged_tokens, patches_of, normalise, resize, smart_resize, PATCH

PACKED = re.compile(r"^(.+\.bin)#(\d+):(\d+)-(\d+)$")
IMAGES = {".png", ".jpg", ".jpeg", ".webp", ".bmp"}


class PackedClips:
    """A folder of drawn clips: frames uint8 [N, frames, size, size, 3], and what is known of them."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.meta = load_json(self.folder / "meta.json")
        count, frames, size = self.meta["count"], self.meta["frames"], self.meta["size"]
        self.frames = self._map("frames.bin", np.uint8, (count, frames, size, size, 3))

    def __len__(self):
        return self.meta["count"]

    @property
    def parameters(self):
        """float32 [N, frames, P]"""
        return self._map("parameters.bin", np.float32, (len(self), self.meta["frames"], len(self.meta["parameters"])))

    @property
    def looks(self):
        """float32 [N, L]"""
        return self._map("looks.bin", np.float32, (len(self), len(self.meta["looks"])))

    def _map(self, name, dtype, shape):
        path = self.folder / name
        wanted = int(np.prod(shape)) * np.dtype(dtype).itemsize
        if path.stat().st_size != wanted:
            raise ValueError(f"{path} has {path.stat().st_size} bytes, meta.json says {wanted}: draw the clips again")
        return np.memmap(path, dtype, "r", shape=shape)


@lru_cache(maxsize=16)
def packed_clips(folder):
    return PackedClips(folder)


@dataclass(frozen=True)
class Video:
    """One entry of `videos`, and the grid its patches will have."""

    source: str
    grid: tuple
    clip: int = -1
    first: int = 0
    last: int = 0

    @property
    def tokens(self):
        return merged_tokens(self.grid)


class Videos:
    """Opens the videos of one lines file; paths are relative to the file."""

    def __init__(self, folder, recipe):
        self.folder, self.recipe = Path(folder), recipe

    def open(self, entry):
        packed = PACKED.match(entry)
        if packed:
            file, clip, first, last = packed[1], *map(int, packed.groups()[1:])
            clips = packed_clips(str((self.folder / file).parent))
            if not (clip < len(clips) and first < last <= clips.meta["frames"] and (last - first) % PAIR == 0):
                raise ValueError(f"{entry}: the file has {len(clips)} clips of {clips.meta['frames']} frames")
            size = clips.meta["size"]
            h, w = smart_resize(size, size, self.recipe)
            return Video(str(self.folder / file), ((last - first) // PAIR, h // PATCH, w // PATCH), clip, first, last)
        frames = self._read(entry)
        h, w = smart_resize(*frames.shape[1:3], self.recipe)
        return Video(str(self.folder / entry), (len(frames) // PAIR, h // PATCH, w // PATCH))

    def frames(self, video):
        """uint8 [T, h, w, 3], resized."""
        if video.clip >= 0:
            clips = packed_clips(str(Path(video.source).parent))
            frames = torch.from_numpy(np.array(clips.frames[video.clip, video.first : video.last]))
        else:
            frames = self._read(video.source)
        return resize(frames, self.recipe)

    def patches(self, video):
        """float32 [patches, 1176]"""
        return patches_of(normalise(self.frames(video)))[0]

    def _read(self, entry):
        path = self.folder / entry
        if path.is_dir():
            files = sorted(p for p in path.iterdir() if p.suffix.lower() in IMAGES)
            frames = np.stack([np.asarray(Image.open(p).convert("RGB")) for p in files])
        elif path.suffix == ".npy":
            frames = np.load(path)
        else:
            frames = read_video(path, self.recipe)
        if len(frames) % PAIR:
            frames = np.concatenate([frames, frames[-1:]])
        return torch.from_numpy(np.ascontiguousarray(frames))


def read_video(path, recipe):
    try:
        import av
    except ImportError as error:
        raise RuntimeError(f"{path}: reading video files needs PyAV (pip install av)") from error
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
        rate = float(stream.average_rate)
    return np.stack([frames[i] for i in frame_indices(len(frames), rate, recipe)])
