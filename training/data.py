"""Emo-CFG lines as batches: ids, labels on the assistant's turns, M-RoPE positions, and what the videos show.

A line is `{"messages": [{"role": "user", "content": "<video>. ..."}, {"role": "assistant", "content": "..."}, ...],
"videos": [...], "stage": "attributes" | "expression" | "emotion", ...}`; a line without a stage counts as the first.
"""

import json
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from evidence import names_of
from frames import Videos
from recipe import PAIR, positions
from template import Markup, conversation_segments

STAGES = ("attributes", "expression", "emotion")
IGNORE = -100


class Codec:
    """Conversations to ids. Text is encoded as text: no word of a line can become a special token."""

    def __init__(self, folder):
        self.tokenizer = Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))
        self.added = {t.content: i for i, t in self.tokenizer.get_added_tokens_decoder().items()}
        self.plain = Tokenizer.from_str(
            json.dumps(json.loads((Path(folder) / "tokenizer.json").read_text(encoding="utf-8")) | {"added_tokens": []})
        )
        self.video_pad = self.added["<|video_pad|>"]
        self.end = self.added["<|im_end|>"]
        self.encode = lru_cache(maxsize=100_000)(self._encode)

    def _encode(self, text):
        return tuple(self.plain.encode(text, add_special_tokens=False).ids)

    def decode(self, ids):
        return self.tokenizer.decode(ids, skip_special_tokens=True)

    def conversation(self, messages, video_tokens):
        """ids and labels (IGNORE where the model says nothing); `video_tokens`: tokens of each video, in order."""
        ids, labels, waiting = [], [], list(video_tokens)
        for segment, learned in conversation_segments(messages):
            if isinstance(segment, Markup):
                part = (self.added[segment],)
                if segment == "<|video_pad|>":
                    if not waiting:
                        raise ValueError("a conversation has more <video> marks than videos")
                    part *= waiting.pop(0)
            else:
                part = self.encode(segment)
            ids.extend(part)
            labels.extend(part if learned else (IGNORE,) * len(part))
        if waiting:
            raise ValueError("a conversation has fewer <video> marks than videos")
        return ids, labels


class Conversations:
    """The lines of a file, encoded once. `stage_of[i]` is the index of line i's stage."""

    def __init__(self, lines_file, codec, recipe, limit=None):
        self.videos = Videos(Path(lines_file).parent, recipe)
        self.codec = codec
        ids, labels, lengths, stages = [], [], [], []
        self.videos_of, self.tasks, self.seen_in = [], [], []
        opened = lru_cache(maxsize=100_000)(self.videos.open)
        with open(lines_file, encoding="utf-8") as file:
            for number, text in enumerate(file):
                if limit is not None and number >= limit:
                    break
                line = json.loads(text)
                videos = tuple(opened(entry) for entry in line.get("videos", ()))
                own, said = codec.conversation(line["messages"], [v.tokens for v in videos])
                ids.append(np.asarray(own, np.int32))
                labels.append(np.asarray(said, np.int32))
                lengths.append(len(own))
                self.videos_of.append(videos)
                self.tasks.append(line.get("task", ""))
                self.seen_in.append(frozenset(names_of(line["labels"])) if "labels" in line else None)
                stages.append(STAGES.index(line.get("stage", STAGES[0])))
        self.ids, self.labels = np.concatenate(ids), np.concatenate(labels)
        self.lengths = np.asarray(lengths)
        self.starts = np.concatenate([[0], np.cumsum(self.lengths)])
        self.stage_of = np.asarray(stages, np.int8)

    def __len__(self):
        return len(self.lengths)

    @property
    def label_names(self):
        """Of all lines, in order."""
        return sorted(set().union(*(names for names in set(self.seen_in) if names)))

    def ids_of(self, i):
        return self.ids[self.starts[i] : self.starts[i + 1]]

    def labels_of(self, i):
        return self.labels[self.starts[i] : self.starts[i + 1]]


