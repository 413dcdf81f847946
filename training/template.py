"""Qwen's chat template over Emo-CFG conversations, as ids: the same segments as src/qwen25vl/chat.ts makes.

`<|im_start|>system\\n{system}<|im_end|>\\n<|im_start|>user\\n<|vision_start|>{pads}<|vision_end|>{question}<|im_end|>\\n
<|im_start|>assistant\\n{answer}<|im_end|>\\n...`; text that spells a special token stays text.
"""

from recipe import SYSTEM

VIDEO = "<video>"


class Markup(str):
    """A special token by name, in a list of segments."""


def user_segments(content, lead="user\n"):
    """One user turn after its `<|im_start|>`: text and the places of videos, which are Markup('<|video_pad|>')."""
    parts, segments = content.split(VIDEO), []
    text = lead
    for i, part in enumerate(parts):
        if i:
            segments += [text] if text else []
            segments += [Markup("<|vision_start|>"), Markup("<|video_pad|>"), Markup("<|vision_end|>")]
            text = ""
        text += part
    return [*segments, text] if text else segments


def conversation_segments(messages):
    """Segments of a whole conversation, each with whether the model has to say it (answers and their end)."""
    out = []

    def add(segments, learned=False):
        out.extend((segment, learned) for segment in segments)

    system = SYSTEM
    if messages and messages[0]["role"] == "system":
        system, messages = messages[0]["content"], messages[1:]
    add([Markup("<|im_start|>"), f"system\n{system}", Markup("<|im_end|>"), "\n"])
    for message in messages:
        if message["role"] == "user":
            add(
                [
                    Markup("<|im_start|>"),
                    *user_segments(message["content"]),
                    Markup("<|im_end|>"),
                    "\n",
                    Markup("<|im_start|>"),
                    "assistant\n",
                ]
            )
        elif message["role"] == "assistant":
            add([message["content"], Markup("<|im_end|>")], learned=True)
            add(["\n"])
        else:
            raise ValueError(f"a message of role {message['role']!r}; user and assistant are known")
    # What follows the last answer is never asked for.
    if out[-1] == ("\n", False) and messages and messages[-1]["role"] == "assistant":
        out.pop()
    return out


def texts(messages):
    """The plain texts that the tokenizer has to encode for a conversation."""
    return [segment for segment, _ in conversation_segments(messages) if not isinstance(segment, Markup)]
