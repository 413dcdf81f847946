import unittest
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file

from data import IGNORE, Codec
from recipe import Recipe, frame_indices, normalise, patches_of, positions, resize, smart_resize
from model import load_json, recipe_of

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "data"
CASES = ("landscape8", "square4", "portrait6")


def case(name):
    golden = load_json(FIXTURES / name / "golden.json")
    frames = [np.asarray(Image.open(p)) for p in sorted((FIXTURES / name).glob("frame*.png"))]
    return golden, load_file(FIXTURES / name / "golden.safetensors"), torch.from_numpy(np.stack(frames))


class AgainstTheGoldens(unittest.TestCase):
    def test_positions(self):
        video_pad = load_json(FIXTURES / "checkpoint" / "config.json")["video_token_id"]
        for name in CASES:
            golden, tensors, _ = case(name)
            for turn in range(len(golden["turns"])):
                own = positions(tensors[f"turn{turn}.input_ids"], video_pad, [tuple(golden["grid_thw"])])
                self.assertTrue(torch.equal(own, tensors[f"turn{turn}.position_ids"]), f"{name}, turn {turn}")

    def test_positions_want_every_video(self):
        with self.assertRaises(ValueError):
            positions([1, 2, 3], 9, [(1, 2, 2)])

    def test_frames_and_patches(self):
        recipe = recipe_of(FIXTURES / "checkpoint")
        for name in CASES:
            golden, tensors, frames = case(name)
            resized = resize(frames, recipe)
            first = np.asarray(Image.open(FIXTURES / name / "resized00.png"))
            self.assertTrue(np.array_equal(resized[0].numpy(), first), name)
            patches, grid = patches_of(normalise(resized))
            self.assertEqual(list(grid), golden["grid_thw"])
            torch.testing.assert_close(patches[:8], tensors["pixel_values_head"], atol=2e-6, rtol=0)
            torch.testing.assert_close(patches[-8:], tensors["pixel_values_tail"], atol=2e-6, rtol=0)

    def test_ids_of_the_first_turn_and_labels(self):
        codec = Codec(FIXTURES / "checkpoint")
        for name in CASES:
            golden, tensors, _ = case(name)
            t, h, w = golden["grid_thw"]
            question = golden["turns"][0]["question"]
            messages = [{"role": "user", "content": f"<video>{question}"}]
            ids, labels = codec.conversation(messages, [t * h * w // 4])
            self.assertEqual(ids, tensors["turn0.input_ids"].tolist())
            self.assertEqual(set(labels), {IGNORE})


class Labels(unittest.TestCase):
    def test_only_answers_and_their_ends_are_learned(self):
        codec = Codec(FIXTURES / "checkpoint")
        messages = [
            {"role": "user", "content": "<video>. Who?"},
            {"role": "assistant", "content": "A man."},
            {"role": "user", "content": "And how?"},
            {"role": "assistant", "content": "Happy."},
        ]
        ids, labels = codec.conversation(messages, [16])
        learned = [i for i, label in zip(ids, labels) if label != IGNORE]
        self.assertEqual(codec.tokenizer.decode(learned, skip_special_tokens=False), "A man.<|im_end|>Happy.<|im_end|>")
        self.assertTrue(all(label in (IGNORE, i) for i, label in zip(ids, labels)))
        self.assertEqual(
            codec.tokenizer.decode(ids, skip_special_tokens=False),
            "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n<|vision_start|>"
            + "<|video_pad|>" * 16
            + "<|vision_end|>. Who?<|im_end|>\n<|im_start|>assistant\nA man.<|im_end|>"
            "\n<|im_start|>user\nAnd how?<|im_end|>\n<|im_start|>assistant\nHappy.<|im_end|>",
        )

    def test_videos_and_marks_have_to_match(self):
        codec = Codec(FIXTURES / "checkpoint")
        for content, videos in (("<video>. Who?", []), ("Who?", [16])):
            with self.assertRaises(ValueError):
                codec.conversation([{"role": "user", "content": content}], videos)


class Frames(unittest.TestCase):
    def test_sampling(self):
        # the cases of src/qwen25vl/sampling.test.ts's recipe: VidEmo's 2 a second, 4 to 16, evenly spread
        recipe = Recipe()
        self.assertEqual(len(frame_indices(300, 30, recipe)), 16)
        self.assertEqual(len(frame_indices(90, 30, recipe)), 6)
        self.assertEqual(frame_indices(5, 30, recipe), [0, 1, 3, 4])
        self.assertEqual(frame_indices(1, 30, recipe), [0, 0])

    def test_the_small_window_is_one_size(self):
        recipe = Recipe(12544, 12800, 2, 2, 8)
        for size in (64, 112, 480, 1080):
            self.assertEqual(smart_resize(size, size, recipe), (112, 112))


if __name__ == "__main__":
    unittest.main()
