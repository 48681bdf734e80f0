"""What the atlas shows at a face's texture coordinates is what the image shows there."""

import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tiles.tileset.atlas import Atlas, Images, build_atlas

SIDE = 256


def gradient(path: Path) -> Path:
    """Red grows to the right and green downwards, so that a colour tells its place."""
    pixels = np.zeros((SIDE, SIDE, 3), dtype=np.uint8)
    pixels[..., 0] = np.arange(SIDE)[None]
    pixels[..., 1] = np.arange(SIDE)[:, None]
    Image.fromarray(pixels).save(path)
    return path


def rectangle(u: float, v: float, width: float, height: float) -> NDArray[np.float32]:
    return np.array([[u, v], [u + width, v], [u + width, v + height], [u, v + height]], dtype=np.float32)


def build(path: Path, faces: list[NDArray[np.float32]], *, side: int = 1024) -> Atlas:
    uv = np.concatenate(faces)
    ends = np.concatenate([[0], np.cumsum([len(face) for face in faces])])
    points = np.column_stack([ends[:-1], ends[1:]])
    number = np.zeros(len(faces), dtype=np.int32)
    made = build_atlas(number, uv, points, np.arange(len(faces)), ("a.png",), Images({"a.png": path}), side=side)
    assert made is not None
    return made


def pixels(atlas: Atlas) -> NDArray[np.float64]:
    return np.asarray(Image.open(io.BytesIO(atlas.jpeg)).convert("RGB"), dtype=np.float64)


def shown(atlas: Atlas, corners: NDArray[np.float64], share: tuple[float, float]) -> NDArray[np.float64]:
    """The colour at a place inside a rectangle, given as shares along its sides."""
    u, v = share
    x, y = corners[0] + u * (corners[1] - corners[0]) + v * (corners[3] - corners[0])
    picture = pixels(atlas)
    return np.asarray(picture[int(y * len(picture)), int(x * picture.shape[1])])


@pytest.mark.parametrize("side", [1024, 128])
def test_every_face_shows_its_own_part_of_the_image(tmp_path: Path, side: int) -> None:
    random = np.random.default_rng(1)
    faces = [rectangle(*random.uniform(0, 0.6, 2), *random.uniform(0.1, 0.4, 2)) for _ in range(20)]
    atlas = build(gradient(tmp_path / "a.png"), faces, side=side)
    assert max(pixels(atlas).shape) <= side
    for number, face in enumerate(faces):
        own = atlas.uv[4 * number : 4 * number + 4]
        for share in ((0.5, 0.5), (0.1, 0.1), (0.9, 0.2)):
            u, v = face[0] + np.array(share) * (face[2] - face[0])
            wanted = np.array([u * SIDE, (1 - v) * SIDE])
            # JPEG and texels of several pixels: some colours off, never another part of the image.
            assert np.abs(shown(atlas, own, share)[:2] - wanted).max() < (12 if side == 1024 else 30)


@pytest.mark.parametrize("moved", [-3.0, -1.0, 2.0, 7.0])
def test_a_face_beside_the_image_shows_the_image_as_it_repeats(tmp_path: Path, moved: float) -> None:
    atlas = build(gradient(tmp_path / "a.png"), [rectangle(0.2 + moved, 0.3 + moved, 0.4, 0.4)])
    assert np.abs(shown(atlas, atlas.uv, (0.5, 0.5))[:2] - [0.4 * SIDE, 0.5 * SIDE]).max() < 12


def test_a_texture_that_repeats_over_a_face_repeats_in_the_atlas(tmp_path: Path) -> None:
    atlas = build(gradient(tmp_path / "a.png"), [rectangle(0, 0, 3, 1)])
    for place in (0.25, 1.25, 2.25):
        colour = shown(atlas, atlas.uv, (place / 3, 0.5))
        assert np.abs(colour[:2] - [0.25 * SIDE, 0.5 * SIDE]).max() < 12


def test_a_face_whose_texture_has_no_area_is_safe(tmp_path: Path) -> None:
    point = np.full((4, 2), 0.5, dtype=np.float32)
    line = np.array([[0, 0.5], [1, 0.5], [0.3, 0.5]], dtype=np.float32)
    atlas = build(gradient(tmp_path / "a.png"), [point, line, rectangle(0, 0, 1, 1)])
    assert np.isfinite(atlas.uv).all()
    assert atlas.textured.all()


def test_a_face_whose_coordinates_are_no_numbers_is_left_plain(tmp_path: Path) -> None:
    broken = np.array([[np.nan, 0], [1, np.inf], [0, 1]], dtype=np.float32)
    atlas = build(gradient(tmp_path / "a.png"), [broken, rectangle(0, 0, 1, 1)])
    assert atlas.textured.tolist() == [False, True]
    assert np.isfinite(atlas.uv[3:]).all()


def test_coordinates_far_out_do_not_make_a_huge_picture(tmp_path: Path) -> None:
    atlas = build(gradient(tmp_path / "a.png"), [rectangle(0, 0, 1e6, 1e6), rectangle(1e9, 0, 1, 1)], side=512)
    assert atlas.texels <= 512 * 512
    assert ((atlas.uv >= 0) & (atlas.uv <= 1)).all()


def test_the_image_is_cut_not_copied_whole(tmp_path: Path) -> None:
    atlas = build(gradient(tmp_path / "a.png"), [rectangle(0.5, 0.5, 0.1, 0.1)])
    assert atlas.texels < 40 * 40
