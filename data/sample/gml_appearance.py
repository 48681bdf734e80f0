"""Appearance of a file's surfaces: which picture lies how on which polygon, and which have a plain colour."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import cos, hypot, radians, sqrt
from pathlib import Path

from data.sample.facade import BAYS, VARIANTS, Covering, Style, facade_name, picture, roof_name, style_of
from data.sample.gml import feature_id
from data.sample.stock import Built

FOLDER = "mihon_bldg_6697_appearance"
"""Beside the files of buildings: pictures that many walls share."""
_BAY_M = 2.6
_TILED_M = (9.0, 5.0)
"""Length and width of the roof that a picture of tiles shows."""

Point = tuple[float, float, float]
Colour = tuple[float, float, float]
"""Red, green, blue, 0 to 1."""
Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Skin:
    """What a face wears: a picture, with its place on it for each corner, or else a colour."""

    image: str = ""
    uv: tuple[Pair, ...] = ()
    colour: Colour | None = None


@dataclass
class Appearance:
    """Of one file; targets by picture and by colour."""

    key: str
    _targets: dict[str, list[str]] = field(default_factory=dict)
    _colours: dict[Colour, list[str]] = field(default_factory=dict)

    def dress(self, polygon_id: str, ring_id: str, skin: Skin) -> None:
        if skin.colour is not None:
            self._colours.setdefault(skin.colour, []).append(f"<app:target>#{polygon_id}</app:target>\n")
            return
        coordinates = " ".join(f"{u:.4f} {v:.4f}" for u, v in (*skin.uv, skin.uv[0]))
        self._targets.setdefault(skin.image, []).append(
            f'<app:target uri="#{polygon_id}">\n<app:TexCoordList>\n'
            f'<app:textureCoordinates ring="#{ring_id}">{coordinates}</app:textureCoordinates>\n'
            "</app:TexCoordList>\n</app:target>\n"
        )

    @property
    def images(self) -> set[str]:
        return set(self._targets)

    def xml(self) -> str:
        """The file's appearanceMember; empty where nothing is dressed."""
        data = [self._texture(image, targets) for image, targets in sorted(self._targets.items())]
        data += [self._material(colour, targets) for colour, targets in sorted(self._colours.items())]
        if not data:
            return ""
        members = "".join(f"<app:surfaceDataMember>\n{one}</app:surfaceDataMember>\n" for one in data)
        return (
            f'<app:appearanceMember>\n<app:Appearance gml:id="{feature_id("app", self.key)}">\n'
            f"<app:theme>rgbTexture</app:theme>\n{members}</app:Appearance>\n</app:appearanceMember>\n"
        )

    def _texture(self, image: str, targets: list[str]) -> str:
        return (
            f'<app:ParameterizedTexture gml:id="{feature_id("tex", self.key, image)}">\n'
            f"<app:imageURI>{FOLDER}/{image}</app:imageURI>\n<app:mimeType>image/png</app:mimeType>\n"
            f"{''.join(targets)}</app:ParameterizedTexture>\n"
        )

    def _material(self, colour: Colour, targets: list[str]) -> str:
        words = " ".join(f"{part:.2f}" for part in colour)
        return (
            f'<app:X3DMaterial gml:id="{feature_id("mat", self.key, words)}">\n'
            f"<app:diffuseColor>{words}</app:diffuseColor>\n{''.join(targets)}</app:X3DMaterial>\n"
        )


def write_pictures(folder: Path, images: set[str]) -> list[tuple[Path, int]]:
    """Into the folder of the buildings."""
    target = folder / FOLDER
    for image in sorted(images):
        target.mkdir(parents=True, exist_ok=True)
        (target / image).write_bytes(picture(image))
    return [(target / image, 0) for image in sorted(images)]


def wall_skin(built: Built, ring: Sequence[Point], low: float, eaves: float, storeys: int) -> Skin:
    """A wall shows as many bays as fit, and all its floors; what is above the eaves is the blank row."""
    style = style_of(built.what)
    rows = storeys + 1 if style is Style.HOUSE else storeys
    length = _metres(ring[0], ring[1])
    bays = min(max(1, round(length / _BAY_M)), BAYS)
    first = built.number % (BAYS - bays + 1)
    floor = (eaves - low) / storeys
    uv = []
    for point in ring:
        along = _along(ring[0], ring[1], point)[0] / max(length, 0.01)
        uv.append(((first + bays * min(max(along, 0.0), 1.0)) / BAYS, min((point[2] - low) / floor / rows, 1.0)))
    return Skin(facade_name(style, built.number % VARIANTS, storeys), tuple(uv))


def roof_skin(built: Built, ring: Sequence[Point], *, pitched: bool) -> Skin:
    """Tiles run along the eaves, which are the first edge; a flat roof takes its whole picture."""
    places = [_along(ring[0], ring[1], point) for point in ring]
    if pitched:
        rise = [hypot(away, point[2] - ring[0][2]) for (_, away), point in zip(places, ring, strict=True)]
        places = [(along, up) for (along, _), up in zip(places, rise, strict=True)]
    low = min(along for along, _ in places), min(up for _, up in places)
    span = max(along for along, _ in places) - low[0], max(up for _, up in places) - low[1]
    least = _TILED_M if pitched else (0.1, 0.1)
    uv = tuple(
        ((along - low[0]) / max(span[0], least[0]), (up - low[1]) / max(span[1], least[1])) for along, up in places
    )
    return Skin(roof_name(Covering.TILE if pitched else Covering.FLAT, built.number % VARIANTS), uv)


def _along(a: Point, b: Point, point: Point) -> Pair:
    """Metres of a point along the line from a to b, and away from it to the left."""
    squeeze = cos(radians(a[1]))
    bx, by = (b[0] - a[0]) * squeeze * 111_320, (b[1] - a[1]) * 111_320
    px, py = (point[0] - a[0]) * squeeze * 111_320, (point[1] - a[1]) * 111_320
    length = max(sqrt(bx * bx + by * by), 1e-6)
    return (px * bx + py * by) / length, (bx * py - by * px) / length


def _metres(a: Point, b: Point) -> float:
    return hypot((b[0] - a[0]) * cos(radians(a[1])), b[1] - a[1]) * 111_320
