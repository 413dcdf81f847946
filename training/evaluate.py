"""What a checkpoint answers, in float32 and greedily, with its own earlier answers in later turns.

    python training/evaluate.py --checkpoint DIR --data DIR/lines.jsonl --preset choices --count 500 --out answers.jsonl
    python training/evaluate.py --checkpoint DIR --data lines.jsonl --task reasoning-3 --out answers.jsonl

With --preset NAME every clip of the folder is asked, over all its frames, what the lines of the task NAME-3 ask. Else
the lines themselves (of --task) are asked again. Each line written is {"clip": index, "answers": {"attributes": ...,
"expression": ..., "emotion": ...}}, for `videmo score --answers FILE`. Also prints the accuracy of answer tokens per
task, given the true tokens before them, and quick scores by label matching.
"""

import argparse
import json
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from transformers import DynamicCache

from data import STAGES, Codec, Conversations, batch_of
from fast_vision import use_fast_vision
from frames import Videos, packed_clips
from model import load_checkpoint, load_json, recipe_of
from recipe import positions
from run import set_up_torch
from scores import score, whole_window_labels
from template import Markup, conversation_segments
from trained import TrainedModel


class Asker:
    """Greedy conversations about videos."""

    def __init__(self, folder, max_tokens, device):
        self.model = use_fast_vision(load_checkpoint(folder)).to(device).eval()
        self.codec, self.recipe = Codec(folder), recipe_of(folder)
        self.max_tokens, self.device = max_tokens, device
        generation = load_json(Path(folder) / "generation_config.json")
        if generation.get("repetition_penalty", 1.0) != 1.0:
            raise ValueError(f"{folder}: a repetition penalty is not implemented here")
        eos = generation["eos_token_id"]
        self.ends = set(eos if isinstance(eos, list) else [eos])

    def first_turn(self, content, videos):
        return self.codec.conversation([{"role": "user", "content": content}], [v.tokens for v in videos])[0]

    def next_turn(self, content):
        """What follows an answer's tokens: its end, and the next question."""
        end = [Markup("<|im_end|>"), "\n"]
        turn = conversation_segments([{"role": "user", "content": content}])[4:]
        ids = []
        for segment in [*end, *(s for s, _ in turn)]:
            ids += [self.codec.added[segment]] if isinstance(segment, Markup) else self.codec.encode(segment)
        return ids

    @torch.no_grad()
    def features(self, videos_of, source):
        """Per conversation, the features [tokens, width] of its videos."""
        patches = [source.patches(v) for videos in videos_of for v in videos]
        if not patches:
            return [None] * len(videos_of)
        grids = torch.tensor([v.grid for videos in videos_of for v in videos], device=self.device)
        out = self.model.model.visual(torch.cat(patches).to(self.device), grid_thw=grids).pooler_output
        return out.split([sum(v.tokens for v in videos) for videos in videos_of])

    @torch.no_grad()
    def answer(self, prompts, videos_of, features):
        """Tokens of each answer, without its end. Prompts of different lengths are padded on the left."""
        language, head = self.model.model.language_model, self.model.lm_head
        rows, width = len(prompts), max(map(len, prompts))
        ids = torch.zeros(rows, width, dtype=torch.int64)
        mask = torch.zeros(rows, width, dtype=torch.int64)
        places = torch.zeros(3, rows, width, dtype=torch.int64)
        for row, prompt in enumerate(prompts):
            ids[row, -len(prompt) :] = torch.tensor(prompt)
            mask[row, -len(prompt) :] = 1
            places[:, row, -len(prompt) :] = positions(prompt, self.codec.video_pad, [v.grid for v in videos_of[row]])
        ids, mask, places = ids.to(self.device), mask.to(self.device), places.to(self.device)
        embeds = language.embed_tokens(ids)
        shown = [f for f in features if f is not None]
        if shown:
            pads = ((ids == self.codec.video_pad) & mask.bool())[..., None].expand_as(embeds)
            embeds = embeds.masked_scatter(pads, torch.cat(shown))
        following = places.amax((0, 2)) + 1
        cache = DynamicCache(config=self.model.config.text_config)
        answers, open_rows = [[] for _ in prompts], set(range(rows))
        for _ in range(self.max_tokens):
            hidden = language(
                inputs_embeds=embeds, attention_mask=mask, position_ids=places, past_key_values=cache, use_cache=True
            ).last_hidden_state[:, -1]
            token = head(hidden).argmax(-1)
            for row, value in enumerate(token.tolist()):
                if row in open_rows:
                    if value in self.ends:
                        open_rows.discard(row)
                    else:
                        answers[row].append(value)
            if not open_rows:
                break
            embeds = language.embed_tokens(token)[:, None]
            mask = torch.cat([mask, mask.new_ones(rows, 1)], 1)
            places = following.view(1, rows, 1).expand(3, rows, 1)
            following = following + 1
        return answers

    def converse(self, conversations, source):
        """conversations: (videos, questions) with equally many questions -> per conversation, the answers' texts."""
        videos_of = [videos for videos, _ in conversations]
        features = self.features(videos_of, source)
        ids = [self.first_turn(questions[0], videos) for videos, questions in conversations]
        texts = [[] for _ in conversations]
        for turn in range(len(conversations[0][1])):
            if turn:
                ids = [own + self.next_turn(q[turn]) for own, (_, q) in zip(ids, conversations)]
            answers = self.answer(ids, videos_of, features)
            ids = [own + said for own, said in zip(ids, answers)]
            for texts_of, said in zip(texts, answers):
                texts_of.append(self.codec.decode(said))
        return texts


