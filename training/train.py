"""Trains a Qwen2.5-VL checkpoint on Emo-CFG lines, stage by stage.

    python training/train.py --checkpoint DIR --data lines.jsonl --out DIR \\
        --stages 1/0/0 .3/.7/0 .15/.35/.5:2 --minutes 60 [--features DIR] [--resume]
    accelerate launch --multi_gpu --num_processes 8 training/train.py --checkpoint VidEmo-3B --data lines.jsonl ...

Each entry of --stages is one phase: the shares of attributes, expression and emotion lines in it, then, after a colon,
its share of the budget (1 where unsaid). One learning-rate schedule spans all phases. With --features the vision tower
is frozen and its features are read from a file (features.py); --freeze-vision freezes it and computes them.
Batches depend on the seed and the step alone, so a resumed run with --steps ends with the weights of one that was
never interrupted. Exit status 3: the piece is over, the budget is not; run again with --resume.
"""

import argparse
import shutil
import sys
import time
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.utils import broadcast_object_list, set_seed

from data import STAGES, Codec, Conversations, Mixture, batch_of
from evidence import EvidenceHead
from fast_vision import use_fast_vision
from features import open_features
from model import load_checkpoint, recipe_of, save_checkpoint
from run import UNFINISHED, Budget, Log, add_run_arguments, autocast, can_compile, learning_rate
from trained import TrainedModel


def parse_phase(text):
    """`.3/.7/0:2` -> ((.3, .7, 0), 2)"""
    weights, _, share = text.partition(":")
    parts = tuple(float(w) for w in weights.split("/"))
    if len(parts) != len(STAGES) or min(parts) < 0 or not sum(parts) or float(share or 1) <= 0:
        raise argparse.ArgumentTypeError(f"{text}: expected {len(STAGES)} weights such as .3/.7/0 and maybe :share")
    return parts, float(share or 1)


def phase_at(progress, phases):
    """The index of the phase that a share of the whole budget falls into."""
    shares = np.cumsum([share for _, share in phases])
    return min(int(np.searchsorted(shares / shares[-1], progress, side="right")), len(phases) - 1)


class Progress:
    """What a state has beyond model, optimizer and random numbers."""

    def __init__(self):
        self.step, self.spent, self.phase, self.mixture, self.mean = 0, 0.0, -1, None, None

    def state_dict(self):
        return dict(vars(self))

    def load_state_dict(self, state):
        vars(self).update(state)


def parameter_groups(model, decay):
    """Weight decay for matrices; none for norms, biases and the embedding."""
    named = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    plain = [p for n, p in named if p.ndim < 2 or "embed_tokens" in n]
    decayed = [p for n, p in named if not (p.ndim < 2 or "embed_tokens" in n)]
    return [{"params": decayed, "weight_decay": decay}, {"params": plain, "weight_decay": 0.0}]


def held_out_batches(conversations, per_stage, tokens, step):
    """The first lines of each stage, batched: (stage, line numbers)."""
    for stage in range(len(STAGES)):
        lines = np.flatnonzero(conversations.stage_of == stage)[:per_stage]
        lines = sorted(lines, key=lambda i: conversations.lengths[i])
        while lines:
            count = 1
            while count < len(lines) and (count + 1) * (conversations.lengths[lines[count]] + step) <= tokens:
                count += 1
            yield stage, np.asarray(lines[:count])
            lines = lines[count:]


@torch.no_grad()
def held_out_figures(trained, conversations, features, options, device):
    """Loss and accuracy of answer tokens per stage, each token given the true ones before it."""
    trained.eval()
    sums = np.zeros((len(STAGES), 3))
    for stage, chosen in held_out_batches(conversations, options.held_out_lines, options.tokens, options.pad_to):
        batch = {k: v.to(device) for k, v in batch_of(conversations, chosen, options.pad_to, features).items()}
        with autocast(device):
            loss, right, count, _ = trained(**batch)
        sums[stage] += float(loss) * int(count), int(right), int(count)
    trained.train()
    figures = {}
    for name, (loss, right, count) in zip(STAGES, sums):
        if count:
            figures |= {f"held_{name}_loss": loss / count, f"held_{name}_tokens": right / count}
    return figures


def swapped(model, mean):
    """Puts the averaged weights in and returns the model's own."""
    own = {n: p.detach().clone() for n, p in model.named_parameters() if n in mean}
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name in mean:
                weight.copy_(mean[name])
    return own


