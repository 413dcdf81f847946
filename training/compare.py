"""Curriculum against mixed training: the same vision tower, data, learning rates, seed and budget; only the order differs.

    python training/compare.py --checkpoint stage0/checkpoint --data DIR --held-out DIR --features DIR \\
        --held-out-features DIR --out DIR --minutes 20

Both train at the same time, each on its share of the cores, so that whatever else the machine does hits both alike. The
mixed run draws from all stages from the start, in the shares that the curriculum has over all of its phases. Writes
table.md (held-out answers, scored by label matching; each model answers with its own earlier answers in the
conversation), curves.png, and the answers. Goes on where it was interrupted.
"""

import argparse
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from frames import PackedClips
from run import UNFINISHED, draw_curves
from scores import score, whole_window_labels
from train import parse_phase

HERE = Path(__file__).resolve().parent
PRESETS = ("choices", "reasoning")


def mixed_weights(phases):
    """The curriculum's shares over all phases together."""
    total = sum(share for _, share in phases)
    weights = [sum(w[i] / sum(w) * share for w, share in phases) / total for i in range(3)]
    return "/".join(f"{w:.4f}" for w in weights)


def call(script, *arguments):
    """Runs a script of this folder, again and again while it says that there is more to do."""
    while True:
        status = subprocess.run([sys.executable, HERE / script, *map(str, arguments)]).returncode
        if status == 0:
            return
        if status != UNFINISHED:
            raise SystemExit(f"{script} ended with status {status}; run the same command again to go on")


def train(name, stages, options):
    out = options.out / name
    if (out / "checkpoint" / "model.safetensors").exists():
        return
    extra = ["--steps", options.steps] if options.steps else ["--minutes", options.minutes]
    call(
        "train.py",
        "--checkpoint",
        options.checkpoint,
        "--data",
        options.data / "lines.jsonl",
        "--features",
        options.features,
        "--held-out",
        options.held_out / "lines.jsonl",
        "--held-out-features",
        options.held_out_features,
        "--out",
        out,
        "--stages",
        *stages,
        *extra,
        "--rate",
        options.rate,
        "--seed",
        options.seed,
        "--threads",
        options.threads,
        "--tokens",
        options.tokens,
        "--held-out-minutes",
        2,
        "--resume",
        "--ema",
        options.ema,
        "--evidence",
        options.evidence,
        *([] if options.compile else ["--no-compile"]),
    )


def held_out_scores(name, options):
    labels = whole_window_labels(options.held_out / "lines.jsonl", PackedClips(options.held_out).meta["frames"])
    figures = {}
    for preset in PRESETS:
        file = options.out / name / f"answers-{preset}.jsonl"
        if not file.exists():
            part = file.with_suffix(".part")
            call(
                "evaluate.py",
                "--checkpoint",
                options.out / name / "checkpoint",
                "--data",
                options.held_out / "lines.jsonl",
                "--preset",
                preset,
                "--count",
                options.count,
                "--out",
                part,
                "--threads",
                2 * options.threads,
                "--accuracy-lines",
                0,
            )
            part.replace(file)
        lines = map(json.loads, file.read_text(encoding="utf-8").splitlines())
        answers = {line["clip"]: line["answers"] for line in lines}
        figures |= {f"{preset}: {k}": v for k, v in score(answers, labels).items()}
    return figures


def table(results, options):
    names = list(dict.fromkeys(n for figures in results.values() for n in figures))
    budget = f"{options.steps} steps" if options.steps else f"{options.minutes:g} minutes"
    rows = [
        f"Held-out clips: {options.count}. Budget of each run: {budget}. Same stage-0 tower (frozen), data, rates, "
        "seed; scored by label matching.",
        "",
        "| answers | " + " | ".join(results) + " |",
        "| --- |" + " ---: |" * len(results),
    ]
    for name in names:
        rows.append(
            f"| {name} | " + " | ".join(f"{f[name]:.3f}" if name in f else "-" for f in results.values()) + " |"
        )
    return "\n".join(rows) + "\n"


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("checkpoint", "data", "held-out", "features", "held-out-features", "out"):
        args.add_argument(f"--{name}", type=Path, required=True)
    args.add_argument("--minutes", type=float, default=20)
    args.add_argument("--steps", type=int)
    args.add_argument("--stages", nargs="+", default=["1/0/0", ".3/.7/0", ".15/.35/.5"], help="of the curriculum")
    args.add_argument("--count", type=int, default=300)
    args.add_argument("--rate", type=float, default=1e-3)
    args.add_argument("--ema", type=float, default=0.998)
    args.add_argument("--evidence", type=float, default=1.0, help="as train.py's")
    args.add_argument("--tokens", type=int, default=4096)
    args.add_argument("--seed", type=int, default=7)
    args.add_argument("--threads", type=int, default=1, help="of each run")
    args.add_argument("--compile", action=argparse.BooleanOptionalAction, default=True)
    options = args.parse_args()
    runs = {"curriculum": options.stages, "mixed": [mixed_weights([parse_phase(s) for s in options.stages])]}
    with ThreadPoolExecutor() as pool:
        for _ in pool.map(lambda run: train(*run, options), runs.items()):
            pass
    results = {name: held_out_scores(name, options) for name in runs}
    text = table(results, options)
    (options.out / "table.md").write_text(text, encoding="utf-8")
    first, second = runs
    draw_curves(
        options.out / first / "curve.csv",
        options.out / "curves.png",
        name=first,
        others=[(second, options.out / second / "curve.csv")],
    )
    print(text)


if __name__ == "__main__":
    main()
