"""One picture for all textures of a tile: what its faces show of their images, cut out, scaled and packed."""

import io
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numba import njit
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

_PADDING = 2
"""Pixels around each piece, so that neighbours don't shine through where pictures are scaled down."""
_QUALITY = 80
_REPEATS = 8
"""How often a texture may repeat over one face; more is drawn as that many."""
_FILLED = 0.8
"""Share of an atlas that packing in rows usually fills."""
_LEAST_PIECE = 8
"""Texels along a side that every piece has room for, with its padding: an atlas has no more pieces."""
_MOST_PIXELS = 1 << 26
"""Of one image, 8,192 x 8,192: 200 MB when it is decoded. Larger ones are not read."""
_KEPT_BYTES = 50_000_000
"""Of decoded images."""


@dataclass(frozen=True)
class Atlas:
    jpeg: bytes
    uv: NDArray[np.float64]
    """Of each point, shape (points, 2), 0 to 1 from the upper left; NaN for points of no textured face."""
    textured: NDArray[np.bool_]
    """Which faces it has, shape (faces,): those whose image could be read and whose coordinates are numbers."""
    texels: int


@dataclass(frozen=True)
class _Piece:
    """A part of one image, in its pixels; outside of the image it repeats."""

    image: int
    x: float
    y: float
    width: float
    height: float


