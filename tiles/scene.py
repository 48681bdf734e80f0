"""Layers as a deck: in a notebook, and as one HTML file that asks nothing from outside.

    from tiles import scene
    drawn = scene.deck([scene.SceneLayer(layer, portrayal)], title=Text("到達圏", "Isochrones"))
    drawn                                # draws itself in a notebook
    drawn.to_html("isochrones.html")     # opens without a network; `scene.html` gives its text

Bounded by MOST_FEATURES and MOST_CORNERS: a browser holds all of them at once. Larger layers belong into tiles.
"""

import html as markup
import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import asinh, log2, pi, radians, tan
from pathlib import Path
from typing import Any, Final

import orjson
import pydeck
import shapely
from pydeck.bindings.json_tools import default_serialize

from geo import Bounds, Draw, InvalidBoundsError, Language, Layer, Portrayal, Text, Theme
from tiles.errors import SceneError
from tiles.scene_feature import FeatureJson, classes, features_json, shown_columns

MOST_FEATURES: Final = 200_000
MOST_CORNERS: Final = 3_000_000
_BUNDLE: Final = Path(__file__).parent / "static"
_LINE_PX, _POINT_PX = 2, 5
_SCREEN_PX, _WORLD_PX = (900, 600), 512
_NEAREST_ZOOM, _MARGIN, _PITCH = 17.0, 0.2, 50
_SEEN_ASLANT: Final = (1.15, 0.75)
"""What is near grows, what lies behind one another shrinks."""
_MATERIAL: Final = {"ambient": 0.65, "diffuse": 0.5, "shininess": 20, "specularColor": [20, 20, 20]}
"""Bright enough that a roof has about the colour of the legend."""

_PAGE: Final = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{sheet}</style>
<body>
<noscript>JavaScript が必要です / This needs JavaScript</noscript>
<script type="application/json" id="scene">{scene}</script>
<script>{script}</script>
</html>
"""


@dataclass(frozen=True)
class SceneLayer:
    """A layer as its portrayal draws it: `theme` names one of the style's themes, by default the first."""

    layer: Layer
    portrayal: Portrayal
    theme: str | None = None
    attribution: str = ""

    @property
    def drawn(self) -> Theme:
        """SceneError for a theme that the style does not have."""
        themes = self.portrayal.style.themes
        found = next((one for one in themes if self.theme in (None, one.id)), None)
        if found is not None:
            return found
        names, name = ", ".join(one.id for one in themes), self.layer.name
        raise SceneError(
            Text(
                f"「{name}」にテーマ「{self.theme}」はありません(あるもの: {names})",
                f"{name} has no theme {self.theme!r}, only {names}",
            )
        )