def prepare_network(options, device):
    model = load_checkpoint(options.checkpoint)
    use_fast_vision(model)
    if options.features or options.freeze_vision:
        model.model.visual.requires_grad_(False)
    if options.gradient_checkpointing:
        model.gradient_checkpointing_enable()
    if device.type == "cpu":
        model.model.language_model.config._attn_implementation = "batched"
    if options.compile and can_compile():
        # Layer by layer, as their lengths differ from batch to batch.
        for layer in model.model.language_model.layers:
            layer.compile(dynamic=True)
        if not options.features:
            for block in model.model.visual.blocks:
                block.compile(dynamic=True)
    return model


def arguments():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--checkpoint", type=Path, required=True, help="any Qwen2.5-VL checkpoint folder")
    args.add_argument("--data", type=Path, required=True, help="Emo-CFG lines")
    args.add_argument("--features", type=Path, help="folder of features.py for the clips of --data")
    args.add_argument("--freeze-vision", action="store_true")
    args.add_argument("--held-out", type=Path, help="lines that are not trained on")
    args.add_argument("--held-out-features", type=Path)
    args.add_argument("--held-out-lines", type=int, default=200, help="of each stage")
    args.add_argument("--held-out-minutes", type=float, default=5)
    args.add_argument("--out", type=Path, required=True)
    args.add_argument("--stages", type=parse_phase, nargs="+", default=[((1.0, 1.0, 1.0), 1.0)])
    args.add_argument("--tokens", type=int, default=4096, help="padded tokens in a batch, per process")
    args.add_argument("--pad-to", type=int, default=32, help="sequence lengths are multiples of this")
    args.add_argument("--accumulate", type=int, default=1)
    args.add_argument("--rate", type=float, default=1e-3)
    args.add_argument("--warm-up", type=float, default=0.03)
    args.add_argument("--decay", type=float, default=0.05)
    args.add_argument("--clip", type=float, default=1.0)
    args.add_argument(
        "--evidence",
        type=float,
        default=0.0,
        help="weight of the loss of a head, dropped in the end, that asks for the lines' labels",
    )
    args.add_argument(
        "--line-weight",
        type=float,
        default=0.0,
        help="0: every answer token counts alike; 1: every line; between: tokens by lines' lengths ** -x",
    )
    args.add_argument("--ema", type=float, default=0.0, help="average the weights over steps, e.g. 0.999")
    args.add_argument("--gradient-checkpointing", action="store_true")
    args.add_argument("--cpu", action="store_true", help="even where there is a GPU; several processes speak by gloo")
    args.add_argument("--limit", type=int, help="read only this many lines")
    add_run_arguments(args)
    return args.parse_args()


