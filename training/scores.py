"""Answers against the truth, by simple matching of labels: a quick look, and the table of compare.py.

The scores that count are `videmo score`'s, which read answers with the page's own parser.
"""

import json
import re

MOTIONS = {
    "nod": "nods",
    "shake_head": "shakes the head",
    "turn": "turns the head",
    "blink": "blinks",
    "close_eyes": "closes the eyes",
    "talk": "talks",
    "yawn": "yawns",
    "look_around": "looks around",
    "wink": "winks",
}
EMOTIONS = ("happy", "sad", "neutral", "angry", "surprise", "disgust", "fear")


def whole_window_labels(lines_file, frames):
    """Labels of each clip over all its frames, from any line that shows all of them: {clip: labels}."""
    found = {}
    with open(lines_file, encoding="utf-8") as file:
        for text in file:
            line = json.loads(text)
            match = re.fullmatch(r".+#(\d+):0-(\d+)", line["videos"][0]) if line.get("videos") else None
            if match and int(match[2]) == frames:
                found.setdefault(int(match[1]), line["labels"])
    return found


def listed(answer):
    return {part.strip() for part in answer.rstrip(".").split(",") if part.strip()}


def units_in(answer):
    return set(re.findall(r"AU\d+", answer))


def motion_in(answer):
    return next((name for name, words in MOTIONS.items() if words in answer), None)


def emotion_in(answer):
    return next((e for e in re.findall(r"[a-z]+", answer.lower()) if e in EMOTIONS), None)


def micro_f1(pairs):
    """pairs: (said, true) sets"""
    both = sum(len(said & true) for said, true in pairs)
    total = sum(len(said) + len(true) for said, true in pairs)
    return 2 * both / total if total else 1.0


def score(answers, labels):
    """{clip: {stage: text}} of one preset, {clip: labels} -> figures in [0, 1]."""
    clips = [clip for clip in answers if clip in labels]
    if not clips:
        return {}
    said, true = [answers[c] for c in clips], [labels[c] for c in clips]
    figures = {"actionUnits": micro_f1([(units_in(a["expression"]), set(t["units"])) for a, t in zip(said, true)])}
    if any("," in a["attributes"] and "_" in a["attributes"] for a in said):
        figures["attributes"] = micro_f1([(listed(a["attributes"]), set(t["appearances"])) for a, t in zip(said, true)])
    moved = [(motion_in(a["expression"]), t["motion"]) for a, t in zip(said, true) if t.get("motion") in MOTIONS]
    if moved and any(s for s, _ in moved):
        figures["motion"] = sum(s == t for s, t in moved) / len(moved)
    figures["emotion"] = sum(emotion_in(a["emotion"]) == t["emotion"] for a, t in zip(said, true)) / len(clips)
    return figures
