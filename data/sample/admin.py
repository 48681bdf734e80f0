"""Boundary, towns, water and railway as GeoJSON, and the gazetteer of towns as CSV."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import shapely
import shapely.geometry
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from data.sample.geography import Geography
from data.sample.plane import Plane
from data.sample.population import Census
from data.sample.subdivision import snapped
from data.sample.town import Town
from data.sample.town_population import by_three

Feature = tuple[BaseGeometry, dict[str, Any]]


def write_admin(
    folder: Path,
    geography: Geography,
    towns: Sequence[Town],
    census: Census,
    town_years: Sequence[int],
    plane: Plane,
) -> list[tuple[Path, int]]:
    collections: dict[str, list[Feature]] = {
        "mihon_boundary": [(geography.municipality, _CITY)],
        "mihon_towns": [
            (town.area, _town(town, census.towns.get(k, [0, 0, 0]), town_years[k])) for k, town in enumerate(towns)
        ],
        "mihon_water": [(geography.sea, _named("sea", "みほん湾", "みほんわん", "Mihon Bay")),
                        *((one.area, _named("river", one.name.ja, one.kana, one.name.en)) for one in geography.rivers)],
        "mihon_railway": [(geography.railway, _named("railway", "みほん線", "みほんせん", "Mihon Line"))],
    }  # fmt: skip
    written = []
    for name, features in collections.items():
        path = folder / f"admin/{name}.geojson"
        _write(path, name, features, plane)
        written.append((path, len(features)))
    return [*written, _write_gazetteer(folder / "admin/229997_town.csv", towns, plane)]


_CITY: dict[str, Any] = {"code": "22999", "name": "みほん市", "name_kana": "みほんし", "name_en": "Mihon City"}


def _named(kind: str, ja: str, kana: str, en: str) -> dict[str, Any]:
    return {"kind": kind, "name": ja, "name_kana": kana, "name_en": en}


def _town(town: Town, counted: list[int], year: int) -> dict[str, Any]:
    young, grown, old = by_three(counted[0], year)
    return {
        "code": town.code, "name": town.name.ja, "name_kana": town.name.kana, "name_en": town.name.en,
        "district": town.district.value, "population": counted[0], "households": counted[1], "buildings": counted[2],
        "people_0_14": young, "people_15_64": grown, "people_65": old, "area_ha": round(town.area.area / 1e4, 2),
    }  # fmt: skip


def _write(path: Path, name: str, features: list[Feature], plane: Plane) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    body = {
        "type": "FeatureCollection",
        "name": name,
        "features": [
            {"type": "Feature", "id": k + 1, "properties": properties, "geometry": _geometry(geometry, plane)}
            for k, (geometry, properties) in enumerate(features)
        ],
    }
    path.write_text(json.dumps(body, ensure_ascii=False, separators=(",", ":")), encoding="utf-8", newline="\n")


def _geometry(geometry: BaseGeometry, plane: Plane) -> Any:
    if geometry.geom_type != "LineString":
        parts = [shapely.orient_polygons(part) for part in snapped(geometry)]
        geometry = parts[0] if len(parts) == 1 else MultiPolygon(parts)
    return shapely.geometry.mapping(plane.geometry_to_lonlat(geometry))


def _write_gazetteer(path: Path, towns: Sequence[Town], plane: Plane) -> tuple[Path, int]:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("全国地方公共団体コード", "町字ID", "都道府県名", "市区町村名", "町字名", "町字名_カナ",
                     "町字名_英語", "緯度", "経度"))  # fmt: skip
    for town in towns:
        place = plane.to_lonlat(shapely.get_coordinates(town.area.point_on_surface()))[0]
        writer.writerow(("229997", town.code[-4:].zfill(7), "みほん県", "みほん市", town.name.ja, town.name.kana,
                         town.name.en, f"{place[1]:.6f}", f"{place[0]:.6f}"))  # fmt: skip
    path.write_bytes(out.getvalue().encode("utf-8-sig"))
    return path, len(towns)
