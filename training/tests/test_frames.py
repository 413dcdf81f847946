import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from data import Features, joined_grids
from frames import PackedClips, Videos
from recipe import Recipe
from tests.drawn import draw_squares

RECIPE = Recipe(12544, 12800, 2, 2, 8)


class Entries(unittest.TestCase):
    def setUp(self):
        self.kept = tempfile.TemporaryDirectory()
        self.folder, self.pixels = draw_squares(Path(self.kept.name) / "squares")
        self.videos = Videos(self.folder, RECIPE)

    def tearDown(self):
        self.kept.cleanup()

    def test_packed_frames(self):
        video = self.videos.open("frames.bin#3:2-6")
        self.assertEqual((video.grid, video.tokens), ((2, 8, 8), 32))
        self.assertTrue(np.array_equal(self.videos.frames(video).numpy(), self.pixels[3, 2:6]))
        self.assertEqual(tuple(self.videos.patches(video).shape), (128, 1176))

    def test_frames_that_are_not_there(self):
        for entry in ("frames.bin#6:0-2", "frames.bin#0:0-10", "frames.bin#0:0-3", "frames.bin#0:4-4"):
            with self.assertRaises(ValueError, msg=entry):
                self.videos.open(entry)

    def test_a_file_of_another_size_than_the_description(self):
        with open(self.folder / "frames.bin", "ab") as file:
            file.write(b"x")
        with self.assertRaisesRegex(ValueError, "draw the clips again"):
            PackedClips(self.folder)

    def test_an_array_and_a_folder_of_images(self):
        frames = self.pixels[0, :3]
        np.save(self.folder / "clip.npy", frames)
        (self.folder / "clip").mkdir()
        for i, frame in enumerate(frames):
            Image.fromarray(frame).save(self.folder / "clip" / f"{i:02}.png")
        for entry in ("clip.npy", "clip"):
            video = self.videos.open(entry)
            self.assertEqual(video.grid, (2, 8, 8))  # three frames: the last one twice
            read = self.videos.frames(video).numpy()
            self.assertTrue(np.array_equal(read[:3], frames) and np.array_equal(read[3], frames[2]))

    def test_cached_features_of_a_window(self):
        stored = np.arange(6 * 4 * 16 * 8, dtype=np.int16).reshape(6, 4, 16, 8)
        stored.tofile(self.folder / "features.bin")
        features = Features(self.folder / "features.bin", stored.shape)
        out = features.of([self.videos.open("frames.bin#1:0-4"), self.videos.open("frames.bin#5:6-8")])
        wanted = np.concatenate([stored[1, :2].reshape(-1, 8), stored[5, 3:].reshape(-1, 8)])
        self.assertTrue(np.array_equal(out.view(torch.int16).numpy(), wanted))

    def test_neighbouring_grids_of_one_size_are_joined(self):
        videos = [self.videos.open("frames.bin#1:0-4"), self.videos.open("frames.bin#2:0-2")]
        self.assertEqual(joined_grids(videos).tolist(), [[3, 8, 8]])


if __name__ == "__main__":
    unittest.main()
