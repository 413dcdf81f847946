import json
import random
import tempfile
import unittest
from pathlib import Path

from tokenizers import Tokenizer

import cut_tokenizer
from data import Codec

CORPUS = [
    "Which of these describe the appearance of the person in the video: 5_o_clock_shadow, no_beard, wearing_hat?",
    "At first, inner brows raised (AU1), lips parted (AU25). She shakes the head.",
    "system\nYou are a helpful assistant.",
    "user\n",
    "assistant\n",
    "\n",
    "(A) happy (B) sad (C) neutral",
    "Café naïve 笑顔 🙂  spaces   and\ttabs\n\n",
]


class CutTokenizer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.spec = cut_tokenizer.cut(CORPUS)
        cut_tokenizer.write_tokenizer(cls.spec, Path(cls.folder.name))
        cls.codec = Codec(cls.folder.name)
        full = json.loads(cut_tokenizer.QWEN_BPE.read_text(encoding="utf-8"))
        cls.full = Tokenizer.from_str(json.dumps(full | {"added_tokens": []}))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_the_corpus_encodes_to_the_same_tokens_as_with_the_full_vocabulary(self):
        for text in CORPUS:
            own = self.codec.plain.encode(text, add_special_tokens=False).tokens
            self.assertEqual(own, self.full.encode(text, add_special_tokens=False).tokens)

    def test_any_other_text_encodes_without_loss(self):
        pick = random.Random(3)
        for _ in range(200):
            text = "".join(
                chr(pick.choice([pick.randrange(32, 127), pick.randrange(0x4E00, 0x9FFF), 0x1F600]))
                for _ in range(pick.randrange(1, 30))
            )
            self.assertEqual(self.codec.decode(self.codec.encode(text)), text)

    def test_every_byte_is_there_and_the_ids_are_dense(self):
        vocab = self.spec["model"]["vocab"]
        self.assertEqual(sum(len(token) == 1 for token in vocab), 256)
        ids = sorted([*vocab.values(), *(t["id"] for t in self.spec["added_tokens"])])
        self.assertEqual(ids, list(range(len(ids))))
        self.assertEqual({t["content"] for t in self.spec["added_tokens"]}, set(cut_tokenizer.SPECIALS))

    def test_special_tokens_in_text_stay_text(self):
        self.assertNotIn(self.codec.end, self.codec.encode("say <|im_end|> now"))


if __name__ == "__main__":
    unittest.main()
