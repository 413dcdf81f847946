"""What every trainer here needs around its steps: a budget, a schedule, a log that becomes curves, resumable state."""

import argparse
import csv
import math
import shutil
import time
from pathlib import Path

import torch

UNFINISHED = 3  # exit status of a piece that ended before its budget was spent


def set_up_torch(seed, threads):
    if threads:
        torch.set_num_threads(threads)
    torch.manual_seed(seed)


def autocast(device):
    """bfloat16 arithmetic where it is fast: CUDA, and CPUs with AMX (nine times float32 there)."""
    fast = device.type == "cuda" or torch.cpu._is_amx_tile_supported()
    return torch.autocast(device.type, torch.bfloat16, enabled=fast)


def learning_rate(progress, peak, warm_up=0.03, floor=0.02):
    """Linear warm-up, then a cosine down to `floor` times the peak."""
    if progress < warm_up:
        return peak * (progress / warm_up) + 1e-9
    done = min(1.0, (progress - warm_up) / (1 - warm_up))
    return peak * (floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * done)))


class Budget:
    """Minutes by the wall clock or a number of steps, whichever is given; time spent in earlier pieces counts."""

    def __init__(self, minutes, steps, piece_minutes):
        if (minutes is None) == (steps is None):
            raise ValueError("give either --minutes or --steps")
        self.minutes, self.steps, self.piece_minutes = minutes, steps, piece_minutes
        self.spent_before, self.began = 0.0, time.monotonic()

    @property
    def spent(self):
        return self.spent_before + time.monotonic() - self.began

    def progress(self, step):
        return step / self.steps if self.steps else self.spent / 60 / self.minutes

    def piece_over(self):
        return time.monotonic() - self.began > self.piece_minutes * 60


class Log:
    """Rows of figures, averaged over `seconds`, printed and kept in curve.csv and curve.png."""

    def __init__(self, folder, seconds, quiet=False):
        self.folder, self.seconds, self.quiet = Path(folder), seconds, quiet
        self.sums, self.weights, self.items, self.printed = {}, {}, 0, time.monotonic()

    def add(self, figures, items, weight=1.0):
        self.items += items
        for name, value in figures.items():
            self.sums[name] = self.sums.get(name, 0.0) + float(value) * weight
            self.weights[name] = self.weights.get(name, 0.0) + weight

    @property
    def due(self):
        return time.monotonic() - self.printed >= self.seconds

    def flush(self, step, minutes, rate):
        now = time.monotonic()
        if not self.sums:
            return
        row = {"step": step, "minutes": round(minutes, 3), "rate": f"{rate:.3g}"}
        row |= {name: f"{self.sums[name] / self.weights[name]:.4f}" for name in self.sums}
        row["per_second"] = f"{self.items / max(1e-9, now - self.printed):.1f}"
        self.sums, self.weights, self.items, self.printed = {}, {}, 0, now
        if self.quiet:
            return
        print("  ".join(f"{k} {v}" for k, v in row.items()), flush=True)
        append_row(self.folder / "curve.csv", row)
        draw_curves(self.folder / "curve.csv", self.folder / "curve.png")


def read_rows(path):
    if not path.exists():
        return []
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def append_row(path, row):
    rows = [*read_rows(path), row]
    names = list(dict.fromkeys(name for r in rows for name in r))
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)


def draw_curves(path, picture, name="", others=()):
    """One panel per figure of a CSV file over minutes; `others` are (name, CSV file) to draw into the same panels."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    series = [(name, read_rows(Path(path))), *((other, read_rows(Path(p))) for other, p in others)]
    names = [
        n
        for n in dict.fromkeys(k for _, rows in series for r in rows for k in r)
        if n not in ("step", "minutes", "rate", "per_second")
    ]
    if not names:
        return
    columns = min(3, len(names))
    lines = math.ceil(len(names) / columns)
    figure, axes = plt.subplots(lines, columns, figsize=(4.2 * columns, 2.8 * lines), squeeze=False)
    for axis, name in zip(axes.flat, names):
        for label, rows in series:
            points = [(float(r["minutes"]), float(r[name])) for r in rows if r.get(name)]
            if points:
                axis.plot(*zip(*points), label=label or None, linewidth=1.2)
        axis.set_title(name, fontsize=9)
        axis.set_xlabel("minutes", fontsize=8)
        axis.tick_params(labelsize=7)
        axis.grid(alpha=0.3)
        if len(series) > 1:
            axis.legend(fontsize=7)
    for axis in list(axes.flat)[len(names) :]:
        axis.axis("off")
    figure.tight_layout()
    figure.savefig(picture, dpi=110)
    plt.close(figure)


def save_state(path, state):
    """Whole or not at all: a piece that is ended while it writes leaves the state before it."""
    part = Path(path).with_suffix(".part")
    torch.save(state, part)
    part.replace(path)


def load_state(path):
    return torch.load(path, map_location="cpu", weights_only=False)


def add_run_arguments(args):
    args.add_argument("--minutes", type=float, help="budget by the wall clock")
    args.add_argument("--steps", type=int, help="budget in steps, instead of minutes")
    args.add_argument(
        "--piece-minutes",
        type=float,
        default=50,
        help="stop and save after this long; --resume goes on (exit status 3 says that there is more)",
    )
    args.add_argument("--piece-steps", type=int, help="likewise, after this many steps")
    args.add_argument("--resume", action="store_true", help="go on from the state in --out, if there is one")
    args.add_argument("--save-minutes", type=float, default=5)
    args.add_argument("--log-seconds", type=float, default=20)
    args.add_argument("--seed", type=int, default=7)
    args.add_argument("--threads", type=int, default=2, help="of PyTorch; 0 leaves it to PyTorch")
    args.add_argument(
        "--compile",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="torch.compile; off by itself where there is no C++ compiler",
    )


def can_compile():
    return torch.cuda.is_available() or shutil.which("g++") is not None
