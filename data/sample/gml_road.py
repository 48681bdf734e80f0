"""Roads as CityGML: LOD1 everywhere, LOD2 and LOD3 with carriageways, footways and kerbs near the station."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from shapely import Point

from data.sample.block import Street
from data.sample.body import Ring, composite, multi_surface
from data.sample.gml import MADE_ON, code, corners_of, feature_id, text, write_model
from data.sample.gml import multi_surface as flat_surface
from data.sample.gml_appearance import Appearance, Skin
from data.sample.gml_area import Written, by_mesh
from data.sample.plane import Plane
from data.sample.street_body import CARRIAGEWAY, CROSSING, FOOTWAY, KERB, Lane, deck, faces, kerbs, lanes
from data.sample.terrain import Terrain
from geo.mesh import MeshLevel

_LOD2_M, _LOD3_M, _LOD3_LANES_M = 800.0, 330.0, 120.0
"""How far from the station streets are divided, and how far they follow the ground; narrow lanes only beside it."""
_COLOURS = {CARRIAGEWAY: (0.33, 0.34, 0.36), CROSSING: (0.33, 0.34, 0.36), FOOTWAY: (0.66, 0.63, 0.58)}
_KERB = (0.78, 0.78, 0.76)
_PAVING = {CARRIAGEWAY: "1000", CROSSING: "1000", FOOTWAY: "4000"}
"""Asphalt and blocks: TrafficArea_surfaceMaterial."""


@dataclass(frozen=True)
class RoadWriter:
    terrain: Terrain
    station: Point
    plane: Plane
    seed: int

    def write(self, folder: Path, streets: Sequence[Street]) -> list[Written]:
        """One file per third-level mesh."""
        written = []
        for mesh, chosen in by_mesh((street.area for street in streets), MeshLevel.STANDARD, self.plane).items():
            appearance = Appearance(f"tran/{mesh}")
            own = [streets[k] for k in chosen]
            roads = [self._road(street, k, appearance) for street, k in zip(own, chosen, strict=True)]
            path = folder / f"udx/tran/{mesh}_tran_6697_op.gml"
            low, high = corners_of((street.area for street in own), self.plane, 0, self._highest(own))
            write_model(path, roads, (low, high), appearance.xml())
            written.append((path, len(roads)))
        return written

    def _highest(self, streets: Sequence[Street]) -> float:
        near = [street for street in streets if self._lod(street) == 3]
        tops = [self.terrain.height(np.array(one.area.exterior.coords)).max() + 3 for one in near]
        return float(max(tops, default=0.0))

    def _lod(self, street: Street) -> int:
        away = street.area.distance(self.station)
        wide = street.width_m >= 9 or street.section == "4"
        if away < (_LOD3_M if wide else _LOD3_LANES_M):
            return 3
        return 2 if away < _LOD2_M else 1

    def _road(self, street: Street, number: int, appearance: Appearance) -> str:
        return (
            f'<tran:Road gml:id="{feature_id("tran", self.seed, number)}">\n'
            + (text("gml:name", street.name) if street.name else "")
            + f"<core:creationDate>{MADE_ON}</core:creationDate>\n"
            + code("tran:class", "1040", "Road_class")
            + code("tran:function", street.function, "Road_function")
            + self._areas(street, number, appearance)
            + flat_surface("tran:lod1MultiSurface", [street.area], self.plane, 0)
            + _structure(street)
            + "</tran:Road>\n"
        )

    def _areas(self, street: Street, number: int, appearance: Appearance) -> str:
        lod = self._lod(street)
        if lod == 1:
            return ""
        found = lanes(street)
        heights = deck(street, self.terrain)
        areas = []
        for k, lane in enumerate(found):
            key = (self.seed, number, k)
            rings: Sequence[Ring] = faces(lane, heights) if lod == 3 else []
            areas.append(self._area(lane, key, rings, appearance))
        rims = kerbs(found, heights) if lod == 3 else []
        return "".join(areas) + (self._kerb((self.seed, number, "kerb"), rims, appearance) if rims else "")

    def _area(self, lane: Lane, key: tuple[object, ...], rings: Sequence[Ring], appearance: Appearance) -> str:
        surfaces = flat_surface("tran:lod2MultiSurface", [lane.area], self.plane, 0)
        if rings:
            surfaces += self._space(key, rings, _COLOURS[lane.function], appearance)
        return (
            f'<tran:trafficArea>\n<tran:TrafficArea gml:id="{feature_id("area", *key)}">\n'
            + code("tran:function", lane.function, "TrafficArea_function")
            + code("tran:surfaceMaterial", _PAVING[lane.function], "TrafficArea_surfaceMaterial")
            + f"{surfaces}</tran:TrafficArea>\n</tran:trafficArea>\n"
        )

    def _kerb(self, key: tuple[object, ...], rings: Sequence[Ring], appearance: Appearance) -> str:
        return (
            f'<tran:auxiliaryTrafficArea>\n<tran:AuxiliaryTrafficArea gml:id="{feature_id("area", *key)}">\n'
            + code("tran:function", KERB, "AuxiliaryTrafficArea_function")
            + self._space(key, rings, _KERB, appearance)
            + "</tran:AuxiliaryTrafficArea>\n</tran:auxiliaryTrafficArea>\n"
        )

    def _space(
        self, key: tuple[object, ...], rings: Sequence[Ring], colour: tuple[float, float, float], appearance: Appearance
    ) -> str:
        id_ = feature_id("poly", "tran", *key)
        appearance.dress(id_, "", Skin(colour=colour))
        return multi_surface("tran:lod3MultiSurface", composite(rings, self.plane, id_))


def _structure(street: Street) -> str:
    wide = street.width_m
    width_type = "1" if wide >= 15 else "2" if wide >= 6 else "3" if wide >= 4 else "4"
    return (
        "<uro:roadStructureAttribute>\n<uro:RoadStructureAttribute>\n"
        + code("uro:widthType", width_type, "RoadStructureAttribute_widthType")
        + f'<uro:width uom="m">{wide:.1f}</uro:width>\n'
        + code("uro:sectionType", street.section, "RoadStructureAttribute_sectionType")
        + "</uro:RoadStructureAttribute>\n</uro:roadStructureAttribute>\n"
    )
