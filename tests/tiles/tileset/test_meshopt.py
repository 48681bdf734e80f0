"""The encoder, judged by meshoptimizer's own decoder."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.tiles.tileset.decoded import MODULES
from tiles.tileset.meshopt import encode_triangles, encode_vertices

_SCRIPT = """
import fs from "node:fs";
const [decoder, list] = process.argv.slice(2);
const { MeshoptDecoder } = await import(decoder);
await MeshoptDecoder.ready;
for (const { path, count, stride, mode } of JSON.parse(fs.readFileSync(list, "utf8"))) {
  const target = new Uint8Array(count * stride);
  MeshoptDecoder.decodeGltfBuffer(target, count, stride, fs.readFileSync(path), mode);
  fs.writeFileSync(path + ".out", target);
}
"""


def decoded(folder: Path, streams: list[tuple[bytes, int, int, str]]) -> list[bytes]:
    """Each stream with its count, stride and mode, through one run of node."""
    (folder / "decode.mjs").write_text(_SCRIPT)
    wanted = []
    for number, (data, count, stride, mode) in enumerate(streams):
        (folder / str(number)).write_bytes(data)
        wanted.append({"path": str(folder / str(number)), "count": count, "stride": stride, "mode": mode})
    (folder / "list.json").write_text(json.dumps(wanted))
    decoder = MODULES / "meshoptimizer/meshopt_decoder.mjs"
    subprocess.run(["node", folder / "decode.mjs", decoder, folder / "list.json"], check=True)
    return [(folder / f"{number}.out").read_bytes() for number in range(len(streams))]


def rows_of(random: np.random.Generator, kind: int, count: int, stride: int) -> NDArray[np.uint8]:
    """Noise, equal rows, or rows that change a little from one to the next, now and then by a leap."""
    if kind == 0:
        return random.integers(0, 256, (count, stride), dtype=np.uint8)
    if kind == 1:
        return np.full((count, stride), random.integers(0, 256), dtype=np.uint8)
    steps = random.integers(-8, 9, (count, stride)) + 100 * (random.random((count, stride)) < 0.03)
    return np.cumsum(steps, axis=0).astype(np.uint8)


def test_vertices_come_back_byte_by_byte(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    counts = [1, 2, 15, 16, 17, 255, 256, 257, 511, 1000, 5003]
    cases = [
        rows_of(random, kind, count, stride) for kind in range(3) for count in counts for stride in (4, 8, 12, 64, 256)
    ]
    streams = [(encode_vertices(rows), *rows.shape, "ATTRIBUTES") for rows in cases]
    for rows, out in zip(cases, decoded(tmp_path, streams), strict=True):
        assert rows.tobytes() == out


def triangles_of(random: np.random.Generator, kind: int, count: int) -> NDArray[np.uint32]:
    """Noise; strips that share edges; boxes of eight vertices by first use; the same triangle again and again."""
    if kind == 0:
        return random.integers(0, max(3, count), (count, 3)).astype(np.uint32)
    if kind == 1:
        first = np.arange(count)
        odd = first % 2 == 1
        return np.column_stack([first + odd, first + ~odd, first + 2]).astype(np.uint32)
    if kind == 2:
        box = np.array([[0, 1, 2], [0, 2, 3], [1, 0, 4], [1, 4, 5], [2, 1, 5], [2, 5, 6]])
        return (box[np.arange(count) % 6] + 8 * (np.arange(count) // 6)[:, None]).astype(np.uint32)
    return np.tile(np.array([[7, 3, 5]], dtype=np.uint32), (count, 1))


def turned(triangles: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Each triangle from its least corner, wound as it was."""
    first = triangles.argmin(axis=1)
    return np.take_along_axis(triangles, (first[:, None] + np.arange(3)) % 3, axis=1)


@pytest.mark.parametrize("stride", [2, 4])
def test_triangles_come_back_in_order_and_wound_as_they_were(tmp_path: Path, stride: int) -> None:
    random = np.random.default_rng(2)
    cases = [triangles_of(random, kind, count) for kind in range(4) for count in (1, 2, 3, 50, 3000)]
    streams = [(encode_triangles(one.ravel()), one.size, stride, "TRIANGLES") for one in cases]
    kind = np.uint16 if stride == 2 else np.uint32
    for triangles, out in zip(cases, decoded(tmp_path, streams), strict=True):
        # Triangles with an equal corner twice have no least one to begin with: any turn of them is the same.
        plain = (triangles[:, 0] != triangles[:, 1]) & (triangles[:, 1] != triangles[:, 2])
        plain &= triangles[:, 0] != triangles[:, 2]
        back = np.frombuffer(out, kind).astype(np.uint32).reshape(-1, 3)
        assert (turned(back[plain]) == turned(triangles[plain])).all()
        assert (np.sort(back) == np.sort(triangles)).all()


def test_indices_beyond_16_bits_come_back(tmp_path: Path) -> None:
    triangles = np.array([[0, 4_000_000, 70_000], [4_000_000, 2, 3_999_999], [1, 5, 9]], dtype=np.uint32)
    (out,) = decoded(tmp_path, [(encode_triangles(triangles.ravel()), 9, 4, "TRIANGLES")])
    assert (turned(np.frombuffer(out, np.uint32).reshape(-1, 3)) == turned(triangles)).all()


def test_boxes_take_a_third_of_their_plain_bytes() -> None:
    triangles = triangles_of(np.random.default_rng(3), 2, 6000)
    assert len(encode_triangles(triangles.ravel())) < triangles.size * 2 / 3


@pytest.mark.parametrize("stride", [0, 3, 6, 260])
def test_a_stride_that_the_codec_has_not_is_refused(stride: int) -> None:
    with pytest.raises(ValueError, match="a vertex has"):
        encode_vertices(np.zeros((4, stride), dtype=np.uint8))


def test_half_a_triangle_is_refused() -> None:
    with pytest.raises(ValueError, match="three corners"):
        encode_triangles(np.zeros(4, dtype=np.uint32))
