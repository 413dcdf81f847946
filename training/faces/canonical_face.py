"""Writes MediaPipe's canonical face (Apache-2.0) as TypeScript.

    python canonical_face.py SOURCES ../../src/faces && npx biome check --write ../../src/faces

SOURCES holds `face_landmarker.task`, as for `convert.py`: its `geometry_pipeline_metadata_landmarks.binarypb` has the
mesh of 468 points in centimetres, and the 33 points whose weights make the pose. Needs no TensorFlow.
The messages are those of mediapipe/tasks/cc/vision/face_geometry/proto: `GeometryPipelineMetadata` and `Mesh3d`.
"""

import struct
import sys
import zipfile
from pathlib import Path

import numpy as np

from convert import TASK, verified

METADATA = "geometry_pipeline_metadata_landmarks.binarypb"
HEADER = (
    "// Written by training/faces/canonical_face.py from MediaPipe's face_landmarker.task (Apache-2.0, Google).\n\n"
)


def varint(data: bytes, at: int) -> tuple[int, int]:
    value, shift = 0, 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(message: bytes) -> dict[int, list]:
    """The values of a message by field: integers, floats, and bytes of messages inside it."""
    found: dict[int, list] = {}
    at = 0
    while at < len(message):
        key, at = varint(message, at)
        field, wire = key >> 3, key & 7
        if wire == 0:
            value, at = varint(message, at)
        elif wire == 5:
            value, at = struct.unpack_from("<f", message, at)[0], at + 4
        elif wire == 2:
            size, at = varint(message, at)
            value, at = message[at : at + size], at + size
        else:
            raise ValueError(f"wire type {wire}")
        found.setdefault(field, []).append(value)
    return found


def digits(value: float) -> str:
    """The shortest text that gives this float32 again."""
    return np.format_float_positional(np.float32(value), unique=True, trim="-")


def main(sources: Path, results: Path) -> None:
    verified(sources, *TASK)
    with zipfile.ZipFile(sources / TASK[0]) as task:
        metadata = fields(task.read(METADATA))
    mesh = fields(metadata[1][0])
    # Position and place on a texture, which nobody uses here.
    vertices = np.array(mesh[3]).reshape(-1, 5)[:, :3]
    weights = sorted((each[1][0], each[2][0]) for each in map(fields, metadata[2]))
    (results / "canonical-face.ts").write_text(
        HEADER
        + "/** float [468, 3]: the points of a face at rest, in cm; x to the face's left, y up, z towards the camera. */\n"
        + f"export const canonicalPoints: readonly number[] = [{', '.join(map(digits, vertices.flat))}]\n\n"
        + "/** Landmarks that move little with expressions, and how much each weighs in finding the head's pose. */\n"
        + "export const poseWeights: readonly (readonly [landmark: number, weight: number])[] = ["
        + ", ".join(f"[{landmark}, {digits(weight)}]" for landmark, weight in weights)
        + "]\n"
    )
    print(f"{len(vertices)} points, {len(weights)} weights")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
