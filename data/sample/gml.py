"""CityGML 2.0 with i-UR 3.1, as PLATEAU publishes it: latitude, longitude, height in EPSG:6697."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import shapely
from shapely import Polygon

from data.sample.plane import Plane, Points
from data.sample.subdivision import snapped

MADE_ON = "2026-04-01"
_APART_M = 0.015
"""A little more than the centimetre of the rule, for coordinates are rounded to millimetres."""
_NAMESPACES = {
    "core": "http://www.opengis.net/citygml/2.0",
    "bldg": "http://www.opengis.net/citygml/building/2.0",
    "tran": "http://www.opengis.net/citygml/transportation/2.0",
    "wtr": "http://www.opengis.net/citygml/waterbody/2.0",
    "luse": "http://www.opengis.net/citygml/landuse/2.0",
    "dem": "http://www.opengis.net/citygml/relief/2.0",
    "brid": "http://www.opengis.net/citygml/bridge/2.0",
    "frn": "http://www.opengis.net/citygml/cityfurniture/2.0",
    "veg": "http://www.opengis.net/citygml/vegetation/2.0",
    "gen": "http://www.opengis.net/citygml/generics/2.0",
    "app": "http://www.opengis.net/citygml/appearance/2.0",
    "gml": "http://www.opengis.net/gml",
    "xAL": "urn:oasis:names:tc:ciq:xsdschema:xAL:2.0",
    "xlink": "http://www.w3.org/1999/xlink",
    "uro": "https://www.geospatial.jp/iur/uro/3.1",
    "urf": "https://www.geospatial.jp/iur/urf/3.1",
}
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<core:CityModel '
    + " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES.items())
    + ">\n"
)
_ENVELOPE = """<gml:boundedBy>
<gml:Envelope srsName="http://www.opengis.net/def/crs/EPSG/0/6697" srsDimension="3">
<gml:lowerCorner>{0}</gml:lowerCorner>
<gml:upperCorner>{1}</gml:upperCorner>
</gml:Envelope>
</gml:boundedBy>
"""


@dataclass
class Extent:
    """Grows with what is added."""

    low: tuple[float, float, float] = (inf, inf, inf)
    high: tuple[float, float, float] = (-inf, -inf, -inf)

    def add(self, *corners: tuple[float, float, float]) -> None:
        for x, y, z in corners:
            self.low = min(self.low[0], x), min(self.low[1], y), min(self.low[2], z)
            self.high = max(self.high[0], x), max(self.high[1], y), max(self.high[2], z)

    @property
    def corners(self) -> tuple[Points, Points]:
        return np.array(self.low), np.array(self.high)


def write_model(path: Path, members: Iterable[str], corners: tuple[Points, Points], appearance: str = "") -> None:
    """`members` are features without their cityObjectMember; `corners` (longitude, latitude, height) low and high.

    `appearance`: a whole appearanceMember, or nothing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    low, high = (f"{corner[1]:.8f} {corner[0]:.8f} {corner[2]:.2f}" for corner in corners)
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write(_HEAD + _ENVELOPE.format(low, high))
        for member in members:
            out.write(f"<core:cityObjectMember>\n{member}</core:cityObjectMember>\n")
        out.write(f"{appearance}</core:CityModel>\n")


def feature_id(prefix: str, *parts: object) -> str:
    """As unique as a random UUID, and the same in every run."""
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()
    return f"{prefix}_{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-a{digest[17:20]}-{digest[20:32]}"


def code(element: str, value: str, codelist: str, depth: int = 2) -> str:
    """An element with its code list; `depth`: folders between the file and the data set."""
    return f'<{element} codeSpace="{"../" * depth}codelists/{codelist}.xml">{value}</{element}>\n'


def text(element: str, value: object) -> str:
    return f"<{element}>{escape(str(value))}</{element}>\n"


def surface(rings: Sequence[str]) -> str:
    """A surfaceMember; the first ring is the outer one."""
    return f"<gml:surfaceMember>\n{polygon(rings)}</gml:surfaceMember>\n"


def polygon(rings: Sequence[str], id_: str = "", ring_id: str = "") -> str:
    """`id_` for who refers to the polygon, `ring_id` for who lays a texture on its outer ring."""
    parts = [f"<gml:exterior>\n{_ring(rings[0], ring_id)}</gml:exterior>\n"]
    parts += [f"<gml:interior>\n{_ring(ring)}</gml:interior>\n" for ring in rings[1:]]
    return f"<gml:Polygon{_id(id_)}>\n{''.join(parts)}</gml:Polygon>\n"


def _ring(positions: str, id_: str = "") -> str:
    return f"<gml:LinearRing{_id(id_)}>\n<gml:posList>{positions}</gml:posList>\n</gml:LinearRing>\n"


def _id(id_: str) -> str:
    return f' gml:id="{id_}"' if id_ else ""


def surface_reference(polygon_id: str) -> str:
    return f'<gml:surfaceMember xlink:href="#{polygon_id}"/>\n'


def solid(element: str, members: str) -> str:
    return (
        f"<{element}>\n<gml:Solid>\n<gml:exterior>\n<gml:CompositeSurface>\n{members}"
        f"</gml:CompositeSurface>\n</gml:exterior>\n</gml:Solid>\n</{element}>\n"
    )


def multi_surface(element: str, polygons: Iterable[Polygon], plane: Plane, height_m: float) -> str:
    """Flat surfaces at one height."""
    parts = [part for one in polygons for part in snapped(one)]
    members = "".join(surface([_positions(ring, plane, height_m) for ring in _rings(one)]) for one in parts)
    return f"<{element}>\n<gml:MultiSurface>\n{members}</gml:MultiSurface>\n</{element}>\n"


def _rings(area: Polygon) -> list[Points]:
    oriented = shapely.orient_polygons(area)
    return [_apart(shapely.get_coordinates(ring)) for ring in (oriented.exterior, *oriented.interiors)]


def _apart(ring: Points) -> Points:
    """A closed ring without points that are nearer to the one before than PLATEAU allows (L07: 1 cm)."""
    steps = np.hypot(*np.diff(ring, axis=0).T)
    if len(ring) <= 4 or steps.min() >= _APART_M:
        return ring
    kept = [0]
    for k in range(1, len(ring) - 1):
        if np.hypot(*(ring[k] - ring[kept[-1]])) >= _APART_M and np.hypot(*(ring[k] - ring[0])) >= _APART_M:
            kept.append(k)
    return ring[[*kept, 0]] if len(kept) > 2 else ring


def _positions(ring: Points, plane: Plane, height_m: float) -> str:
    lonlat = plane.to_lonlat(ring).tolist()
    return " ".join([f"{lat:.8f} {lon:.8f} {height_m:.2f}" for lon, lat in lonlat])


def corners_of(areas: Iterable[Polygon], plane: Plane, low_m: float, high_m: float) -> tuple[Points, Points]:
    bounds = np.array([area.bounds for area in areas])
    (west, south), (east, north) = bounds[:, :2].min(axis=0).tolist(), bounds[:, 2:].max(axis=0).tolist()
    lonlat = plane.to_lonlat(np.array([[west, south], [east, south], [east, north], [west, north]]))
    low, high = lonlat.min(axis=0), lonlat.max(axis=0)
    return np.array([*low, low_m]), np.array([*high, high_m])
