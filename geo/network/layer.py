"""A street network as a layer on the map: one line for each edge."""

from collections.abc import Collection, Iterator

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.batch import Batch, Count, GeometryType
from geo.column import Column, ColumnType
from geo.network.street_network import StreetNetwork
from geo.network.way import WayKind
from geo.portrayal import TRANSPORT, Portrayal
from geo.problem import Problem
from geo.style import Draw, Style, StyleClass, Theme
from geo.text import Text

PART = "streets"
BATCH = 10_000

COLUMNS = (
    Column("kind", Text("種別", "Kind")),
    Column("name", Text("名称", "Name")),
    Column("length_m", Text("長さ", "Length"), ColumnType.NUMBER, "m"),
    Column("slope", Text("勾配", "Slope"), ColumnType.NUMBER, "%"),
    Column("steps", Text("階段", "Steps"), ColumnType.BOOLEAN),
    Column("crossing", Text("横断歩道", "Crossing"), ColumnType.BOOLEAN),
    Column("walk", Text("歩行者", "On foot"), ColumnType.BOOLEAN),
    Column("wheelchair", Text("車いす", "Wheelchair"), ColumnType.BOOLEAN),
    Column("bicycle", Text("自転車", "Bicycle"), ColumnType.BOOLEAN),
    Column("use", Text("通れる人", "Who can pass")),
    Column("island", Text("本体から離れた部分", "Not connected with the rest"), ColumnType.BOOLEAN),
    Column("way_id", Text("OpenStreetMapのウェイ番号", "OpenStreetMap way"), ColumnType.INTEGER),
)

_KINDS = (
    (WayKind.FOOTWAY, "#2F855A", Text("歩道・歩行者道", "Footway")),
    (WayKind.PEDESTRIAN, "#38A169", Text("歩行者専用道路・広場", "Pedestrian street or square")),
    (WayKind.STEPS, "#C53030", Text("階段", "Steps")),
    (WayKind.CROSSING, "#D69E2E", Text("横断歩道", "Crossing")),
    (WayKind.PATH, "#68A063", Text("小道", "Path")),
    (WayKind.CYCLEWAY, "#3182CE", Text("自転車道", "Cycleway")),
    (WayKind.LIVING_STREET, "#5A67D8", Text("生活道路(歩車共存)", "Living street")),
    (WayKind.RESIDENTIAL, "#718096", Text("住宅地の道路", "Residential street")),
    (WayKind.SERVICE, "#A0AEC0", Text("構内・引込み道路", "Service road")),
    (WayKind.TRACK, "#975A16", Text("農道・林道", "Track")),
    (WayKind.UNCLASSIFIED, "#4A5568", Text("その他の道路", "Minor road")),
    (WayKind.TERTIARY, "#B7791F", Text("補助的な幹線道路", "Tertiary road")),
    (WayKind.SECONDARY, "#C05621", Text("一般の幹線道路", "Secondary road")),
    (WayKind.PRIMARY, "#9C4221", Text("主要な幹線道路", "Primary road")),
    (WayKind.TRUNK, "#702459", Text("国道など", "Trunk road")),
    (WayKind.PLATFORM, "#6B46C1", Text("乗り場", "Platform")),
    (WayKind.INDOOR, "#319795", Text("屋内通路", "Indoor way")),
)
_USES = (
    ("wheelchair", "#2B6CB0", Text("車いすも通れる(支障の情報なし)", "Wheelchairs too (nothing known in the way)")),
    ("walk", "#DD6B20", Text("歩行者のみ(車いすは不可)", "On foot only, no wheelchairs")),
    ("bicycle", "#718096", Text("自転車のみ", "Bicycles only")),
)
_UNKNOWN = StyleClass("#A0AEC0", Text("不明・その他", "Unknown or other"))


def network_batches(network: StreetNetwork, *, name: str) -> Iterator[Batch]:
    """The edges as lines; what is no part of the network and what is not connected are told with the first batch.

    There is a column `slope` only where any slope is known: an import knows none, as heights are another layer's and
    may change, or be shown to fewer people, without this one. Analyses have them (data.network).
    """
    columns = _columns(network)
    names = ["feature_id", *(column.name for column in columns)]
    problems = tuple(network_problems(network, name=name))
    for start in range(0, network.edge_count, BATCH):
        frame = _frame(network, np.arange(start, min(start + BATCH, network.edge_count)))
        counts = (Count("street", "", len(frame), len(frame), 0),)
        yield Batch(PART, GeometryType.LINE, frame[[*names, "geometry"]], columns, problems, counts)
        problems = ()