class Images:
    """The images of textures by their names; the last ones are kept as they were decoded."""

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self._paths = paths
        self.damaged: set[str] = set()
        self._decoded: OrderedDict[tuple[str, int], NDArray[np.uint8] | None] = OrderedDict()
        self._decoded_bytes = 0
        self._sizes: dict[str, tuple[int, int] | None] = {}

    def size(self, name: str) -> tuple[int, int] | None:
        """Width and height in pixels; None for an image that is missing or can't be read."""
        if name not in self._sizes:
            self._sizes[name] = self._read_size(name)
        return self._sizes[name]

    def _read_size(self, name: str) -> tuple[int, int] | None:
        path = self._paths.get(name)
        if path is None:
            return None
        try:
            with Image.open(path) as image:
                if 0 < image.width * image.height <= _MOST_PIXELS:
                    return image.size
                raise Image.DecompressionBombError(image.size)
        except (OSError, UnidentifiedImageError, Image.DecompressionBombError, ValueError):
            self.damaged.add(name)
            return None

    def pixels(self, name: str, shrink: int) -> NDArray[np.uint8] | None:
        """Shape (rows, columns, 3), each side one `shrink`th or more of the image's."""
        key = name, shrink
        if key not in self._decoded:
            self._decoded[key] = self._decode(name, shrink)
            self._decoded_bytes += _size(self._decoded[key])
        self._decoded.move_to_end(key)
        while len(self._decoded) > 1 and self._decoded_bytes > _KEPT_BYTES:
            self._decoded_bytes -= _size(self._decoded.popitem(last=False)[1])
        return self._decoded[key]

    def _decode(self, name: str, shrink: int) -> NDArray[np.uint8] | None:
        try:
            with Image.open(self._paths[name]) as image:
                width, height = image.size
                image.draft("RGB", (max(1, width // shrink), max(1, height // shrink)))
                return np.asarray(image.convert("RGB"))
        except (OSError, UnidentifiedImageError, Image.DecompressionBombError, ValueError, SyntaxError):
            self.damaged.add(name)
            return None


def _size(pixels: NDArray[np.uint8] | None) -> int:
    return 0 if pixels is None else pixels.nbytes


def build_atlas(
    texture: NDArray[np.int32],
    uv: NDArray[np.float32],
    points: NDArray[np.int64],
    body: NDArray[np.int64],
    names: tuple[str, ...],
    images: Images,
    *,
    side: int,
) -> Atlas | None:
    """Of faces whose `texture` is an index into `names`, -1 for none. The points of a face, of all its rings, run from
    the first to before the second number of its row in `points`; `body` is the feature of each face. At most `side`
    texels in each direction; where so many pieces don't fit, the faces of the smallest ones are left plain. None when
    no image can be read."""
    sizes = {int(index): images.size(names[index]) for index in np.unique(texture[texture >= 0])}
    readable = np.array([index >= 0 and sizes[int(index)] is not None for index in texture], dtype=bool)
    broken = np.concatenate([[0], np.cumsum(~np.isfinite(uv).all(axis=1))])
    faces = np.flatnonzero(readable & (broken[points[:, 1]] == broken[points[:, 0]]))
    if not len(faces):
        return None
    boxes = _boxes(faces, texture, uv, points, sizes)
    pieces, piece_of = _largest(*_pieces(faces, texture, body, boxes), most=(side // _LEAST_PIECE) ** 2)
    scale, places, (width, height) = _pack(pieces, side)
    picture = np.zeros((height, width, 3), dtype=np.uint8)
    drawn = [_draw(picture, piece, place, scale, names, images) for piece, place in zip(pieces, places, strict=True)]
    textured = np.zeros(len(texture), dtype=bool)
    out = np.full(uv.shape, np.nan)
    for face, box, number in zip(faces, boxes, piece_of, strict=True):
        if number < 0 or not drawn[number]:
            continue
        textured[face] = True
        piece, (left, top) = pieces[number], places[number]
        own = slice(*points[face])
        image_width, image_height = sizes[piece.image] or (1, 1)
        x = uv[own, 0] * image_width - box[4]
        y = (1 - uv[own, 1].astype(np.float64)) * image_height - box[5]
        out[own, 0] = (left + (np.clip(x - piece.x, 0, piece.width)) * scale) / width
        out[own, 1] = (top + (np.clip(y - piece.y, 0, piece.height)) * scale) / height
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=_QUALITY, optimize=True)
    return Atlas(file.getvalue(), out, textured, width * height)


_Box = tuple[float, float, float, float, float, float]
"""x, y, width and height in pixels of the image, and by how much they were moved into it."""


def _boxes(
    faces: NDArray[np.int64],
    texture: NDArray[np.int32],
    uv: NDArray[np.float32],
    points: NDArray[np.int64],
    sizes: Mapping[int, tuple[int, int] | None],
) -> list[_Box]:
    boxes = []
    for face in faces:
        width, height = sizes[int(texture[face])] or (1, 1)
        own = uv[slice(*points[face])].astype(np.float64)
        x, y = own[:, 0] * width, (1 - own[:, 1]) * height
        # A face beside the image shows what the image shows when it repeats.
        by_x, by_y = np.floor(x.min() / width + 1e-6) * width, np.floor(y.min() / height + 1e-6) * height
        across = min(float(np.ptp(x)), _REPEATS * width)
        down = min(float(np.ptp(y)), _REPEATS * height)
        boxes.append((float(x.min() - by_x), float(y.min() - by_y), across, down, float(by_x), float(by_y)))
    return boxes


def _pieces(
    faces: NDArray[np.int64], texture: NDArray[np.int32], body: NDArray[np.int64], boxes: list[_Box]
) -> tuple[list[_Piece], list[int]]:
    """What to cut out, and the piece of each face. What a feature shows of one image stays together where it covers
    most of it: such images are atlases already."""
    groups: dict[tuple[int, int], list[int]] = {}
    for number, face in enumerate(faces):
        groups.setdefault((int(texture[face]), int(body[face])), []).append(number)
    pieces: list[_Piece] = []
    piece_of = [0] * len(faces)
    known: dict[_Piece, int] = {}

    def add(piece: _Piece, members: list[int]) -> None:
        number = known.setdefault(piece, len(pieces))
        if number == len(pieces):
            pieces.append(piece)
        for member in members:
            piece_of[member] = number

    for (image, _), members in groups.items():
        left, top = min(boxes[one][0] for one in members), min(boxes[one][1] for one in members)
        right = max(boxes[one][0] + boxes[one][2] for one in members)
        bottom = max(boxes[one][1] + boxes[one][3] for one in members)
        apart = sum((boxes[one][2] + 2 * _PADDING) * (boxes[one][3] + 2 * _PADDING) for one in members)
        if (right - left) * (bottom - top) <= apart:
            add(_Piece(image, left, top, right - left, bottom - top), members)
            continue
        for one in members:
            add(_Piece(image, *boxes[one][:4]), [one])
    return pieces, piece_of


def _largest(pieces: list[_Piece], piece_of: list[int], *, most: int) -> tuple[list[_Piece], list[int]]:
    """At most so many pieces, in their order; -1 for faces of the others."""
    if len(pieces) <= most:
        return pieces, piece_of
    area = np.array([piece.width * piece.height for piece in pieces])
    kept = np.sort(np.argsort(-area, kind="stable")[:most])
    number = np.full(len(pieces), -1)
    number[kept] = np.arange(most)
    return [pieces[one] for one in kept], [int(one) for one in number[piece_of]]


def _pack(pieces: list[_Piece], side: int) -> tuple[float, list[tuple[int, int]], tuple[int, int]]:
    """The scale at which all pieces fit, where each stands in the atlas, and the atlas' width and height."""
    area = sum((piece.width + 2 * _PADDING) * (piece.height + 2 * _PADDING) for piece in pieces)
    longest = max(max(piece.width, piece.height) for piece in pieces)
    room = side - 2 * _PADDING - 1
    scale = min(1.0, side * (_FILLED / area) ** 0.5 if area else 1.0, room / longest if longest else 1.0)
    while True:
        places, size = _rows(pieces, scale, side)
        if size[1] <= side:
            return scale, places, size
        scale *= 0.93


def _rows(pieces: list[_Piece], scale: float, side: int) -> tuple[list[tuple[int, int]], tuple[int, int]]:
    """Packed in rows, the highest pieces first."""
    widths = [int(np.ceil(piece.width * scale)) + 1 + 2 * _PADDING for piece in pieces]
    heights = [int(np.ceil(piece.height * scale)) + 1 + 2 * _PADDING for piece in pieces]
    area = sum(width * height for width, height in zip(widths, heights, strict=True))
    across = min(side, max(*widths, 1, int((area / _FILLED) ** 0.5)))
    places = [(0, 0)] * len(pieces)
    x = y = row = 0
    for number in sorted(range(len(pieces)), key=lambda one: (-heights[one], one)):
        if x + widths[number] > across:
            x, y, row = 0, y + row, 0
        places[number] = (x + _PADDING, y + _PADDING)
        x += widths[number]
        row = max(row, heights[number])
    return places, (-(-across // 4) * 4, -(-(y + row) // 4) * 4)


def _draw(
    picture: NDArray[np.uint8],
    piece: _Piece,
    place: tuple[int, int],
    scale: float,
    names: tuple[str, ...],
    images: Images,
) -> bool:
    """The piece and its padding, sampled out of the image; False when that can't be read."""
    shrink = 1 << max(0, int(np.floor(np.log2(1 / scale))))
    pixels = images.pixels(names[piece.image], min(shrink, 8))
    size = images.size(names[piece.image])
    if pixels is None or size is None:
        return False
    left, top = place
    width, height = int(np.ceil(piece.width * scale)) + 1, int(np.ceil(piece.height * scale)) + 1
    columns = piece.x + (np.arange(-_PADDING, width + _PADDING) + 0.5) / scale
    rows = piece.y + (np.arange(-_PADDING, height + _PADDING) + 0.5) / scale
    by_x, by_y = pixels.shape[1] / size[0], pixels.shape[0] / size[1]
    # Padding repeats the piece's own edge; a piece itself may repeat the image.
    columns = np.clip(columns, piece.x, piece.x + max(piece.width - 0.5, 0.0)) * by_x
    rows = np.clip(rows, piece.y, piece.y + max(piece.height - 0.5, 0.0)) * by_y
    at = (slice(top - _PADDING, top + height + _PADDING), slice(left - _PADDING, left + width + _PADDING))
    picture[at] = _sampled(pixels, rows, columns, max(1, round(by_x / scale)))
    return True


@njit(cache=True)
def _sampled(pixels, rows, columns, over):  # type: ignore[no-untyped-def]
    """The image, which repeats, at each row and column: the mean of `over` x `over` pixels around."""
    height, width = pixels.shape[:2]
    out = np.empty((len(rows), len(columns), 3), dtype=np.uint8)
    first = -(over - 1) / 2
    below = np.empty((len(rows), over), dtype=np.int64)
    across = np.empty((len(columns), over), dtype=np.int64)
    for k in range(over):
        for i in range(len(rows)):
            below[i, k] = np.int64(np.floor(rows[i] + first + k)) % height
        for j in range(len(columns)):
            across[j, k] = np.int64(np.floor(columns[j] + first + k)) % width
    count = over * over
    for i in range(len(rows)):
        for j in range(len(columns)):
            red = green = blue = count // 2
            for v in range(over):
                for u in range(over):
                    y, x = below[i, v], across[j, u]
                    red += pixels[y, x, 0]
                    green += pixels[y, x, 1]
                    blue += pixels[y, x, 2]
            out[i, j, 0], out[i, j, 1], out[i, j, 2] = red // count, green // count, blue // count
    return out
