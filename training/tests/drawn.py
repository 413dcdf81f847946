"""A small stand-in for drawn clips: coloured squares, and lines that say what colour they have."""

import json

import numpy as np

PARAMETERS = [f"AU{n}" for n in (1, 2, 4, 6, 7, 10, 12, 15, 23, 24, 25, 26)] + [
    "yaw",
    "pitch",
    "roll",
    "gazeX",
    "gazeY",
    "closedLeft",
    "closedRight",
]


def draw_squares(folder, count=6, frames=8, size=112, seed=1):
    random = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    pixels = np.zeros((count, frames, size, size, 3), np.uint8)
    lines = []
    for clip in range(count):
        red = clip % 2 == 0
        pixels[clip] = random.integers(0, 80, (frames, size, size, 3))
        pixels[clip, :, 20:90, 20:90, 0 if red else 2] = 230
        question = {"role": "user", "content": "<video>. Which colour?"}
        answer = {"role": "assistant", "content": "red" if red else "blue"}
        more = {"role": "user", "content": "Which mood?"}
        mood = {"role": "assistant", "content": "happy" if red else "sad"}
        for stage, messages, last in (
            ("attributes", [question, answer], 8),
            ("expression", [question, answer], 4),
            ("emotion", [question, answer, more, mood], 6),
        ):
            lines.append(
                {
                    "messages": messages,
                    "videos": [f"frames.bin#{clip}:0-{last}"],
                    "labels": {"looks": ["red"] if red else [], "emotion": "happy" if red else "sad"},
                    "stage": stage,
                    "task": stage,
                }
            )
    (folder / "frames.bin").write_bytes(pixels.tobytes())
    (folder / "parameters.bin").write_bytes(random.random((count, frames, len(PARAMETERS)), np.float32).tobytes())
    (folder / "looks.bin").write_bytes(np.zeros((count, 2), np.float32).tobytes())
    (folder / "meta.json").write_text(
        json.dumps(
            {
                "count": count,
                "frames": frames,
                "size": size,
                "seed": seed,
                "parameters": PARAMETERS,
                "looks": ["hat", "tone"],
            }
        )
    )
    (folder / "lines.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder, pixels
