"""What of the sample city the demo imports, with titles a person understands."""

from dataclasses import dataclass

from geo import Text
from geo.portrayal import BASE, BUILDINGS, FACILITIES, HAZARD, PLANNING, POPULATION, SAFETY, TRANSPORT

LICENCE = "CC0-1.0"
ATTRIBUTION = "みほん市（架空） / Mihon City (fictional)"


@dataclass(frozen=True, slots=True)
class SampleSource:
    """One import: everything under `paths` becomes layers of one title and group."""

    paths: tuple[str, ...]
    """Relative to the folder of the sample city."""
    title: Text
    group: str
    """Id of a `geo.portrayal.Group`."""
    licence: str = LICENCE
    attribution: str = ATTRIBUTION
    surveyed_extent: str = ""
    """Of a hazard: the file that says where it was looked for."""


def _hazard(package: str, title: Text) -> SampleSource:
    extent = f"hazard/{package}_surveyed_extent.geojson"
    return SampleSource((f"udx/{package}",), title, HAZARD.id, surveyed_extent=extent)


SAMPLE_SOURCES: tuple[SampleSource, ...] = (
    SampleSource(("udx/bldg",), Text("建物", "Buildings"), BUILDINGS.id),
    SampleSource(("udx/ubld",), Text("地下街", "Underground mall"), BUILDINGS.id),
    SampleSource(
        ("udx/fld",),
        Text("洪水浸水想定区域", "River flood areas"),
        HAZARD.id,
        surveyed_extent="hazard/fld_surveyed_extent.geojson",
    ),
    SampleSource(
        ("udx/tnm",),
        Text("津波浸水想定", "Tsunami inundation"),
        HAZARD.id,
        surveyed_extent="hazard/tnm_surveyed_extent.geojson",
    ),
    SampleSource(
        ("udx/htd",),
        Text("高潮浸水想定", "High tide flood areas"),
        HAZARD.id,
        surveyed_extent="hazard/htd_surveyed_extent.geojson",
    ),
    SampleSource(
        ("udx/ifld",),
        Text("内水浸水想定", "Inland flood areas"),
        HAZARD.id,
        surveyed_extent="hazard/ifld_surveyed_extent.geojson",
    ),
    SampleSource(
        ("udx/lsld",),
        Text("土砂災害警戒区域", "Landslide hazard zones"),
        HAZARD.id,
        surveyed_extent="hazard/lsld_surveyed_extent.geojson",
    ),
    SampleSource(("udx/tran",), Text("道路", "Roads"), TRANSPORT.id),
    SampleSource(("udx/brid",), Text("橋", "Bridges"), TRANSPORT.id),
    SampleSource(("udx/frn",), Text("街灯", "Street lamps"), TRANSPORT.id),
    SampleSource(("udx/veg",), Text("樹木", "Trees"), BASE.id),
    SampleSource(("udx/luse",), Text("土地利用", "Land use"), PLANNING.id),
    SampleSource(("udx/urf",), Text("用途地域", "Use districts"), PLANNING.id),
    SampleSource(("osm/mihon.osm.pbf",), Text("道路網", "Street network"), TRANSPORT.id),
    SampleSource(("gtfs/mihon_bus.zip",), Text("みほんバス", "Mihon Bus"), TRANSPORT.id),
    SampleSource(("gtfs/mihon_community.zip",), Text("コミュニティバス", "Community bus"), TRANSPORT.id),
    SampleSource(("gtfs/mihon_harbour.zip",), Text("みほん港湾交通", "Mihon Harbour Transit"), TRANSPORT.id),
    SampleSource(("opendata/公衆無線LAN一覧",), Text("公衆無線LAN", "Public Wi-Fi"), FACILITIES.id),
    SampleSource(("opendata/AED設置箇所一覧",), Text("AED設置箇所", "AEDs"), SAFETY.id),
    SampleSource(("opendata/指定緊急避難場所一覧",), Text("指定緊急避難場所", "Emergency evacuation sites"), SAFETY.id),
    SampleSource(("opendata/避難所一覧",), Text("避難所", "Shelters"), SAFETY.id),
    SampleSource(
        ("opendata/河川・海岸監視カメラ一覧",), Text("河川・海岸監視カメラ", "River and coast cameras"), SAFETY.id
    ),
    SampleSource(("opendata/通学路",), Text("通学路", "School routes"), SAFETY.id),
    SampleSource(("opendata/学校一覧",), Text("学校", "Schools"), FACILITIES.id),
    SampleSource(("opendata/医療機関一覧",), Text("医療機関", "Clinics and hospitals"), FACILITIES.id),
    SampleSource(("opendata/子育て施設一覧",), Text("子育て施設", "Childcare"), FACILITIES.id),
    SampleSource(("opendata/公共施設一覧",), Text("公共施設", "Public facilities"), FACILITIES.id),
    SampleSource(("opendata/駐車場一覧",), Text("駐車場", "Car parks"), TRANSPORT.id),
    SampleSource(("opendata/商業施設一覧",), Text("商業施設", "Shops"), FACILITIES.id),
    SampleSource(("population",), Text("人口(250mメッシュ)", "Population (250 m mesh)"), POPULATION.id),
    # A table without places of its own: it gets them from the towns below.
    SampleSource(
        ("opendata/地域・年齢別人口",), Text("人口(町丁目・年齢別)", "Population (towns, by age)"), POPULATION.id
    ),
    SampleSource(("dem/mihon_dem.tif",), Text("標高", "Elevation"), BASE.id),
    SampleSource(("admin/mihon_boundary.geojson",), Text("市の境界", "City boundary"), BASE.id),
    SampleSource(("admin/mihon_towns.geojson",), Text("町丁目", "Towns"), BASE.id),
    SampleSource(("admin/mihon_water.geojson",), Text("海と川", "Sea and rivers"), BASE.id),
    SampleSource(("admin/mihon_railway.geojson",), Text("鉄道", "Railway"), BASE.id),
)