class SceneDeck(pydeck.Deck):  # type: ignore[misc]
    """A deck that draws itself with the bundled deck.gl; pydeck's own page asks a CDN. Made with `deck`."""

    # A slot, since pydeck writes every attribute of `__dict__` into the JSON.
    __slots__ = ("page",)

    def to_json(self) -> str:
        """Only what is drawn: pydeck also writes API keys that it finds in the environment."""
        told = {"initialViewState": self.initial_view_state, "views": self.views, "layers": self.layers}
        return json.dumps(told, default=default_serialize, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

    def to_html(self, filename: str | Path | None = None, *, as_string: bool = False, **_: Any) -> str:
        """Writes the file, some 1 MB and the features, and gives its path; without a name the text itself."""
        text: str = _html(self)
        if filename is None or as_string:
            return text
        Path(filename).write_bytes(text.encode())
        return str(Path(filename).resolve())

    def show(self) -> "SceneDeck":
        return self

    def _repr_html_(self) -> str:
        size = 'width="100%" height="500" style="border:0"'
        return f'<iframe {size} srcdoc="{markup.escape(_html(self))}"></iframe>'


@dataclass(frozen=True)
class _Page:
    """What the page needs beside the deck."""

    title: Text
    language: Language
    legend: list[dict[str, Any]]


def deck(layers: Sequence[SceneLayer], *, title: Text, language: Language = "ja") -> SceneDeck:
    """The first layer lies undermost. Heights of places are dropped: there is no ground, everything stands on 0.

    SceneError without features, for more than MOST_FEATURES or MOST_CORNERS in all, for grids, and for places that
    are none (latitude and longitude exchanged, say).
    """
    drawn = [(f"{at}-{one.layer.name}", one) for at, one in enumerate(layers)]
    bounds = _checked([one for _, one in drawn])
    features = [features_json(one.layer.features, one.portrayal, one.drawn) for _, one in drawn]
    made = SceneDeck(
        layers=[_deck_layer(id, one, part) for (id, one), part in zip(drawn, features, strict=True)],
        views=[pydeck.View(type="MapView", controller=True)],
        initial_view_state=_view(bounds, solid=any(one.portrayal.style.height for one in layers)),
        map_style=None,
        map_provider=None,
    )
    made.page = _Page(title, language, [_legend(id, one) for id, one in drawn])
    return made


def html(layers: Sequence[SceneLayer], *, title: Text, language: Language = "ja") -> str:
    """The whole file: title and legend in both languages (`language` first), attributes at the pointer, sources."""
    return deck(layers, title=title, language=language).to_html(as_string=True)


def _deck_layer(id: str, one: SceneLayer, features: list[FeatureJson]) -> pydeck.Layer:
    draw = one.portrayal.style.draw
    return pydeck.Layer(
        "GeoJsonLayer",
        features,
        id=id,
        pickable=bool(shown_columns(one.layer.features, one.portrayal)),
        auto_highlight=True,
        filled=draw is not Draw.LINE,
        stroked=True,
        get_fill_color="colour",
        get_line_width=_LINE_PX if draw is Draw.LINE else 1,
        get_point_radius=_POINT_PX,
        line_width_units='"pixels"',
        point_radius_units='"pixels"',
        point_billboard=True,
        **_depth(draw),
    )


def _depth(draw: Draw) -> dict[str, Any]:
    """Walls hide what is behind them, but no point: those are what one looks for."""
    if draw is Draw.EXTRUSION:
        return {"extruded": True, "get_elevation": "height", "get_line_color": "colour", "material": _MATERIAL}
    if draw in (Draw.CIRCLE, Draw.ICON):
        return {"get_line_color": [255, 255, 255], "parameters": {"depthCompare": "always"}}
    return {"get_line_color": "colour"}


def _legend(id: str, one: SceneLayer) -> dict[str, Any]:
    theme, columns = one.drawn, shown_columns(one.layer.features, one.portrayal)
    return {
        "id": id,
        "title": one.portrayal.title.as_json(),
        "theme": theme.title.as_json(),
        "unit": theme.unit,
        "rows": [{"colour": row.colour, "label": row.label.as_json()} for row in classes(theme)],
        "columns": [{"name": each.name, "label": each.label.as_json(), "unit": each.unit} for each in columns],
        "attribution": one.attribution,
    }


def _checked(layers: Sequence[SceneLayer]) -> Bounds:
    """Around all of them."""
    for one in layers:
        if one.portrayal.style.draw is Draw.RASTER:
            name = one.layer.name
            raise SceneError(Text(f"「{name}」はグリッドで、地物がありません", f"{name} is a grid: it has no features"))
    shapes = [one.layer.features.geometry.to_numpy() for one in layers]
    _bounded(sum(len(part) for part in shapes), MOST_FEATURES, Text("地物", "features"))
    _bounded(
        sum(int(shapely.get_num_coordinates(part).sum()) for part in shapes), MOST_CORNERS, Text("頂点", "corners")
    )
    filled = [one for one in layers if not one.layer.features.geometry.is_empty.all()]
    if not filled:
        raise SceneError(Text("描画する地物がありません", "there are no features to draw"))
    return Bounds.around([_bounds(one.layer) for one in filled])


def _bounded(count: int, most: int, what: Text) -> None:
    if count > most:
        raise SceneError(
            Text(
                f"{what.ja}が {count:,} あり、1つのファイルに描ける上限 {most:,} を超えています",
                f"{count:,} {what.en} are more than one file can draw ({most:,} at most)",
            )
        )


def _bounds(layer: Layer) -> Bounds:
    corners = shapely.get_coordinates(layer.features.geometry.to_numpy())
    try:
        return Bounds(*(float(one) for one in (*corners.min(axis=0), *corners.max(axis=0))))
    except InvalidBoundsError as error:
        raise SceneError(
            Text(
                f"「{layer.name}」の座標が経度・緯度の範囲にありません(経度、緯度の順です)",
                f"{layer.name} has places that are no longitude and latitude, in this order: {error}",
            )
        ) from error


def _view(bounds: Bounds, *, solid: bool) -> pydeck.ViewState:
    longitude, latitude = bounds.centre
    wide = (bounds.east - bounds.west) / 360
    high = (_mercator(bounds.north) - _mercator(bounds.south)) / (2 * pi)
    across, along = _SEEN_ASLANT if solid else (1, 1)
    sizes = zip(_SCREEN_PX, (wide * across, high * along), strict=True)
    zoom = min((log2(pixels / (_WORLD_PX * part)) for pixels, part in sizes if part > 0), default=_NEAREST_ZOOM)
    zoom = round(min(max(zoom - _MARGIN, 0.0), _NEAREST_ZOOM), 2)
    return pydeck.ViewState(longitude, latitude, zoom=zoom, pitch=_PITCH if solid else 0, bearing=0)


def _mercator(latitude: float) -> float:
    return asinh(tan(radians(min(max(latitude, -85.0), 85.0))))


def _html(drawn: SceneDeck) -> str:
    page, script, sheet = drawn.page, _bundled("scene.js"), _bundled("scene.css")
    told = {"title": page.title.as_json(), "language": page.language, "layers": page.legend}
    content = orjson.dumps({**told, "deck": orjson.Fragment(drawn.to_json())}).decode()
    return _PAGE.format(
        language=page.language,
        title=markup.escape(page.title.in_language(page.language)),
        policy=f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(sheet)}; img-src data: blob:",
        sheet=sheet,
        # Nothing that an attribute says may end the script element.
        scene=content.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"),
        script=script,
    )


def _bundled(name: str) -> str:
    """Built of web/ui with the page."""
    path = _BUNDLE / name
    if not path.exists():
        raise SceneError(
            Text(f"{name} がありません。make setup で作られます", f"{name} is missing: make setup builds it")
        )
    return path.read_text(encoding="utf-8").replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
