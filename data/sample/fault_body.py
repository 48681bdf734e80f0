"""Buildings in space with mistakes: a face that is not there, one that is a line, a texture with a place too few."""

from pathlib import Path

import numpy as np

from data.sample.gml import code, polygon, solid, surface, surface_reference, text, write_model
from data.sample.plane import ORIGIN

_CORNERS = ((0, 0), (1, 0), (1, 1), (0, 1))


def write_bodies(path: Path) -> None:
    east, north = ORIGIN
    members = [
        _building("bldg_fault_reference", 0, surface_reference("poly_fault_nowhere")),
        _building("bldg_fault_face", 1, surface([_line(1)])),
        _building("bldg_fault_texture", 2, ""),
    ]
    corners = np.array([east, north + 0.01, 3.0]), np.array([east + 0.001, north + 0.0101, 9.0])
    write_model(path, members, corners, _appearance())


def _building(id_: str, place: int, more: str) -> str:
    ground, roof = (_ring(place, height) for height in ("3.00", "9.00"))
    walls = "".join(surface([_wall(place, k)]) for k in range(4))
    whole = walls + surface([_ring(place, "3.00", turned=True)])
    top = polygon([roof], f"poly_{id_}", f"ring_{id_}")
    return (
        f'<bldg:Building gml:id="{id_}">\n'
        + code("bldg:usage", "411", "Building_usage")
        + '<bldg:measuredHeight uom="m">6.0</bldg:measuredHeight>\n'
        + text("bldg:storeysAboveGround", 2)
        + f"<bldg:lod0RoofEdge>\n<gml:MultiSurface>\n{surface([ground])}</gml:MultiSurface>\n</bldg:lod0RoofEdge>\n"
        + solid("bldg:lod1Solid", f"{whole}<gml:surfaceMember>\n{top}</gml:surfaceMember>\n{more}")
        + "</bldg:Building>\n"
    )


def _corner(place: int, k: int, height: str) -> str:
    east, north = ORIGIN
    x, y = _CORNERS[k % 4]
    return f"{north + 0.01 + 1e-4 * y:.8f} {east + 2e-4 * place + 1e-4 * x:.8f} {height}"


def _ring(place: int, height: str, *, turned: bool = False) -> str:
    order = range(4, -1, -1) if turned else range(5)
    return " ".join(_corner(place, k, height) for k in order)


def _wall(place: int, k: int) -> str:
    low, high = "3.00", "9.00"
    corners = ((k, low), (k + 1, low), (k + 1, high), (k, high), (k, low))
    return " ".join(_corner(place, corner, height) for corner, height in corners)


def _line(place: int) -> str:
    """There and back again."""
    return " ".join(_corner(place, k, "9.00") for k in (0, 1, 0))


def _appearance() -> str:
    """Three places for a ring of five points, on a picture that is not there."""
    name = "bldg_fault_texture"
    return (
        "<app:appearanceMember>\n<app:Appearance>\n<app:theme>rgbTexture</app:theme>\n<app:surfaceDataMember>\n"
        "<app:ParameterizedTexture>\n<app:imageURI>fault_bldg_6697_appearance/roof.png</app:imageURI>\n"
        f'<app:mimeType>image/png</app:mimeType>\n<app:target uri="#poly_{name}">\n<app:TexCoordList>\n'
        f'<app:textureCoordinates ring="#ring_{name}">0 0 1 0 1 1</app:textureCoordinates>\n'
        "</app:TexCoordList>\n</app:target>\n</app:ParameterizedTexture>\n</app:surfaceDataMember>\n"
        "</app:Appearance>\n</app:appearanceMember>\n"
    )
