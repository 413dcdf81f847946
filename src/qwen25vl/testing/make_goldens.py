"""Writes goldens.json, small golden values from PyTorch and transformers for the unit tests of src/qwen25vl.

python -m venv venv && venv/bin/pip install torch==2.13.0 transformers==5.18.0 numpy
venv/bin/python make_goldens.py
"""

import base64
import json
import math
import os
import numpy as np
import torch
import torch.nn.functional as F
from transformers import Qwen2_5_VLConfig
from transformers.models.qwen2_5_vl.modeling_qwen2_5_vl import (
    Qwen2_5_VLRotaryEmbedding,
    Qwen2_5_VLVisionRotaryEmbedding,
)
from transformers.vision_utils import get_vision_position_ids, get_vision_window_index

torch.set_num_threads(1)


def pattern(w, h):
    """A picture of noise and ramps that pattern() in patterns.ts makes too: uint8 [h,w,3]."""
    y, x = np.mgrid[0:h, 0:w].astype(np.int64)
    out = []
    for c in range(3):
        v = ((x * 73856093) ^ (y * 19349663) ^ ((c + 1) * 83492791)) & 0xFFFFFFFF
        noise = (((v * 2654435761) & 0xFFFFFFFF) >> 24) & 255
        ramp = ((x * 3 + y * 2 * (c + 1)) // 2) % 256
        out.append(np.where((x // 8 + y // 8) % 3 == 0, noise, ramp).astype(np.uint8))
    return np.stack(out, -1)


def resize(w, h, W, H):
    x = torch.from_numpy(pattern(w, h))[None].permute(0, 3, 1, 2).float()
    x = F.interpolate(x, (H, W), mode="bicubic", antialias=True, align_corners=False).round().clamp(0, 255)
    flat = x[0].permute(1, 2, 0).to(torch.uint8).reshape(-1).numpy()
    every = max(1, len(flat) // 3000)
    every += every % 3 == 0  # so that all three channels are sampled
    return {
        "source": [w, h],
        "target": [W, H],
        "every": every,
        "sum": int(flat.astype(np.int64).sum()),
        "bytes": base64.b64encode(flat[::every].tobytes()).decode(),
    }


def sampling(total, fps):
    """qwen_vl_utils smart_nframes with FPS 2, 4 to 16 frames, then linspace."""
    most = math.floor(min(16, total) / 2) * 2
    n = math.floor(min(min(max(total / fps * 2, 4), most), total) / 2) * 2
    return {"total": total, "fps": fps, "indices": torch.linspace(0, total - 1, n).round().long().tolist()}


def config():
    return Qwen2_5_VLConfig(
        text_config=dict(
            hidden_size=64,
            num_attention_heads=2,
            num_key_value_heads=1,
            num_hidden_layers=1,
            vocab_size=64,
            intermediate_size=64,
            rope_scaling={"type": "mrope", "rope_type": "default", "mrope_section": [4, 6, 6], "rope_theta": 1000000.0},
        ),
        vision_config=dict(depth=1, hidden_size=32, num_heads=2, out_hidden_size=64, intermediate_size=32),
    )


def vision_rotary(h, w):
    cos, sin = Qwen2_5_VLVisionRotaryEmbedding(config().vision_config)(
        torch.zeros(1), get_vision_position_ids(torch.tensor([[1, h, w]]), 2)
    )
    half = cos.shape[1] // 2
    assert torch.equal(cos[:, :half], cos[:, half:]) and torch.equal(sin[:, :half], sin[:, half:])
    return {"grid": [h, w], "cos": cos[:, :half].flatten().tolist(), "sin": sin[:, :half].flatten().tolist()}


def windows(h, w):
    """The window of each merged cell, row by row."""
    order, bounds = get_vision_window_index(
        torch.tensor([[1, h, w]]), spatial_merge_size=2, window_size=112, patch_size=14
    )
    ids = [0] * (h * w // 4)
    for k in range(len(bounds) - 1):
        for i in range(int(bounds[k]) // 4, int(bounds[k + 1]) // 4):
            ids[int(order[i])] = k
    return {"grid": [h, w], "cells": ids}


def text_rotary(positions):
    p = torch.tensor(positions)
    cos, sin = Qwen2_5_VLRotaryEmbedding(config().text_config)(torch.zeros(1), p[:, None])
    half = cos.shape[-1] // 2
    assert torch.equal(cos[..., :half], cos[..., half:])
    return {
        "positions": positions,
        "cos": cos[0, :, :half].flatten().tolist(),
        "sin": sin[0, :, :half].flatten().tolist(),
    }


def short(value):
    return [float(f"{x:.9g}") for x in value]


sizes = [
    (77, 53, 140, 84),
    (1920, 1080, 420, 224),
    (20, 20, 336, 336),
    (640, 480, 364, 280),
    (200, 200, 308, 308),
    (31, 97, 28, 280),
]
clips = [
    (2, 30),
    (3, 30),
    (4, 30),
    (5, 25),
    (7, 30),
    (17, 30),
    (31, 10),
    (60, 30),
    (61, 29.97),
    (100, 23.976),
    (150, 30),
    (211, 25),
    (240, 30),
    (241, 30),
    (299, 30),
    (480, 60),
    (1000, 30),
    (9001, 29.97),
    (100000, 60),
]
goldens = {
    "resize": [resize(*s) for s in sizes],
    "sampling": [sampling(*c) for c in clips],
    "windows": [windows(*g) for g in [(20, 26), (16, 30), (22, 22), (16, 16), (2, 2), (8, 34)]],
    "visionRotary": vision_rotary(4, 6),
    "textRotary": text_rotary([[0, 1, 14, 1000, 7], [0, 1, 3, 1000, 250], [0, 1, 5, 1000, 999]]),
}
for table in (goldens["visionRotary"], goldens["textRotary"]):
    for k in ("cos", "sin"):
        table[k] = short(table[k])
json.dump(
    goldens, open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "goldens.json"), "w"), separators=(",", ":")
)