def network_problems(network: StreetNetwork, *, name: str) -> Iterator[Problem]:
    """Notes: ways that were not used, by reason, and the parts that are not connected with the main one."""
    for reason, count in sorted(network.left_out.items()):
        yield Problem(f"osm.{reason}", name, parameters={"count": f"{count:,}"})
    sizes = network.island_sizes()
    if len(sizes) > 1:
        nodes, share = int(sizes[1:].sum()), 100 * sizes[1:].sum() / network.node_count
        parameters = {"islands": str(len(sizes) - 1), "nodes": str(nodes), "share": f"{share:.1f}"}
        yield Problem("osm.islands", name, parameters=parameters)


def _columns(network: StreetNetwork) -> tuple[Column, ...]:
    known = bool(np.isfinite(network.slope).any())
    return tuple(column for column in COLUMNS if known or column.name != "slope")


def portray_network(names: Collection[str] | None = None) -> Portrayal:
    """For a layer with these columns; None: with all."""
    columns = tuple(column for column in COLUMNS if names is None or column.name in names)
    kinds = [StyleClass(colour, label, kind.name.lower()) for kind, colour, label in _KINDS]
    uses = [StyleClass(colour, label, use) for use, colour, label in _USES]
    themes = [
        Theme.categories("kind", Text("種別", "Kind"), "kind", kinds, _UNKNOWN),
        Theme.categories("use", Text("通れる人", "Who can pass"), "use", uses, _UNKNOWN),
        Theme.steps("slope", Text("勾配(絶対値)", "Slope"), "slope", _slopes(), _UNKNOWN, unit="%"),
    ]
    shown = tuple(theme for theme in themes if names is None or theme.id in names)
    style = Style(Draw.LINE, shown, label="name", opacity=0.9)
    return Portrayal(Text("街路網", "Street network"), TRANSPORT, style, columns)


def _slopes() -> list[StyleClass]:
    """5 % and 8 %: the limits of Japan's barrier-free standard for pavements."""
    return [
        StyleClass("#2B6CB0", Text("5%未満", "under 5 %"), minimum=0, maximum=5),
        StyleClass("#D69E2E", Text("5〜8%", "5 to 8 %"), minimum=5, maximum=8),
        StyleClass("#DD6B20", Text("8〜15%", "8 to 15 %"), minimum=8, maximum=15),
        StyleClass("#9B2C2C", Text("15%以上", "15 % and more"), minimum=15),
    ]


def _frame(network: StreetNetwork, edges: NDArray[np.int64]) -> gpd.GeoDataFrame:
    first, last = network.shape_start[edges[0]], network.shape_start[edges[-1] + 1]
    size = np.diff(network.shape_start[edges[0] : edges[-1] + 2])
    lines = shapely.linestrings(network.shape_lonlat[first:last], indices=np.repeat(np.arange(len(edges)), size))
    walk, wheelchair = network.walk[edges], network.wheelchair[edges]
    columns = {
        "feature_id": _ids(network, edges),
        "kind": [WayKind(kind).name.lower() for kind in network.kind[edges]],
        "name": [network.name(int(edge)) for edge in edges],
        "length_m": np.round(network.length_m[edges], 2),
        "slope": np.round(np.abs(network.slope[edges].astype(np.float64)) * 100, 1),
        "steps": network.steps[edges],
        "crossing": network.crossing[edges],
        "walk": walk,
        "wheelchair": wheelchair,
        "bicycle": network.bicycle[edges],
        "use": np.where(wheelchair, "wheelchair", np.where(walk, "walk", "bicycle")),
        "island": ~network.main_edges[edges],
        "way_id": network.way_id[edges],
    }
    return gpd.GeoDataFrame(columns, geometry=lines, crs=4326)


def _ids(network: StreetNetwork, edges: NDArray[np.int64]) -> list[str]:
    """`way/123#4`: OpenStreetMap's way and the number of the edge in this network, as ways are split."""
    return [f"way/{way}#{edge}" for way, edge in zip(network.way_id[edges], edges, strict=True)]
