import contextlib
import io
import json
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
import torch
from accelerate.state import AcceleratorState, GradientState, PartialState
from safetensors.torch import load_file

import train
import vision_stage
from compare import mixed_weights
from data import Codec, Conversations, Mixture, batch_of
from evidence import EvidenceHead
from model import load_checkpoint, recipe_of
from run import UNFINISHED
from tests.drawn import draw_squares

CHECKPOINT = Path(__file__).resolve().parents[2] / "fixtures" / "data" / "checkpoint"


def run(main, *arguments):
    """Calls a trainer's main as its command would be; returns its exit status."""
    for state in (AcceleratorState, GradientState, PartialState):
        state._reset_state()
    with mock.patch.object(sys, "argv", ["train", *map(str, arguments)]), contextlib.redirect_stdout(io.StringIO()):
        try:
            main()
        except SystemExit as stop:
            return stop.code
    return 0


class Resumed(unittest.TestCase):
    def setUp(self):
        self.kept = tempfile.TemporaryDirectory()
        self.folder, _ = draw_squares(Path(self.kept.name) / "squares")
        torch.use_deterministic_algorithms(True)

    def tearDown(self):
        torch.use_deterministic_algorithms(False)
        self.kept.cleanup()

    def compare(self, main, arguments, pieces):
        whole, parts = Path(self.kept.name) / "whole", Path(self.kept.name) / "parts"
        self.assertEqual(run(main, *arguments, "--out", whole), 0)
        statuses = [run(main, *arguments, "--out", parts, "--piece-steps", pieces, "--resume") for _ in range(4)]
        self.assertEqual(statuses[0], UNFINISHED)
        self.assertEqual(statuses[-1], 0)
        first, second = (load_file(p / "checkpoint" / "model.safetensors") for p in (whole, parts))
        start = load_file(sorted(CHECKPOINT.glob("*.safetensors"))[0])
        name = next(iter(start))
        for key in first:
            self.assertTrue(torch.equal(first[key], second[key]), key)
        return first, name, start[name].float()

    def test_trained_in_pieces_as_in_one_go(self):
        arguments = [
            "--checkpoint",
            CHECKPOINT,
            "--data",
            self.folder / "lines.jsonl",
            "--stages",
            "1/0/0",
            ".2/.3/.5",
            "--steps",
            6,
            "--tokens",
            512,
            "--no-compile",
            "--threads",
            1,
            "--rate",
            1e-3,
            "--ema",
            0.9,
            "--evidence",
            0.5,
        ]
        weights, name, start = self.compare(train.main, arguments, 2)
        self.assertFalse(torch.equal(weights[name], start))

    def test_stage_zero_in_pieces_as_in_one_go(self):
        arguments = [
            "--checkpoint",
            CHECKPOINT,
            "--data",
            self.folder,
            "--steps",
            5,
            "--batch",
            4,
            "--no-compile",
            "--threads",
            1,
            "--held-out",
            self.folder,
            "--held-out-clips",
            4,
        ]
        self.compare(vision_stage.main, arguments, 2)

    def test_a_frozen_tower_stays_as_it_is(self):
        out = Path(self.kept.name) / "frozen"
        run(
            train.main,
            "--checkpoint",
            CHECKPOINT,
            "--data",
            self.folder / "lines.jsonl",
            "--steps",
            2,
            "--tokens",
            512,
            "--no-compile",
            "--threads",
            1,
            "--freeze-vision",
            "--out",
            out,
        )
        before = {k: v for f in CHECKPOINT.glob("*.safetensors") for k, v in load_file(f).items()}
        after = load_file(out / "checkpoint" / "model.safetensors")
        changed = {name for name in before if not torch.equal(before[name].float(), after[name])}
        self.assertTrue(changed)
        self.assertFalse([name for name in changed if name.startswith("visual.")])


