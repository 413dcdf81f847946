"""Stage 0: the vision tower learns to see drawn faces from their known parameters.

    python training/vision_stage.py --checkpoint DIR --data DIR --held-out DIR --out DIR --minutes 30 [--resume]

Heads on the merged features of a pair of frames regress what the pair was drawn with: parameters.bin for both frames
(action units as intensities and as present from 0.5 on; head, gaze and lids) and looks.bin of the clip. Three kinds of
heads read the same features: a linear one on all 16 tokens side by side, attention pooling, which can only use what each
token says by itself, as the decoder does, and a linear one on their mean, which is what the decoder finds first. The
heads are dropped; --out is a checkpoint with the trained tower.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from fast_vision import use_fast_vision
from frames import PackedClips
from model import load_checkpoint, save_checkpoint
from recipe import MEAN, PAIR, STD, patches_of
from run import (
    UNFINISHED,
    Budget,
    Log,
    add_run_arguments,
    autocast,
    can_compile,
    learning_rate,
    load_state,
    save_state,
    set_up_torch,
)

PRESENT = 0.5
# What a mirrored picture changes: signs, and which eye is which.
MIRRORED = ("yaw", "roll", "gazeX")
SWAPPED = ("closedLeft", "closedRight")
# Root mean square of the features handed to the decoder; the heads do not see the scale.
FEATURE_RMS = 0.5
# Motions are read from poses, which are harder to see than looks.
POSE_WEIGHT = 1.5


class Targets:
    """What a pair of frames was drawn with, as the heads are asked for it."""

    def __init__(self, clips):
        self.names = clips.meta["parameters"]
        self.look_names = clips.meta["looks"]
        self.units = [i for i, n in enumerate(self.names) if n.startswith("AU")]
        self.poses = [i for i, n in enumerate(self.names) if not n.startswith("AU")]
        self.parameters = torch.from_numpy(np.array(clips.parameters))
        self.looks = torch.from_numpy(np.array(clips.looks))
        self.is_flag = ((self.looks == 0) | (self.looks == 1)).all(0)
        sign = torch.ones(len(self.names))
        for name in MIRRORED:
            sign[self.names.index(name)] = -1
        order = list(range(len(self.names)))
        left, right = (self.names.index(n) for n in SWAPPED)
        order[left], order[right] = right, left
        self.sign, self.order = sign, order
        # Poses are asked for in units of their own spread.
        self.scale = self.parameters.reshape(-1, len(self.names)).std(0).clamp(min=0.02)

    @property
    def outputs(self):
        return PAIR * (2 * len(self.units) + len(self.poses)) + len(self.look_names)

    def of(self, clips, starts, mirrored):
        """Parameters [B, 2, P] of the frames start and start + 1, and looks [B, L]."""
        pairs = torch.stack([self.parameters[clips, starts + i] for i in range(PAIR)], 1)
        flipped = (pairs * self.sign)[:, :, self.order]
        return torch.where(mirrored[:, None, None], flipped, pairs), self.looks[clips]

    def split(self, out):
        u, p = len(self.units), len(self.poses)
        frames, looks = out[:, : PAIR * (2 * u + p)], out[:, PAIR * (2 * u + p) :]
        frames = frames.reshape(-1, PAIR, 2 * u + p)
        return frames[..., :u], frames[..., u : 2 * u], frames[..., 2 * u :], looks

    def loss(self, out, pairs, looks):
        present, intensity, pose, look = self.split(out.float())
        units = pairs[..., self.units]
        figures = {
            "units": F.binary_cross_entropy_with_logits(present, (units >= PRESENT).float()),
            "intensity": F.smooth_l1_loss(intensity, units, beta=0.1),
            "pose": F.smooth_l1_loss(pose, pairs[..., self.poses] / self.scale[self.poses], beta=0.3),
            "looks": F.binary_cross_entropy_with_logits(look[:, self.is_flag], looks[:, self.is_flag]),
        }
        total = 2 * figures["units"] + 2 * figures["intensity"] + POSE_WEIGHT * figures["pose"] + 2 * figures["looks"]
        if not self.is_flag.all():
            tones = F.smooth_l1_loss(look[:, ~self.is_flag], looks[:, ~self.is_flag], beta=0.1)
            total = total + 0.5 * tones
        return total, figures


class Heads(nn.Module):
    def __init__(self, width, tokens, outputs, queries=24):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.flat = nn.Linear(tokens * width, outputs)
        self.queries = nn.Parameter(torch.randn(queries, width) * 0.05)
        self.key, self.value = nn.Linear(width, width), nn.Linear(width, 64)
        self.pooled = nn.Linear(queries * 64, outputs)
        self.mean = nn.Linear(width, outputs)

    def forward(self, features):
        """[B, tokens, width] -> three predictions [B, outputs]"""
        tokens = self.norm(features)
        weight = torch.softmax(self.queries @ self.key(tokens).transpose(1, 2) * tokens.shape[-1] ** -0.5, -1)
        pooled = F.gelu(weight @ self.value(tokens))
        return self.flat(tokens.flatten(1)), self.pooled(pooled.flatten(1)), self.mean(tokens.mean(1))


class Augmented:
    """Pairs of frames as normalised patches; in training mirrored, brightened and noisy at random."""

    def __init__(self, device, compiled):
        self.device = device
        self.gain, self.shift = 1 / (255 * torch.tensor(STD)), -torch.tensor(MEAN) / torch.tensor(STD)
        self.noise = torch.randn(2**22, generator=torch.Generator().manual_seed(1))
        self.arrange = torch.compile(arrange, dynamic=False) if compiled else arrange

    def __call__(self, frames, mirrored=None, random=None):
        """uint8 [B, 2, H, W, 3] -> float32 [B * rows * columns, 1176]"""
        if random is None:
            pixels = frames.float() * self.gain + self.shift
            return patches_of(pixels.flatten(0, 1))[0].to(self.device)
        count = len(frames)
        contrast = 1 + 0.15 * (2 * torch.rand(count, 3, generator=random) - 1)
        brightness = 20 * (2 * torch.rand(count, 1, generator=random) - 1)
        offset = (brightness + 128 * (1 - contrast)) * self.gain + self.shift
        size = frames[0].numel()
        start = int(torch.randint(0, len(self.noise) - size, (1,), generator=random))
        noise = self.noise[start : start + size].reshape(frames.shape[1:]).clone()
        strength = 0.05 * torch.rand(count, generator=random)
        return self.arrange(frames, mirrored, contrast * self.gain, offset, strength, noise).to(self.device)


def arrange(frames, mirrored, scale, offset, strength, noise):
    def wide(x):
        return x[:, None, None, None]

    frames = torch.where(wide(mirrored)[..., None], frames.flip(3), frames)
    pixels = frames.float() * wide(scale) + wide(offset) + wide(strength)[..., None] * noise
    return patches_of(pixels.flatten(0, 1))[0]


class Task(nn.Module):
    def __init__(self, visual, targets):
        super().__init__()
        self.visual = visual
        self.heads = Heads(visual.config.out_hidden_size, 16, targets.outputs)

    def forward(self, patches, grid):
        features = self.visual(patches, grid_thw=grid).pooler_output
        return self.heads(features.reshape(-1, 16, features.shape[-1]))


def grid_of(pairs, size=112, device="cpu"):
    """Pairs as temporal patches of one video: a pair's features do not depend on the others."""
    return torch.tensor([[pairs, size // 14, size // 14]], device=device)


def pairs_of(clips, chosen, starts):
    return torch.from_numpy(np.stack([clips.frames[c, s : s + PAIR] for c, s in zip(chosen, starts)]))


@torch.no_grad()
def evaluate(task, clips, targets, augmented, device, limit, batch):
    """Per-unit F1 per frame and per clip window (present in any frame), accuracy of looks, error of poses."""
    task.eval()
    count = min(limit, len(clips))
    hits = []
    for pair in range(clips.meta["frames"] // PAIR):
        for at in range(0, count, batch):
            chosen = torch.arange(at, min(at + batch, count))
            chosen = torch.cat([chosen, chosen[-1:].expand(batch - len(chosen))])  # one shape for the compiler
            starts = torch.full_like(chosen, PAIR * pair)
            pairs, looks = targets.of(chosen, starts, torch.zeros(len(chosen), dtype=torch.bool))
            patches = augmented(pairs_of(clips, chosen.tolist(), starts.tolist()))
            with autocast(device):
                said = task(patches, grid_of(batch, clips.meta["size"], device))
            present, _, pose, look = targets.split(sum(each.float() for each in said).cpu() / len(said))
            kept = min(batch, count - at)
            hits.append(
                (
                    chosen[:kept],
                    (present > 0)[:kept],
                    (pairs[..., targets.units] >= PRESENT)[:kept],
                    (look > 0)[:kept],
                    looks[:kept],
                    pose[:kept],
                    (pairs[..., targets.poses] / targets.scale[targets.poses])[:kept],
                )
            )
    task.train()
    clip, said, true, look, look_true, pose, pose_true = (torch.cat(x) for x in zip(*hits))
    names = [targets.names[i] for i in targets.units]
    frame_f1 = f1(said.flatten(0, 1), true.flatten(0, 1))
    window_said, window_true = (
        torch.zeros(count, len(names)).index_add_(0, clip, x.any(1).float()) > 0 for x in (said, true)
    )
    window_f1 = f1(window_said, window_true)
    flags = targets.is_flag
    right = ((look == (look_true > 0.5))[:, flags]).float().mean(0)
    worst = sorted(zip(right.tolist(), [n for n, f in zip(targets.look_names, flags) if f]))[:8]
    error = (pose - pose_true).abs().flatten(0, 1).mean(0)
    print("held out, F1 per frame:  " + " ".join(f"{n} {float(v):.3f}" for n, v in zip(names, frame_f1)))
    print("held out, F1 per window: " + " ".join(f"{n} {float(v):.3f}" for n, v in zip(names, window_f1)))
    print("held out, worst looks:   " + " ".join(f"{n} {v:.3f}" for v, n in worst))
    print(
        "held out, pose error in standard deviations: "
        + " ".join(f"{targets.names[i]} {float(v):.3f}" for i, v in zip(targets.poses, error))
    )
    return {
        "held_units_frame": micro_f1(said, true),
        "held_units_window": micro_f1(window_said, window_true),
        "held_looks": float(right.mean()),
        "held_pose_error": float(error.mean()),
    }


def f1(said, true):
    both = (said & true).sum(0)
    return 2 * both / (said.sum(0) + true.sum(0)).clamp(min=1)


def micro_f1(said, true):
    return float(2 * (said & true).sum() / (said.sum() + true.sum()).clamp(min=1))


@torch.no_grad()
def whiten(visual, features):
    """Centres and decorrelates the features [N, width], by the merger's last linear layer.

    Untouched, nine tenths of them are one constant vector and their variances span four orders of magnitude: the decoder
    then learns for an hour and hardly looks. Directions far below the mean variance are left small.
    """
    rows = features.double()
    mean = rows.mean(0)
    variance, axes = torch.linalg.eigh((rows - mean).T @ (rows - mean) / len(rows))
    transform = (axes * torch.rsqrt(variance + 0.02 * variance.mean())) @ axes.T
    transform *= FEATURE_RMS / ((rows - mean) @ transform).pow(2).mean().sqrt()
    last = visual.merger.mlp[-1]
    last.bias.copy_(transform @ (last.bias.double() - mean))
    last.weight.copy_(transform @ last.weight.double())


@torch.no_grad()
def features_of(visual, clips, augmented, device, batch, count=4096):
    """Merged features [tokens, width] of the first pairs of `count` clips."""
    parts = []
    for at in range(0, min(count, len(clips)), batch):
        chosen = list(range(at, min(at + batch, len(clips))))
        patches = augmented(pairs_of(clips, chosen, [0] * len(chosen)))
        with autocast(device):
            parts.append(visual(patches, grid_thw=grid_of(len(chosen), clips.meta["size"], device)).pooler_output)
    return torch.cat(parts).float()


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--checkpoint", type=Path, required=True)
    args.add_argument("--data", type=Path, required=True, help="folder of drawn clips")
    args.add_argument("--held-out", type=Path, help="folder of drawn clips of another seed")
    args.add_argument("--out", type=Path, required=True)
    args.add_argument("--batch", type=int, default=96, help="pairs per step")
    args.add_argument("--rate", type=float, default=1.5e-3)
    args.add_argument("--decay", type=float, default=0.05)
    args.add_argument("--ema", type=float, default=0.998)
    args.add_argument("--held-out-clips", type=int, default=500)
    args.add_argument("--held-out-minutes", type=float, default=5, help="how often to look at the held-out clips")
    add_run_arguments(args)
    options = args.parse_args()
    budget = Budget(options.minutes, options.steps, options.piece_minutes)
    set_up_torch(options.seed, options.threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    options.out.mkdir(parents=True, exist_ok=True)
    state_path = options.out / "state.pt"
    clips = PackedClips(options.data)
    targets = Targets(clips)
    held_clips = PackedClips(options.held_out) if options.held_out else None
    held_targets = Targets(held_clips) if held_clips else None
    if held_targets:
        held_targets.is_flag, held_targets.scale = targets.is_flag, targets.scale
    model = use_fast_vision(load_checkpoint(options.checkpoint)).to(device)
    task = Task(model.model.visual, targets).to(device)
    decayed = [p for p in task.parameters() if p.ndim > 1]
    plain = [p for p in task.parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": options.decay}, {"params": plain, "weight_decay": 0.0}],
        lr=0.0,
        betas=(0.9, 0.98),
        fused=True,
    )
    mean = {k: v.detach().clone() for k, v in task.state_dict().items()}
    step = 0
    if options.resume and state_path.exists():
        state = load_state(state_path)
        task.load_state_dict(state["task"])
        optimizer.load_state_dict(state["optimizer"])
        mean, step, budget.spent_before = state["mean"], state["step"], state["spent"]
        print(f"resumed at step {step}, {budget.spent_before / 60:.1f} minutes spent")
    else:
        (options.out / "curve.csv").unlink(missing_ok=True)
    compiled = options.compile and can_compile()
    run = torch.compile(task, dynamic=False) if compiled else task
    augmented = Augmented(device, compiled)
    log = Log(options.out, options.log_seconds)
    grid = grid_of(options.batch, clips.meta["size"], device)
    per_clip = clips.meta["frames"] - PAIR + 1
    total = len(clips) * per_clip

    def save():
        save_state(
            state_path,
            {
                "task": task.state_dict(),
                "optimizer": optimizer.state_dict(),
                "mean": mean,
                "step": step,
                "spent": budget.spent,
            },
        )

    def look(figures_step):
        if held_clips is None:
            return {}
        own = {k: v.clone() for k, v in task.state_dict().items()}
        task.load_state_dict(mean)
        figures = evaluate(run, held_clips, held_targets, augmented, device, options.held_out_clips, options.batch)
        task.load_state_dict(own)
        return figures

    saved = looked = time.monotonic()
    epoch, order, first = -1, None, step
    while (progress := budget.progress(step)) < 1:
        if budget.piece_over() or (options.piece_steps is not None and step - first >= options.piece_steps):
            save()
            print(f"stopped, {100 * progress:.0f} % done: run again with --resume")
            sys.exit(UNFINISHED)
        # Every pair of neighbouring frames once an epoch, in an order that depends on the seed and the step alone.
        at = step * options.batch
        if at // total != epoch:
            epoch = at // total
            order = torch.randperm(total, generator=torch.Generator().manual_seed(options.seed * 1009 + epoch))
        chosen = order[(torch.arange(options.batch) + at) % total]
        clip, start = chosen // per_clip, chosen % per_clip
        random = torch.Generator().manual_seed(options.seed * 1_000_003 + step)
        mirrored = torch.rand(options.batch, generator=random) < 0.5
        pairs, looks = (x.to(device) for x in targets.of(clip, start, mirrored))
        patches = augmented(pairs_of(clips, clip.tolist(), start.tolist()), mirrored, random)
        rate = learning_rate(progress, options.rate)
        for group in optimizer.param_groups:
            group["lr"] = rate
        with autocast(device):
            said = run(patches, grid)
        losses = [targets.loss(each, pairs, looks) for each in said]
        loss, figures = sum(total for total, _ in losses), losses[1][1]
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(task.parameters(), 1.0)
        optimizer.step()
        step += 1
        decay = min(options.ema, (1 + step) / (10 + step))
        names, values = zip(*task.state_dict().items())
        torch._foreach_lerp_([mean[n] for n in names], list(values), 1 - decay)
        log.add(
            {"loss": loss.detach(), **{k: v.detach() for k, v in figures.items()}, "norm": norm},
            options.batch / (clips.meta["frames"] // PAIR),
        )
        now = time.monotonic()
        if now - looked > options.held_out_minutes * 60:
            log.add(look(step), 0)
            looked = now
        if log.due:
            log.flush(step, budget.spent / 60, rate)
        if now - saved > options.save_minutes * 60:
            save()
            saved = now

    figures = look(step)
    log.add(figures, 0)
    log.flush(step, budget.spent / 60, 0.0)
    save()
    task.load_state_dict(mean)
    whiten(task.visual, features_of(task.visual, clips, augmented, device, options.batch))
    save_checkpoint(model, options.out / "checkpoint", options.checkpoint)
    print(
        f"{options.out / 'checkpoint'}: vision tower after {step} steps, {budget.spent / 60:.1f} minutes; "
        + " ".join(f"{k} {v:.4f}" for k, v in figures.items())
    )


if __name__ == "__main__":
    main()