def questions_of(line):
    return [m["content"] for m in line["messages"] if m["role"] == "user"]


def read_lines(path, task=None):
    with open(path, encoding="utf-8") as file:
        for text in file:
            line = json.loads(text)
            if task is None or line.get("task") == task:
                yield line


def asked_of_clips(data, preset, count, source):
    """(clip, videos, questions, stages) of every clip, over all its frames."""
    line = next(read_lines(data, f"{preset}-3"), None)
    if line is None:
        raise SystemExit(f"{data} has no line of the task {preset}-3")
    file = line["videos"][0].split("#")[0]
    clips = packed_clips(str((source.folder / file).parent))
    for clip in range(min(count or len(clips), len(clips))):
        video = source.open(f"{file}#{clip}:0-{clips.meta['frames']}")
        yield clip, (video,), questions_of(line), STAGES


def asked_of_lines(data, task, count, source):
    for number, line in enumerate(read_lines(data, task)):
        if count is not None and number >= count:
            break
        videos = tuple(source.open(entry) for entry in line.get("videos", ()))
        questions = questions_of(line)
        stages = STAGES if len(questions) == len(STAGES) else [line.get("stage", STAGES[0])] * len(questions)
        clip = videos[0].clip if videos and videos[0].clip >= 0 else number
        yield clip, videos, questions, stages


@torch.no_grad()
def token_accuracy(asker, data, per_task):
    """{task: share of answer tokens that are the likeliest ones}"""
    conversations = Conversations(data, asker.codec, asker.recipe, limit=per_task * 40)
    trained = TrainedModel(asker.model)
    of_task = defaultdict(list)
    for i, task in enumerate(conversations.tasks):
        if len(of_task[task]) < per_task:
            of_task[task].append(i)
    figures = {}
    for task, lines in sorted(of_task.items()):
        right = total = 0
        for at in range(0, len(lines), 16):
            batch = batch_of(conversations, np.asarray(lines[at : at + 16]))
            _, hits, count, _ = trained(**{k: v.to(asker.device) for k, v in batch.items()})
            right, total = right + int(hits), total + int(count)
        figures[task] = right / total
    return figures


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--checkpoint", type=Path, required=True)
    args.add_argument("--data", type=Path, required=True, help="Emo-CFG lines")
    args.add_argument("--preset", help="ask every clip over all its frames: choices, reasoning, mafw")
    args.add_argument("--task", help="without --preset: ask the lines of this task again")
    args.add_argument("--count", type=int)
    args.add_argument("--out", type=Path, required=True)
    args.add_argument("--batch", type=int, default=32)
    args.add_argument("--max-tokens", type=int, default=256)
    args.add_argument("--accuracy-lines", type=int, default=64, help="lines of each task; 0 leaves accuracy out")
    args.add_argument("--threads", type=int, default=2)
    options = args.parse_args()
    set_up_torch(0, options.threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    asker = Asker(options.checkpoint, options.max_tokens, device)
    source = Videos(options.data.parent, asker.recipe)
    if options.accuracy_lines:
        for task, value in token_accuracy(asker, options.data, options.accuracy_lines).items():
            print(f"answer tokens, {task}: {value:.4f}", flush=True)

    if options.preset:
        asked = list(asked_of_clips(options.data, options.preset, options.count, source))
    else:
        asked = list(asked_of_lines(options.data, options.task, options.count, source))
    asked.sort(key=lambda a: len(a[2]))
    began, printed, answers = time.monotonic(), time.monotonic(), {}
    options.out.parent.mkdir(parents=True, exist_ok=True)
    with open(options.out, "w", encoding="utf-8") as file:
        at = 0
        while at < len(asked):
            turns = len(asked[at][2])
            group = [a for a in asked[at : at + options.batch] if len(a[2]) == turns]
            texts = asker.converse([(videos, questions) for _, videos, questions, _ in group], source)
            for (clip, _, _, stages), said in zip(group, texts):
                answers[clip] = dict(zip(stages, said))
                file.write(json.dumps({"clip": clip, "answers": answers[clip]}, ensure_ascii=False) + "\n")
            at += len(group)
            if time.monotonic() - printed > 20:
                printed = time.monotonic()
                print(f"{at} of {len(asked)} conversations, {at / (printed - began):.1f} a second", flush=True)
    print(f"{options.out}: {len(asked)} conversations")
    if options.preset:
        clips = packed_clips(str(options.data.parent))
        figures = score(answers, whole_window_labels(options.data, clips.meta["frames"]))
        print("by label matching: " + " ".join(f"{k} {v:.4f}" for k, v in figures.items()))


if __name__ == "__main__":
    main()
