"""Makes the numbers that the converted face networks are held against, with TensorFlow Lite and the published files.

    python reference.py pictures MEDIA ../../fixtures/data/faces
    python reference.py outputs SOURCES ../../fixtures/data/faces

The first cuts the pictures, once: another version of Pillow may scale otherwise. MEDIA is a folder with the photographs
that fixtures/README.md names. The second runs the networks on them and writes `reference.json`; SOURCES is as for
`convert.py`. There, floats are base64 of little-endian float32.
"""

import base64
import json
import re
import sys
import zipfile
from pathlib import Path

import numpy as np
from convert import FULL_RANGE, NETWORKS, TASK, verified
from PIL import Image

# A square around a face, in pixels of the photograph: its center and side.
CROPS = {
    "bearded_hat": ("bearded_hat.jpg", (297, 124, 176)),
    "miner": ("miner.jpg", (174, 241, 312)),
    "older_woman": ("older_woman.jpg", (359, 349, 520)),
    "portrait_smile": ("portrait_smile.png", (227, 121, 160)),
}
# A copy of one is black from this row on, so that the network is in doubt whether it shows a face.
COVERED = ("miner", 96)
# Whole photographs, for the detector.
FRAMES = {"far_group": "far_group.jpg", "portrait": "portrait_smile.png"}
CROP_SIDE, FRAME_SIDE = 256, 192
# Of anchors whose logit is below, the boxes are of no use to anybody, and are not stored.
LOWEST_LOGIT = -3.0

LISTS = Path(__file__).parent / "../../src/faces/networks/blendshapes.ts"


def cut_pictures(media: Path, results: Path) -> None:
    results.mkdir(parents=True, exist_ok=True)
    for name, (file, (x, y, side)) in CROPS.items():
        box = (x - side / 2, y - side / 2, x + side / 2, y + side / 2)
        with Image.open(media / file) as photo:
            crop = photo.convert("RGB").resize((CROP_SIDE, CROP_SIDE), Image.Resampling.BILINEAR, box)
        crop.save(results / f"{name}_{CROP_SIDE}.png", optimize=True)
        if name == COVERED[0]:
            crop.paste((0, 0, 0), (0, COVERED[1], CROP_SIDE, CROP_SIDE))
            crop.save(results / f"{name}_covered_{CROP_SIDE}.png", optimize=True)
    for name, file in FRAMES.items():
        frame = Image.new("RGB", (FRAME_SIDE, FRAME_SIDE))
        with Image.open(media / file) as photo:
            scale = FRAME_SIDE / max(photo.size)
            width, height = (round(length * scale) for length in photo.size)
            small = photo.convert("RGB").resize((width, height), Image.Resampling.BILINEAR)
        frame.paste(small, ((FRAME_SIDE - width) // 2, (FRAME_SIDE - height) // 2))
        frame.save(results / f"{name}_{FRAME_SIDE}.png", optimize=True)


class Network:
    """A tflite file. Its outputs are told apart by the names that the converter gave, in the network's own order."""

    def __init__(self, model: bytes, outputs: tuple[str, ...]):
        # Slow to import, and not needed to cut pictures.
        from tensorflow import lite

        self.interpreter = lite.Interpreter(model_content=model, num_threads=1)
        self.interpreter.allocate_tensors()
        self.outputs = outputs

    def __call__(self, values: np.ndarray) -> dict[str, np.ndarray]:
        self.interpreter.set_tensor(self.interpreter.get_input_details()[0]["index"], values[np.newaxis])
        self.interpreter.invoke()
        details = self.interpreter.get_output_details()
        return {name: self.interpreter.get_tensor(each["index"]) for name, each in zip(self.outputs, details)}


def pixels(file: Path) -> np.ndarray:
    with Image.open(file) as picture:
        return np.asarray(picture.convert("RGB"), np.float32)


def packed(values: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode()


def make_outputs(sources: Path, results: Path) -> None:
    verified(sources, *TASK)
    with zipfile.ZipFile(sources / TASK[0]) as task:
        files = {each: task.read(each) for each in task.namelist()}
    files[FULL_RANGE[0]] = verified(sources, *FULL_RANGE)
    networks = {name: Network(files[each.tflite], each.outputs) for name, each in NETWORKS.items()}
    listed = re.search(r"blendshapeLandmarks[^=]*=\s*\[(.*?)\]", LISTS.read_text(), re.S)
    chosen = [int(each) for each in re.findall(r"\d+", listed[1])]
    crops, frames = {}, {}
    for name in [*CROPS, f"{COVERED[0]}_covered"]:
        face = networks["landmarks.onnx"](pixels(results / f"{name}_{CROP_SIDE}.png") / np.float32(255))
        points = face["points"].reshape(-1, 3)
        blendshapes = networks["blendshapes.onnx"](points[chosen, :2])["blendshapes"]
        crops[name] = {
            "points": packed(points),
            "presenceLogit": float(face["presence"].item()),
            "blendshapes": packed(blendshapes),
        }
    for name in FRAMES:
        values = pixels(results / f"{name}_{FRAME_SIDE}.png") / np.float32(127.5) - np.float32(1)
        found = networks["detector.onnx"](values)
        scores, boxes = found["scores"].flatten(), found["boxes"].reshape(-1, 16)
        anchors = np.flatnonzero(scores > LOWEST_LOGIT)
        frames[name] = {"scores": packed(scores), "anchors": anchors.tolist(), "boxes": packed(boxes[anchors])}
    (results / "reference.json").write_text(json.dumps({"crops": crops, "frames": frames}, indent=1) + "\n")


if __name__ == "__main__":
    modes = {"pictures": cut_pictures, "outputs": make_outputs}
    if len(sys.argv) != 4 or sys.argv[1] not in modes:
        sys.exit(__doc__)
    modes[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