class Batches(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.kept = tempfile.TemporaryDirectory()
        folder, _ = draw_squares(Path(cls.kept.name) / "squares", count=12)
        cls.lines = Conversations(folder / "lines.jsonl", Codec(CHECKPOINT), recipe_of(CHECKPOINT))

    @classmethod
    def tearDownClass(cls):
        cls.kept.cleanup()

    def mixture(self, weights, **others):
        return Mixture(self.lines, weights, 1024, 5, block=32, **others)

    def test_go_on_where_they_stopped(self):
        first, second = self.mixture((1, 2, 1)), self.mixture((1, 2, 1))
        for _ in range(9):
            next(first)
        second.restore(first.state)
        for _ in range(9):
            self.assertTrue(np.array_equal(next(first), next(second)))

    def test_hold_the_stages_in_their_shares_and_the_limit_of_tokens(self):
        mixture = self.mixture((1, 3, 0))
        counts = np.zeros(3)
        while mixture.block_number < 3:
            batch = next(mixture)
            padded = -(-self.lines.lengths[batch].max() // 32) * 32
            self.assertLessEqual(padded * len(batch), 1024)
            if mixture.block_number < 3:
                counts += np.bincount(self.lines.stage_of[batch], minlength=3)
        self.assertEqual(counts.tolist(), [24, 72, 0])

    def test_are_shared_between_processes_without_overlap(self):
        whole = self.mixture((1, 1, 1))._block(0)
        shares = [self.mixture((1, 1, 1), processes=2, process=p)._block(0) for p in (0, 1)]
        self.assertEqual(len(shares[0]), len(shares[1]))
        joined = [b.tolist() for pair in zip(*shares) for b in pair]
        self.assertEqual(joined, [b.tolist() for b in whole[: len(joined)]])

    def test_a_stage_without_lines_is_refused(self):
        without = np.where(self.lines.stage_of == 2, 1, self.lines.stage_of)
        with mock.patch.object(self.lines, "stage_of", without), self.assertRaisesRegex(ValueError, "emotion"):
            self.mixture((1, 1, 1))


class Evidence(unittest.TestCase):
    def test_is_asked_behind_the_video_of_lines_with_labels(self):
        with tempfile.TemporaryDirectory() as kept:
            folder, _ = draw_squares(Path(kept) / "squares", count=2)
            lines = [json.loads(text) for text in (folder / "lines.jsonl").read_text(encoding="utf-8").splitlines()]
            del lines[0]["labels"]
            (folder / "lines.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
            conversations = Conversations(folder / "lines.jsonl", Codec(CHECKPOINT), recipe_of(CHECKPOINT))
            names = conversations.label_names
            self.assertEqual(names, ["emotion:happy", "emotion:sad", "looks:red"])
            batch = batch_of(conversations, np.asarray([0, 1, 3]), label_names=names)
        self.assertTrue(batch["truth"][0].isnan().all())
        self.assertEqual(batch["truth"][1:].tolist(), [[1, 0, 1], [0, 1, 0]])
        pads = batch["ids"] == conversations.codec.video_pad
        for row, length in enumerate(conversations.lengths[[0, 1, 3]]):
            last = int(pads[row].nonzero().max())
            self.assertEqual(batch["behind"][row].nonzero().flatten().tolist(), list(range(last + 1, int(length))))

    def test_of_no_line_costs_nothing(self):
        model = load_checkpoint(CHECKPOINT)
        head = EvidenceHead(model, ["emotion:happy"])
        head.state = torch.randn(1, 4, model.config.text_config.hidden_size)
        loss = head(torch.ones(1, 4, dtype=torch.bool), torch.full((1, 1), float("nan")))
        self.assertEqual(float(loss.detach()), 0)


class Whitened(unittest.TestCase):
    def test_features_are_centred_and_decorrelated(self):
        visual = load_checkpoint(CHECKPOINT).model.visual
        last = visual.merger.mlp[-1]
        inputs = torch.randn(4000, last.in_features, generator=torch.Generator().manual_seed(1))
        with torch.no_grad():
            # Strong along few directions, around a large mean: as a trained tower's are.
            last.weight.mul_(torch.logspace(0, -1, last.out_features)[:, None])
            last.bias.add_(3)
            vision_stage.whiten(visual, last(inputs))
            after = last(inputs)
        self.assertLess(float(after.mean(0).abs().max()), 1e-3)
        self.assertAlmostEqual(float(after.pow(2).mean().sqrt()), vision_stage.FEATURE_RMS, places=3)
        spread = torch.linalg.eigvalsh(after.T @ after / len(after))
        self.assertLess(float(spread.max() / spread.mean()), 1.2)


class Phases(unittest.TestCase):
    def test_spread_over_the_budget(self):
        phases = [train.parse_phase(t) for t in ("1/0/0", ".3/.7/0:2", ".15/.35/.5")]
        self.assertEqual([train.phase_at(p, phases) for p in (0, 0.24, 0.26, 0.74, 0.76, 1.0)], [0, 0, 1, 1, 2, 2])
        self.assertEqual(mixed_weights([((1, 0, 0), 1), ((0, 1, 1), 1)]), "0.5000/0.2500/0.2500")


if __name__ == "__main__":
    unittest.main()
