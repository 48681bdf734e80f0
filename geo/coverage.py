"""Who lives within reach? Straight-line service areas of places, the people in them, and the people left out."""

import json
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from geo.column import Column, ColumnType
from geo.crs import metric_crs, reproject
from geo.errors import InvalidLayerError
from geo.layer import Layer
from geo.people import People, population_column
from geo.portrayal import ANALYSIS, Portrayal
from geo.style import Draw, Style, StyleClass, Theme
from geo.subdivision import subdivide
from geo.text import Text

MAX_WITHIN_M = 100_000.0
SHOWN_LEFT_OUT = 1_000
"""Places that `as_json` names; `left_out` and `as_layer` hold all."""
QUADRANT_SEGMENTS = 32
"""A circle is drawn with 128 corners on it: area 0.040 % short, edge at most 0.030 % of the radius inside."""

_NOBODY = 1e-6
"""People left out of a place: fewer come from rounding."""
_DEGREES = 6
"""Decimals of coordinates in JSON: 0.1 m."""
_METRES_IN_DEGREE = 111_320
_EXACT_VERTICES = 20_000
_CLEARLY_VISIBLE_M = 25.0


class InvalidCoverageError(InvalidLayerError):
    """A question that has no answer; `text` says why in both languages."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True)
class Coverage:
    area: Any
    """Polygon or multi-polygon within reach, EPSG:4326."""
    area_km2: float
    points: int
    """Places that serve."""
    within_m: float
    population_total: float | None
    """People whose number is known; None without a population layer."""
    covered: float | None
    share: float | None
    """covered / population_total, 0 to 1; None where nobody lives."""
    left_out: gpd.GeoDataFrame
    """Places with people out of reach, EPSG:4326: feature_id, name, population, covered, left_out, rank (1: most)."""
    notes: tuple[Text, ...] = field(default=())
    """How it was reckoned, and what it leaves aside."""

    def figures(self) -> dict[str, Any]:
        return {
            "points": self.points,
            "within_m": self.within_m,
            "area_km2": self.area_km2,
            "population": self.population_total,
            "covered": self.covered,
            "share": self.share,
        }

    def as_json(self) -> dict[str, Any]:
        """The answer of the HTTP API, with the first SHOWN_LEFT_OUT places."""
        shown = self.left_out.head(SHOWN_LEFT_OUT)
        notes = self.notes
        if len(shown) < len(self.left_out):
            more = len(self.left_out)
            notes = (
                *notes,
                Text(
                    f"{more:,}か所のうち上位{len(shown):,}か所を示します。",
                    f"The first {len(shown):,} of {more:,} places.",
                ),
            )
        columns = ["rank", "feature_id", "name", "population", "covered", "left_out"]
        properties = shown[columns].to_dict("records")
        return {
            "figures": self.figures(),
            "area": _feature(self._outline(), {"points": self.points, "within_m": self.within_m}),
            "left_out": {
                "type": "FeatureCollection",
                "features": [_feature(*one) for one in zip(shown.geometry, properties, strict=True)],
            },
            "notes": [note.as_json() for note in notes],
        }

    def _outline(self) -> Any:
        """The area for drawing: a very large one with its edge within 1 m and 0.5 % of the distance."""
        if shapely.get_num_coordinates(self.area) <= _EXACT_VERTICES:
            return self.area
        within = min(1.0, self.within_m / 200) / _METRES_IN_DEGREE
        simple = shapely.simplify(self.area, within, preserve_topology=False)  # preserving it takes minutes
        return simple if shapely.is_valid(simple) else self.area

    def as_layer(self) -> Layer:
        """Polygons by `part`: one `area`, and each place of `left_out` (a point becomes a small disc)."""
        area = {"feature_id": "area", "part": "area", "area_km2": self.area_km2, "within_m": self.within_m}
        places = pd.DataFrame(self.left_out.drop(columns="geometry"))
        places.insert(0, "place_id", places["feature_id"])
        places["feature_id"] = "left-out-" + places["rank"].astype(str)
        rows = pd.concat([pd.DataFrame([area]), places.assign(part="left_out")], ignore_index=True)
        rows["rank"] = rows["rank"].astype("Int64")
        geometries = [self.area, *_as_polygons(self.left_out)]
        return Layer("coverage", gpd.GeoDataFrame(rows, geometry=geometries, crs="EPSG:4326"))


def coverage(
    points: Layer, *, within_m: float, population: Layer | None = None, population_column: str | None = None
) -> Coverage:
    """What lies within `within_m` metres of the edges of the features of `points`, as the crow flies.

    InvalidCoverageError for a distance that is none, no places, or a population layer without numbers.
    """
    _check(points, within_m)
    west, south, east, north = points.features.total_bounds
    plane = metric_crs((west + east) / 2, (south + north) / 2)
    places = _in_plane(points.features.geometry.to_numpy(), plane)
    area = shapely.union_all(shapely.buffer(places, within_m, quad_segs=QUADRANT_SEGMENTS))
    people = _people(population, population_column, plane)
    reached = people.reached(places, subdivide(area), within_m) if people else None
    return Coverage(
        area=_in_degrees([area], plane)[0],
        area_km2=float(shapely.area(area)) / 1e6,
        points=len(places),
        within_m=float(within_m),
        **_numbers(people, reached),
        left_out=_left_out(people, reached),
        notes=_notes(points, within_m, plane, people),
    )


def coverage_portrayal() -> Portrayal:
    """For `Coverage.as_layer`."""
    parts = Theme.categories(
        "part",
        Text("到達圏と圏外", "Within reach and left out"),
        "part",
        [
            StyleClass("#2E9E6B", Text("圏内", "Within reach"), "area"),
            StyleClass("#D9480F", Text("圏外に人が住む場所", "Places with people left out"), "left_out"),
        ],
        _NONE,
    )
    steps = [
        (0, 10, "#FEE6CE"),
        (10, 50, "#FDBE85"),
        (50, 100, "#FD8D3C"),
        (100, 500, "#E6550D"),
        (500, None, "#A63603"),
    ]
    people = Theme.steps(
        "left_out",
        Text("圏外の人口", "People left out"),
        "left_out",
        [StyleClass(colour, _range(low, high), minimum=low, maximum=high) for low, high, colour in steps],
        StyleClass("#2E9E6B", Text("圏内", "Within reach")),
        unit="人",
    )
    return Portrayal(Text("到達圏", "Coverage"), ANALYSIS, Style(Draw.FILL, (parts, people), opacity=0.5), COLUMNS)


COLUMNS = (
    Column("part", Text("区分(area 圏内・left_out 圏外)", "Part")),
    Column("rank", Text("順位", "Rank"), ColumnType.INTEGER),
    Column("name", Text("名称", "Name")),
    Column("place_id", Text("人口レイヤーのID", "Id in the population layer")),
    Column("population", Text("人口", "Population"), ColumnType.NUMBER, "人"),
    Column("covered", Text("圏内の人口", "People within reach"), ColumnType.NUMBER, "人"),
    Column("left_out", Text("圏外の人口", "People left out"), ColumnType.NUMBER, "人"),
    Column("area_km2", Text("圏内の面積", "Area within reach"), ColumnType.NUMBER, "km²"),
    Column("within_m", Text("距離", "Distance"), ColumnType.NUMBER, "m"),
)
_NONE = StyleClass("#B8BCC0", Text("不明", "Unknown"))


def _check(points: Layer, within_m: float) -> None:
    if not (isfinite(within_m) and 0 < within_m <= MAX_WITHIN_M):
        raise InvalidCoverageError(
            Text(
                f"距離は0mより大きく{MAX_WITHIN_M:,.0f}m以下にしてください({within_m:g})",
                f"the distance must be more than 0 and at most {MAX_WITHIN_M:,.0f} m, got {within_m:g}",
            )
        )
    if not len(points.features):
        raise InvalidCoverageError(
            Text(f"「{points.name}」に地物がありません", f"layer {points.name!r} has no features")
        )


def _people(population: Layer | None, column: str | None, plane: CRS) -> People | None:
    if population is None:
        return None
    chosen = population_column(population.features, column)
    if chosen is None:
        wanted = f"「{column}」" if column else "(population、人口 など)"
        raise InvalidCoverageError(
            Text(
                f"「{population.name}」に人口の数値の列{wanted}がありません",
                f"layer {population.name!r} has no numeric column {column or 'of population (population, 人口 ...)'}",
            )
        )
    return People.of(population.features, chosen, _in_plane(population.features.geometry.to_numpy(), plane))


def _numbers(people: People | None, reached: NDArray[np.float64] | None) -> dict[str, float | None]:
    if people is None or reached is None:
        return {"population_total": None, "covered": None, "share": None}
    known = ~np.isnan(people.numbers)
    total, covered = float(people.numbers[known].sum()), float((people.numbers * reached)[known].sum())
    return {"population_total": total, "covered": covered, "share": covered / total if total > 0 else None}


def _left_out(people: People | None, reached: NDArray[np.float64] | None) -> gpd.GeoDataFrame:
    """Most people first; of equal ones in the order of the layer. Places whose people are not known have no rank."""
    names = ["feature_id", "name", "population", "covered", "left_out", "rank"]
    if people is None or reached is None:
        return gpd.GeoDataFrame({name: [] for name in names}, geometry=[], crs="EPSG:4326")
    out = people.numbers * (1 - reached)
    some = np.flatnonzero(out > _NOBODY)  # False where not known
    order = some[np.argsort(-out[some], kind="stable")]
    columns = {
        "feature_id": people.feature_ids[order],
        "name": people.names[order],
        "population": people.numbers[order],
        "covered": (people.numbers * reached)[order],
        "left_out": out[order],
        "rank": np.arange(1, len(order) + 1),
    }
    return gpd.GeoDataFrame(columns, geometry=people.places[order], crs="EPSG:4326")


def _notes(points: Layer, within_m: float, plane: CRS, people: People | None) -> tuple[Text, ...]:
    notes = [
        Text(
            f"「{points.name}」の{len(points.features):,}か所から直線で{within_m:g}m以内です。道のりではありません。"
            "面や線の施設は外周から測ります。",
            f"Within {within_m:g} m in a straight line of {len(points.features):,} places ({points.name}), not along "
            "streets; of areas and lines, from their edges.",
        ),
        Text(
            f"距離と面積は {plane.name} の平面上で求めます。円は128角形で近似し、面積は0.04%小さくなります。",
            f"Distances and areas are those of the plane {plane.name}. Circles are drawn with 128 corners, which makes "
            "areas 0.04 % smaller.",
        ),
    ]
    return (*notes, *(people.notes() if people else ()))


def _in_plane(geometries: NDArray[Any], plane: CRS) -> NDArray[Any]:
    """Longitude and latitude as metres east and north."""
    flat = gpd.GeoSeries(shapely.force_2d(geometries), crs="EPSG:4326")
    return np.asarray(flat.to_crs(plane), dtype=object)


def _in_degrees(geometries: list[Any], plane: CRS) -> NDArray[Any]:
    return reproject(np.array(geometries, dtype=object), plane)


def _as_polygons(places: gpd.GeoDataFrame) -> list[Any]:
    dimensions = shapely.get_dimensions(places.geometry.to_numpy())
    if not (dimensions < 2).any():
        return list(places.geometry)
    lon, lat = places.geometry.iloc[0].representative_point().coords[0]
    plane = metric_crs(lon, lat)
    discs = shapely.buffer(_in_plane(places.geometry.to_numpy(), plane), _CLEARLY_VISIBLE_M)
    return [
        disc if flat else place
        for disc, place, flat in zip(_in_degrees(list(discs), plane), places.geometry, dimensions < 2, strict=True)
    ]


def _feature(geometry: Any, properties: dict[str, Any]) -> dict[str, Any]:
    rounded = shapely.transform(geometry, lambda lonlat: np.round(lonlat, _DEGREES))
    return {"type": "Feature", "geometry": json.loads(shapely.to_geojson(rounded)), "properties": properties}


def _range(low: int, high: int | None) -> Text:
    if high is None:
        return Text(f"{low:,}人以上", f"{low:,} or more")
    return Text(f"{low:,}〜{high:,}人", f"{low:,}–{high:,}")
