"""Features of every pair of frames of drawn clips, computed once: what a frozen vision tower says of them.

    python training/features.py --checkpoint DIR --data DIR --out DIR [--resume]

Pairs start at even frames, and a pair's features do not depend on other pairs. Writes features.bin, bfloat16
[N, pairs, tokens, width], and features.json. Goes on where it stopped.
"""

import argparse
import os
import time
from pathlib import Path

import numpy as np
import torch

from data import Features
from fast_vision import use_fast_vision
from frames import PackedClips
from model import dump, load_checkpoint, load_json
from recipe import MERGE, PAIR, PATCH, normalise, patches_of
from run import autocast, can_compile, set_up_torch


def open_features(folder):
    about = load_json(Path(folder) / "features.json")
    return Features(Path(folder) / "features.bin", about["shape"])


@torch.no_grad()
def compute(model, clips, path, device, batch=32, compiled=True):
    visual = model.model.visual
    run = torch.compile(visual, dynamic=False) if compiled else visual
    size, pairs = clips.meta["size"], clips.meta["frames"] // PAIR
    side = size // PATCH
    tokens = (side // MERGE) ** 2
    shape = [len(clips), pairs, tokens, visual.config.out_hidden_size]
    bytes_per_clip = 2 * int(np.prod(shape[1:]))
    done = path.stat().st_size // bytes_per_clip if path.exists() else 0
    grid = torch.tensor([[batch * pairs, side, side]], device=device)
    printed = began = time.monotonic()
    first = done
    with open(path, "r+b" if path.exists() else "wb") as file:
        file.truncate(done * bytes_per_clip)
        file.seek(done * bytes_per_clip)
        while done < len(clips):
            frames = torch.from_numpy(np.array(clips.frames[done : done + batch]))
            count = len(frames)
            if count < batch:  # one shape for the compiler
                frames = torch.cat([frames, frames[-1:].expand(batch - count, *frames.shape[1:])])
            patches = patches_of(normalise(frames.flatten(0, 1)))[0].to(device)
            with autocast(device):
                out = run(patches, grid_thw=grid).pooler_output
            kept = out.to(torch.bfloat16).cpu().reshape(batch, -1)[:count]
            file.write(kept.view(torch.int16).numpy().tobytes())
            done += count
            if time.monotonic() - printed > 20:
                printed = time.monotonic()
                print(
                    f"features of {done} of {len(clips)} clips, {(done - first) / (printed - began):.0f} a second",
                    flush=True,
                )
        file.flush()
        os.fsync(file.fileno())
    return shape


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--checkpoint", type=Path, required=True)
    args.add_argument("--data", type=Path, required=True)
    args.add_argument("--out", type=Path, required=True)
    args.add_argument("--resume", action="store_true")
    args.add_argument("--threads", type=int, default=2)
    args.add_argument("--compile", action=argparse.BooleanOptionalAction, default=True)
    options = args.parse_args()
    set_up_torch(0, options.threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / "features.bin"
    (options.out / "features.json").unlink(missing_ok=True)
    if not options.resume:
        path.unlink(missing_ok=True)
    model = use_fast_vision(load_checkpoint(options.checkpoint)).to(device).eval()
    shape = compute(model, PackedClips(options.data), path, device, compiled=options.compile and can_compile())
    dump({"shape": shape, "dtype": "bfloat16", "checkpoint": str(options.checkpoint)}, options.out / "features.json")
    print(f"{path}: {shape}")


if __name__ == "__main__":
    main()