def batch_of(conversations, chosen, step=32, features=None, label_names=None):
    """Lines as one batch, padded on the right to a multiple of `step`.

    Padding needs no mask: attention is causal, and padded places have no labels.
    ids, labels int64 [B, S]; positions int64 [3, B, S]; either `features` [tokens, width] of all videos in order, or
    `patches` float32 [P, 1176] with `grids` int64 [videos, 3]. With `label_names`, what an `EvidenceHead` takes.
    """
    codec = conversations.codec
    length = -(-int(conversations.lengths[chosen].max()) // step) * step
    ids = torch.zeros(len(chosen), length, dtype=torch.int64)
    labels = torch.full((len(chosen), length), IGNORE, dtype=torch.int64)
    places = torch.zeros(3, len(chosen), length, dtype=torch.int64)
    videos = []
    for row, i in enumerate(chosen):
        own = torch.from_numpy(conversations.ids_of(i).astype(np.int64))
        ids[row, : len(own)] = own
        labels[row, : len(own)] = torch.from_numpy(conversations.labels_of(i).astype(np.int64))
        of_line = conversations.videos_of[i]
        places[:, row, : len(own)] = positions(own, codec.video_pad, [v.grid for v in of_line])
        videos += of_line
    batch = {"ids": ids, "labels": labels, "positions": places}
    if features is not None:
        batch["features"] = features.of(videos)
    elif videos:
        batch["patches"] = torch.cat([conversations.videos.patches(v) for v in videos])
        batch["grids"] = joined_grids(videos)
    if label_names:
        places_of = torch.arange(length)
        lengths = torch.as_tensor(conversations.lengths[chosen])[:, None]
        last_pad = torch.where(ids == codec.video_pad, places_of, -1).amax(1, keepdim=True)
        batch["behind"] = (places_of > last_pad) & (places_of < lengths)
        batch["truth"] = torch.tensor(
            [
                [float("nan") if seen is None else float(name in seen) for name in label_names]
                for seen in (conversations.seen_in[i] for i in chosen)
            ]
        )
    return batch


def joined_grids(videos):
    """Grids [n, 3] in which neighbours of one size are one video: the tower sees no more than a pair at a time."""
    grids = []
    for t, rows, columns in (v.grid for v in videos):
        if grids and grids[-1][1:] == [rows, columns]:
            grids[-1][0] += t
        else:
            grids.append([t, rows, columns])
    return torch.tensor(grids)


class Features:
    """Merged features of every pair of frames of packed clips: bfloat16 [N, pairs, tokens, width] in a file."""

    def __init__(self, path, shape):
        self.shape = shape
        stored = np.memmap(path, np.int16, "r", shape=tuple(shape))
        self.values = stored

    def of(self, videos):
        """[tokens of all videos, width] in bfloat16"""
        parts = []
        for video in videos:
            if video.clip < 0 or video.first % PAIR:
                raise ValueError(f"{video}: cached features are of packed clips, from an even frame on")
            pairs = self.values[video.clip, video.first // PAIR : video.last // PAIR]
            parts.append(pairs.reshape(-1, self.shape[-1]))
        return torch.from_numpy(np.concatenate(parts)).view(torch.bfloat16)


class Mixture:
    """Endless batches over the stages' lines, by weight; the state is two numbers.

    Block after block of `block` lines is drawn (each stage's lines in turn, in an order of the seed and the round),
    sorted by length, cut into batches of at most `tokens` padded tokens, and the batches shuffled. The same seed gives
    the same batches whenever the run is resumed; with several processes, each takes its own of every group.
    """

    def __init__(self, conversations, weights, tokens, seed, processes=1, process=0, block=1024, step=32):
        self.conversations, self.tokens, self.seed, self.step = conversations, tokens, seed, step
        self.processes, self.process, self.size = processes, process, block
        self.lines = [np.flatnonzero(conversations.stage_of == s) for s in range(len(STAGES))]
        weights = np.asarray(weights, float)
        for stage, (weight, lines) in enumerate(zip(weights, self.lines)):
            if weight and not len(lines):
                raise ValueError(f"no lines of the stage {STAGES[stage]}, which has the weight {weight}")
        if not weights.sum():
            raise ValueError("every stage has the weight 0")
        # Lines of each stage in one block; what rounding leaves goes to the heaviest.
        self.quota = np.floor(weights / weights.sum() * block).astype(int)
        self.quota[weights.argmax()] += block - self.quota.sum()
        self.block_number, self.at, self.batches = 0, 0, None

    @property
    def state(self):
        return {"block": self.block_number, "at": self.at}

    def restore(self, state):
        self.block_number, self.at, self.batches = state["block"], state["at"], None

    # One object lives as long as a run, so that the cache holds nothing back.
    @lru_cache(maxsize=8)  # noqa: B019
    def _round(self, stage, number):
        return np.random.default_rng([self.seed, stage, number]).permutation(self.lines[stage])

    def _block(self, number):
        chosen = []
        for stage, quota in enumerate(self.quota):
            for k in range(number * quota, (number + 1) * quota):
                n = len(self.lines[stage])
                chosen.append(self._round(stage, k // n)[k % n])
        lengths = self.conversations.lengths
        chosen = sorted(chosen, key=lambda i: (lengths[i], i))
        batches, batch = [], []
        for i in chosen:
            padded = -(-int(lengths[i]) // self.step) * self.step
            if batch and padded * (len(batch) + 1) > self.tokens:
                batches.append(batch)
                batch = []
            batch.append(i)
        batches.append(batch)
        order = np.random.default_rng([self.seed, 99, number]).permutation(len(batches))
        batches = [np.asarray(batches[i]) for i in order]
        whole = max(1, len(batches) // self.processes) * self.processes
        batches = (batches * self.processes)[:whole]
        return batches[self.process :: self.processes]

    def __next__(self):
        if self.batches is None:
            self.batches = self._block(self.block_number)
        if self.at >= len(self.batches):
            self.block_number, self.at = self.block_number + 1, 0
            self.batches = self._block(self.block_number)
        self.at += 1
        return self.batches[self.at - 1]
