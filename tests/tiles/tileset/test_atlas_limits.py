"""Atlases of images that are many, huge, of other kinds or broken."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tiles.tileset.atlas import Atlas, Images, build_atlas

UNIT = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=np.float32)


def build(images: dict[str, Path], faces: list[tuple[int, NDArray[np.float32]]], *, side: int = 1024) -> Atlas | None:
    """Of four-cornered faces, each with the number of its image, each of a feature of its own."""
    count = len(faces)
    texture = np.array([number for number, _ in faces], dtype=np.int32)
    points = np.column_stack([np.arange(count) * 4, np.arange(count) * 4 + 4])
    uv = np.concatenate([corners for _, corners in faces])
    return build_atlas(texture, uv, points, np.arange(count), tuple(images), Images(images), side=side)


def colour(atlas: Atlas, face: int) -> list[int]:
    """In the middle of a four-cornered face."""
    picture = np.asarray(Image.open(io.BytesIO(atlas.jpeg)).convert("RGB"))
    x, y = atlas.uv[4 * face : 4 * face + 4].mean(axis=0) * picture.shape[1::-1]
    return [int(part) for part in picture[int(y), int(x)]]


@pytest.mark.parametrize(
    ("mode", "ending", "wanted"),
    [
        ("RGB", "png", (200, 60, 30)),
        ("RGBA", "png", (200, 60, 30)),
        ("P", "png", (200, 60, 30)),
        ("L", "png", (98, 98, 98)),
        ("1", "png", (255, 255, 255)),
        ("RGB", "jpg", (200, 60, 30)),
        ("L", "jpg", (98, 98, 98)),
        ("CMYK", "jpg", (200, 60, 30)),
        ("RGB", "tif", (200, 60, 30)),
        ("RGB", "webp", (200, 60, 30)),
    ],
)
def test_images_of_every_kind_show_their_colour(
    tmp_path: Path, mode: str, ending: str, wanted: tuple[int, int, int]
) -> None:
    path = tmp_path / f"a.{ending}"
    plain = Image.new("RGB", (64, 32), (200, 60, 30))
    image = Image.new("1", (64, 32), 1) if mode == "1" else plain.quantize() if mode == "P" else plain.convert(mode)
    image.save(path)
    atlas = build({"a": path}, [(0, UNIT)])
    assert atlas is not None
    assert np.abs(np.array(colour(atlas, 0)) - wanted).max() <= 6


def write_colours(folder: Path, count: int) -> tuple[dict[str, Path], NDArray[np.int64]]:
    """Images of one colour each, far apart from each other's."""
    colours = np.array([[37 * i % 256, 91 * i % 256, 151 * i % 256] for i in range(count)])
    paths = {}
    for number, one in enumerate(colours):
        paths[f"{number}"] = folder / f"{number}.png"
        Image.new("RGB", (24, 20), tuple(int(part) for part in one)).save(paths[f"{number}"])
    return paths, colours


@pytest.mark.parametrize("side", [1024, 96])
def test_neighbours_in_the_atlas_do_not_shine_through(tmp_path: Path, side: int) -> None:
    paths, colours = write_colours(tmp_path, 40)
    atlas = build(paths, [(number, UNIT) for number in range(40)], side=side)
    assert atlas is not None
    picture = np.asarray(Image.open(io.BytesIO(atlas.jpeg)).convert("RGB")).astype(int)
    for number, wanted in enumerate(colours):
        for u, v in atlas.uv[4 * number : 4 * number + 4]:
            x, y = int(u * picture.shape[1] - 1e-9), int(v * picture.shape[0] - 1e-9)
            assert np.abs(picture[y, x] - wanted).max() < 64, "at its very corners, though JPEG blurs colours"


def test_one_image_of_many_features_is_held_once(tmp_path: Path) -> None:
    Image.new("RGB", (200, 100), (10, 200, 10)).save(tmp_path / "a.png")
    one, many = (build({"a": tmp_path / "a.png"}, [(0, UNIT)] * count) for count in (1, 500))
    assert one is not None
    assert many is not None
    assert many.texels == one.texels


@pytest.mark.parametrize(("count", "side"), [(6_000, 256), (9_000, 512)])
def test_more_pieces_than_the_atlas_has_room_for_leave_the_smallest_plain(
    tmp_path: Path, count: int, side: int
) -> None:
    """It also has to end: no scale makes so many pieces fit."""
    random = np.random.default_rng(1)
    Image.fromarray(random.integers(0, 256, (512, 512, 3), dtype=np.uint8)).save(tmp_path / "a.png")
    sizes = random.uniform(0.004, 0.03, count)
    corners = random.uniform(0, 0.9, (count, 1, 2)) + UNIT * sizes[:, None, None]
    atlas = build({"a": tmp_path / "a.png"}, [(0, one) for one in corners.astype(np.float32)], side=side)
    assert atlas is not None
    assert atlas.texels <= side * side
    assert 0 < atlas.textured.sum() < count
    assert sizes[atlas.textured].min() >= sizes[~atlas.textured].max()
    assert np.isfinite(atlas.uv[np.repeat(atlas.textured, 4)]).all()
    assert np.isnan(atlas.uv[np.repeat(~atlas.textured, 4)]).all()


def write_bomb(path: Path, width: int, height: int) -> Path:
    """A PNG that says it is that large and has next to nothing inside."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b""))
    return path


@pytest.mark.parametrize("size", [(8_193, 8_192), (100_000, 100_000)])
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_an_image_that_would_fill_the_memory_is_refused_by_its_size_alone(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    images = Images({"a": write_bomb(tmp_path / "a.png", *size)})
    assert images.size("a") is None
    assert images.damaged == {"a"}


def test_a_broken_image_beside_a_good_one_leaves_only_its_own_faces_plain(tmp_path: Path) -> None:
    paths, colours = write_colours(tmp_path, 3)
    paths["1"].write_bytes(paths["1"].read_bytes()[:60])
    atlas = build(paths, [(number, UNIT) for number in range(3)])
    assert atlas is not None
    assert atlas.textured.tolist() == [True, False, True]
    assert np.abs(np.array(colour(atlas, 2)) - colours[2]).max() < 10


def test_decoded_images_are_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tiles.tileset.atlas._KEPT_BYTES", 3 * 24 * 20 * 3)
    paths, colours = write_colours(tmp_path, 10)
    images = Images(paths)
    for name, wanted in [*zip(paths, colours, strict=True)] * 2:
        pixels = images.pixels(name, 1)
        assert pixels is not None
        assert pixels[5, 5].tolist() == wanted.tolist()
    assert len(images._decoded) == 3