def main():
    options = arguments()
    budget = Budget(options.minutes, options.steps, options.piece_minutes)
    on_cpu = options.cpu or not torch.cuda.is_available()
    if options.threads and on_cpu:
        torch.set_num_threads(options.threads)
    has_fast_bfloat16 = torch.cpu._is_amx_tile_supported() if on_cpu else True
    accelerator = Accelerator(
        cpu=options.cpu,
        mixed_precision="bf16" if has_fast_bfloat16 else "no",
        gradient_accumulation_steps=options.accumulate,
    )
    main_process, device = accelerator.is_main_process, accelerator.device
    set_seed(options.seed)

    codec, recipe = Codec(options.checkpoint), recipe_of(options.checkpoint)
    conversations = Conversations(options.data, codec, recipe, options.limit)
    features = open_features(options.features) if options.features else None
    held = held_features = None
    if options.held_out:
        held = Conversations(options.held_out, codec, recipe, limit=30 * options.held_out_lines)
        held_features = open_features(options.held_out_features) if options.held_out_features else None
    if main_process:
        options.out.mkdir(parents=True, exist_ok=True)
        counts = ", ".join(f"{int((conversations.stage_of == s).sum())} {name}" for s, name in enumerate(STAGES))
        print(
            f"{len(conversations)} lines ({counts}), {conversations.lengths.mean():.0f} tokens each on average; "
            f"{accelerator.num_processes} processes on {device.type}"
        )

    model = prepare_network(options, device)
    label_names = conversations.label_names if options.evidence else []
    evidence = EvidenceHead(model, label_names).to(device) if label_names else None
    trained = TrainedModel(model, evidence, options.line_weight)
    optimizer = torch.optim.AdamW(parameter_groups(trained, options.decay), lr=0.0, betas=(0.9, 0.98), fused=True)
    wrapped, optimizer = accelerator.prepare(trained, optimizer)
    at = Progress()
    accelerator.register_for_checkpointing(at)
    state = options.out / "state"
    if options.resume and state.exists():
        accelerator.load_state(str(state))
        budget.spent_before = at.spent
        if main_process:
            print(f"resumed at step {at.step}, {at.spent / 60:.1f} minutes spent")
    elif main_process:
        (options.out / "curve.csv").unlink(missing_ok=True)
    if options.ema and at.mean is None:
        at.mean = {n: p.detach().clone() for n, p in model.named_parameters() if p.requires_grad}

    def save():
        """A folder that replaces the one before it only when it is whole."""
        at.spent, at.mixture = budget.spent, mixture.state
        part = state.with_name("state.part")
        accelerator.save_state(str(part))
        accelerator.wait_for_everyone()
        if main_process:
            shutil.rmtree(state, ignore_errors=True)
            part.rename(state)
        accelerator.wait_for_everyone()

    def look():
        if held is None or not main_process:
            return {}
        own = swapped(model, at.mean) if at.mean else None
        figures = held_out_figures(trained, held, held_features, options, device)
        if own:
            swapped(model, own)
        return figures

    def shared_progress():
        """The main process's clock is everyone's."""
        values = [budget.progress(at.step), budget.piece_over()]
        if accelerator.num_processes > 1:
            broadcast_object_list(values)
        return values

    def mixture_of(phase):
        return Mixture(
            conversations,
            options.stages[phase][0],
            options.tokens,
            options.seed + 7919 * phase,
            accelerator.num_processes,
            accelerator.process_index,
            step=options.pad_to,
        )

    mixture = None
    log = Log(options.out, options.log_seconds, quiet=not main_process)
    saved = looked = time.monotonic()
    first = at.step
    while True:
        progress, over = shared_progress()
        if progress >= 1:
            break
        over = over or (options.piece_steps is not None and at.step - first >= options.piece_steps)
        phase = phase_at(progress, options.stages)
        if mixture is None and phase == at.phase and at.mixture:
            mixture = mixture_of(phase)
            mixture.restore(at.mixture)
        elif mixture is None or phase != at.phase:
            mixture, at.phase = mixture_of(phase), phase
            if main_process:
                weights = "/".join(f"{w:g}" for w in options.stages[phase][0])
                print(f"phase {phase + 1} of {len(options.stages)}: {'/'.join(STAGES)} {weights}", flush=True)
        if over:
            save()
            if main_process:
                print(f"stopped, {100 * progress:.0f} % done: run again with --resume")
            sys.exit(UNFINISHED)

        batch = batch_of(conversations, next(mixture), options.pad_to, features, label_names)
        count = len(batch["ids"])
        rate = learning_rate(progress, options.rate, options.warm_up)
        for group in optimizer.param_groups:
            group["lr"] = rate
        with accelerator.accumulate(wrapped):
            loss, right, asked, seen = wrapped(**{k: v.to(device) for k, v in batch.items()})
            accelerator.backward(loss + options.evidence * seen)
            if accelerator.sync_gradients:
                accelerator.clip_grad_norm_(wrapped.parameters(), options.clip)
            optimizer.step()
            optimizer.zero_grad()
        at.step += 1
        if at.mean is not None and accelerator.sync_gradients:
            decay = min(options.ema, (1 + at.step) / (10 + at.step))
            weights = {n: p.detach() for n, p in model.named_parameters() if n in at.mean}
            torch._foreach_lerp_([at.mean[n] for n in weights], list(weights.values()), 1 - decay)
        # Figures are the main process's own; its conversations stand for everyone's.
        figures = {"loss": loss.detach(), "tokens": right / asked}
        log.add(
            figures | ({"evidence": seen.detach()} if label_names else {}),
            count * accelerator.num_processes,
            int(asked),
        )
        now = time.monotonic()
        if main_process and log.due:
            if now - looked > options.held_out_minutes * 60:
                log.add(look(), 0)
                looked = time.monotonic()
            log.flush(at.step, budget.spent / 60, rate)
        # Saving takes every process: decided by the step, which they share.
        if at.step % 50 == 0:
            due = [time.monotonic() - saved > options.save_minutes * 60]
            if accelerator.num_processes > 1:
                broadcast_object_list(due)
            if due[0]:
                save()
                saved = time.monotonic()

    if main_process:
        log.add(look(), 0)
        log.flush(at.step, budget.spent / 60, 0.0)
    if mixture is not None:
        save()
    accelerator.wait_for_everyone()
    if main_process:
        if at.mean:
            swapped(model, at.mean)
        save_checkpoint(model, options.out / "checkpoint", options.checkpoint)
        print(f"{options.out / 'checkpoint'}: {at.step} steps, {budget.spent / 60:.1f} minutes")
    accelerator.end_training()


if __name__ == "__main__":
    main()
