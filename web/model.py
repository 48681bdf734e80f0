"""The shapes of the API's answers and questions, as its description shows them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Bilingual(_Model):
    """A text in both languages."""

    ja: str = Field(description="Japanese", examples=["建物"])
    en: str = Field(description="English", examples=["Buildings"])


class Group(_Model):
    """A branch of the layer tree."""

    id: str = Field(description="Stable id of the group", examples=["buildings"])
    ja: str = Field(description="Title in Japanese")
    en: str = Field(description="Title in English")


class Zooms(_Model):
    """Zoom levels for which tiles exist."""

    min: int = Field(description="Smallest zoom with tiles", ge=0, le=30)
    max: int = Field(description="Largest zoom with tiles; clients overzoom beyond it", ge=0, le=30)


class Column(_Model):
    """One column of the features."""

    name: str = Field(description="Name in the data and in tiles", examples=["height_m"])
    label: Bilingual = Field(description="What people call it")
    type: Literal["number", "integer", "text", "boolean"] = Field(description="Type of its values")
    unit: str = Field(description="Printed behind a value; empty for none", examples=["m"])


class StyleClass(_Model):
    """One row of the legend: a category has `value`, a step `min` <= x < `max`."""

    colour: str = Field(description="#RRGGBB", pattern="^#[0-9A-Fa-f]{6}$")
    label: Bilingual = Field(description="Text of the row")
    value: str | int | float | None = Field(description="The category's value; null for a step")
    min: float | None = Field(description="Lower end of a step, included; null: open")
    max: float | None = Field(description="Upper end of a step, not included; null: open")


class Theme(_Model):
    """One way to colour the layer."""

    id: str = Field(description="Id of the theme within the layer", examples=["height"])
    title: Bilingual = Field(description="Title of the theme")
    type: Literal["single", "categories", "steps"] = Field(description="One colour, by category, or by steps")
    column: str | None = Field(description="The column that decides; null for one colour")
    unit: str = Field(description="Unit of the column")
    classes: list[StyleClass] = Field(description="Rows of the legend in order")
    missing: StyleClass | None = Field(description="What a feature without a value shows")


class Style(_Model):
    """How the layer is drawn. `themes[0]` is shown first."""

    draw: Literal["circle", "icon", "line", "fill", "extrusion", "raster"] = Field(description="How features are drawn")
    icon: str | None = Field(description="Name of the icon, for `icon`")
    height: str | None = Field(description="Column with the height in metres, for `extrusion`")
    label: str | None = Field(description="Column whose text is written beside the feature")
    opacity: float = Field(description="0 (invisible) to 1", ge=0, le=1)
    themes: list[Theme] = Field(description="The ways to colour it")


class LegendEntry(_Model):
    """One row as a person reads it."""

    colour: str = Field(description="#RRGGBB")
    label: Bilingual = Field(description="Text of the row")


class Legend(_Model):
    """The legend of one theme."""

    theme: str = Field(description="Id of the theme")
    title: Bilingual = Field(description="Title of the theme")
    entries: list[LegendEntry] = Field(description="Rows in order")


class Recipe(_Model):
    """The call that made a derived layer, or the areas that a table of towns was joined with."""

    kind: str = Field(description="Which analysis; town_join: a table joined with areas", examples=["coverage"])
    parameters: dict[str, Any] = Field(description="What it was asked")
    inputs: dict[str, str] = Field(description="Layers that it read, with their versions")
    method: str = Field(description="Version of the method")
    figures: dict[str, Any] | None = Field(None, description="Its result in numbers")


class Links(_Model):
    """Where to go from this layer. Addresses with a version never change their content."""

    self: str = Field(description="This layer alone")
    tilejson: str = Field(description="TileJSON 3.0")
    tiles: str = Field(description="Template of tile addresses: {z}, {x}, {y}")
    features: str | None = Field(description="Template for one feature: {fid}; null for rasters")
    search: str | None = Field(description="Search of its features by filter, words and bbox; null for rasters")
    export: str | None = Field(
        description="Template for its features as a file: {format} is gpkg, parquet, geojson or csv; null for rasters"
    )
    column: str | None = Field(description="Template for one column: {name}; null for rasters")
    pmtiles: str | None = Field(description="The PMTiles archive itself, with range requests; null for rasters")
    terrain: str | None = Field(
        description="TileJSON of terrain tiles (raster-dem, encoding terrarium); null where the layer is no terrain"
    )
    tileset: str | None = Field(description="3D Tiles 1.1 (tileset.json); null where nothing stands in space")
    problems: str = Field(description="What was wrong in its files")


class Tileset(_Model):
    """The layer in space, in numbers."""

    features: int = Field(description="Features that stand in space", ge=0)
    triangles: int = Field(description="Triangles of the finest tiles", ge=0)
    bytes: int = Field(description="Bytes of all tiles", ge=0)
    lods: list[int] = Field(description="Levels of detail that its features have", examples=[[1, 2]])
    textured: bool = Field(description="Whether any feature has textures")


class LayerModel(_Model):
    """A layer of the map with its current version."""

    id: str = Field(description="Stable id", examples=["komatsu-2024-bldg"])
    title: Bilingual = Field(description="Title")
    group: Group = Field(description="Its branch of the layer tree")
    kind: Literal["vector", "raster"] = Field(description="Features, or a grid")
    role: Literal["terrain"] | None = Field(
        description="terrain: heights of the ground in metres, which the map may stand on; null for other layers"
    )
    geometry: Literal["point", "line", "polygon"] | None = Field(description="Kind of geometry; null for rasters")
    version: str = Field(description="Its current version", examples=["1-1a2b3c4d"])
    bounds: tuple[float, float, float, float] = Field(description="West, south, east, north in degrees")
    zooms: Zooms = Field(description="Zoom levels with tiles")
    feature_count: int = Field(description="Features stored", ge=0)
    attribution: str | None = Field(description="Whom to name as the source")
    licence: str | None = Field(description="Licence of the data", examples=["CC BY 4.0"])
    visibility: Literal["public", "internal"] = Field(description="Who may see it")
    crs: str = Field(description="Coordinate reference system of the files", examples=["EPSG:6697"])
    vertical_datum: str | None = Field(description="What heights are measured from; null without heights")
    imported_at: str = Field(description="When this version was made, UTC", examples=["2026-11-21T05:00:00Z"])
    read: int = Field(description="Features found in the files", ge=0)
    stored: int = Field(description="Features stored", ge=0)
    kept_out: int = Field(description="Features not stored, each with a problem that says why", ge=0)
    problems: int = Field(description="Problems that changed or kept out something", ge=0)
    columns: list[Column] = Field(description="Columns of the features")
    style: Style = Field(description="How it is drawn")
    legend: list[Legend] = Field(description="Its legend, for each theme")
    recipe: Recipe | None = Field(description="The call that made it; null for layers that are files alone")
    tileset: Tileset | None = Field(description="Its 3D Tiles; null where nothing stands in space")
    links: Links = Field(description="Where to go from here")


class LayerList(_Model):
    """All layers that may be seen, in the order of their titles."""

    layers: list[LayerModel] = Field(description="The layers")


class Count(_Model):
    """Features of one type and level of detail: read = stored + kept_out."""

    feature_type: str = Field(description="Type of feature", examples=["bldg:Building"])
    lod: str = Field(description="Level of detail; empty where the format has none", examples=["LOD1"])
    read: int = Field(description="Found in the files")
    stored: int = Field(description="Stored")
    kept_out: int = Field(description="Not stored")


class LevelCount(_Model):
    """Features of one type that have one level of detail: read = stored + kept_out + set_aside."""

    feature_type: str = Field(description="Type of feature", examples=["bldg:Building"])
    lod: int = Field(description="Level of detail", ge=0, le=4, examples=[2])
    read: int = Field(description="Features with any geometry in it in the files")
    stored: int = Field(description="Stored in space, or as the outline on the map")
    kept_out: int = Field(description="Not stored, each with a problem that says why")
    set_aside: int = Field(description="Nothing is wrong; another level of the same feature is stored in its place")


class SourceFile(_Model):
    """One imported file."""

    name: str = Field(description="Path inside what was imported")
    sha256: str = Field(description="SHA-256 of its bytes, in hexadecimal")
    bytes: int = Field(description="Its size")
    read: int = Field(description="Features found in it for this layer")
    stored: int = Field(description="Features stored from it")
    counts: list[Count] = Field(description="The same by feature type and level of detail")
    levels: list[LevelCount] = Field(description="Every level of detail that they have")


class Input(_Model):
    """A layer that this one was made from."""

    layer: str = Field(description="Its id")
    version: str = Field(description="The version that was read")


class Lineage(_Model):
    """Where a layer comes from."""

    previous: list[str] = Field(description="Older versions that are still kept, newest first")
    made_with: list[str] = Field(description="Other layers of the same import")
    inputs: list[Input] = Field(description="Layers that an analysis read")


class LayerDetail(LayerModel):
    """A layer with its account: files, counts, problems, lineage."""

    counts: list[Count] = Field(description="Features by type and the level of detail of their outline")
    levels: list[LevelCount] = Field(description="Every level of detail that they have; empty where formats know none")
    files: list[SourceFile] = Field(description="The files that it was made from")
    problems_by_rule: dict[str, int] = Field(description="How often each rule was broken")
    lineage: Lineage = Field(description="Where it comes from")


class Node(_Model):
    """One attribute: a value, or items below it. Names stay as the data's standard spells them."""

    name: str = Field(description="Name in the data", examples=["bldg:usage"])
    value: Any = Field(None, description="The value as it stands in the file")
    label: str | None = Field(None, description="The code's text from the codelist", examples=["業務施設"])
    unit: str | None = Field(None, description="Unit of the value", examples=["m"])
    title: Bilingual | None = Field(None, description="What people call it, where known")
    generic: bool | None = Field(None, description="A generic attribute, outside the data's standard")
    items: list["Node"] | None = Field(None, description="Attributes below this one")


class FeatureModel(_Model):
    """One feature with all its attributes."""

    layer: str = Field(description="Id of the layer")
    version: str = Field(description="Version of the layer")
    fid: int = Field(description="Index of the feature in this version; the id of features in tiles")
    feature_id: str | None = Field(description="Its own id, such as gml:id")
    geometry_type: str = Field(description="Kind of geometry", examples=["Polygon"])
    bounds: list[float] = Field(description="West, south, east, north in degrees")
    attributes: list[Node] = Field(description="All attributes, as a tree")


class FoundFeature(_Model):
    """A feature in a list."""

    fid: int = Field(description="Index of the feature in this version; the id of features in tiles")
    feature_id: str | None = Field(description="Its own id, such as gml:id")
    title: str | None = Field(description="Its name, where the layer has names")
    bounds: list[float] | None = Field(description="West, south, east, north in degrees")
    columns: dict[str, Any] = Field(description="Its columns that have a value")


class FoundFeatures(_Model):
    """One page of the features that were searched for, in the order of their fids."""

    layer: str = Field(description="Id of the layer")
    version: str = Field(description="Version of the layer")
    features: list[FoundFeature] = Field(description="The page")
    total: int = Field(description="How many there are on all pages", ge=0)
    offset: int = Field(description="How many come before this page", ge=0)
    next: str | None = Field(description="The next page of the same version; null on the last one")


class ProblemModel(_Model):
    """One thing that is wrong with one feature or file."""

    rule: str = Field(description="Stable code of the rule", examples=["csv.coordinates_missing"])
    severity: Literal["note", "warning", "error"] = Field(
        description="note: nothing was lost; warning: stored, but changed or doubtful; error: not stored"
    )
    file: str = Field(description="Path inside what was imported")
    feature: str | None = Field(description="Which feature; null for the whole file")
    line: int | None = Field(description="Line in a text file, from 1")
    lonlat: tuple[float, float] | None = Field(description="Longitude and latitude, where known")
    message: Bilingual = Field(description="One sentence that says it all")


class ProblemList(_Model):
    """Problems in the order in which they were found."""

    problems: list[ProblemModel] = Field(description="The ones asked for")
    total: int = Field(description="How many there are")


LayerId = Annotated[str, Field(min_length=1, max_length=200, description="Id of a layer")]


class CoverageQuestion(_Model):
    """Who lives within some metres (straight line) of the features of a layer?"""

    points: LayerId = Field(description="Layer of the places that serve", examples=["yaizu-aed"])
    within_m: float = Field(description="Metres, straight line", gt=0, le=100_000, allow_inf_nan=False, examples=[500])
    population: LayerId | None = Field(None, description="Layer with a column of population; null: area only")


class CoverageJob(CoverageQuestion):
    """The question whose answer is kept as a layer."""

    title: str | None = Field(None, min_length=1, max_length=200, description="Title of the layer")


class CoverageFigures(_Model):
    """The answer in numbers."""

    points: int = Field(description="Places that serve")
    within_m: float = Field(description="Metres, straight line")
    area_km2: float = Field(description="Area within reach")
    population: float | None = Field(description="People in all; null without a population layer")
    covered: float | None = Field(description="People within reach")
    share: float | None = Field(description="covered / population, 0 to 1")


class GeoJsonFeature(BaseModel):
    """A GeoJSON feature (RFC 7946)."""

    type: Literal["Feature"] = Field(description="Always Feature")
    geometry: dict[str, Any] | None = Field(description="GeoJSON geometry, longitude and latitude")
    properties: dict[str, Any] | None = Field(description="Its properties")


class GeoJsonCollection(BaseModel):
    """A GeoJSON feature collection (RFC 7946)."""

    type: Literal["FeatureCollection"] = Field(description="Always FeatureCollection")
    features: list[GeoJsonFeature] = Field(description="The features")


class CoverageAnswer(_Model):
    """What lies within reach, and the places left out, those with most people first."""

    figures: CoverageFigures = Field(description="The answer in numbers")
    area: GeoJsonFeature = Field(description="The area within reach")
    left_out: GeoJsonCollection = Field(description="Places left out; properties: rank, name, population, left_out")
    notes: list[Bilingual] = Field(description="How it was reckoned, and what it leaves aside")


class AccessJobRequest(_Model):
    """A question about public transport whose answer becomes a layer."""

    kind: Literal["accessibility"] = Field(description="Which work")
    parameters: dict[str, Any] = Field(description="As POST /api/accessibility, with `measure` and a `title`")


class JobRequest(_Model):
    """Long work whose result becomes a layer."""

    kind: Literal["coverage"] = Field(description="Which work")
    parameters: CoverageJob = Field(description="What it is asked")


class JobModel(_Model):
    """A job and how far it is."""

    id: str = Field(description="Id of the job")
    kind: str = Field(description="Which work")
    parameters: dict[str, Any] = Field(description="What it is asked")
    state: Literal["queued", "running", "done", "failed"] = Field(description="Where it stands")
    progress: float = Field(description="0 to 1", ge=0, le=1)
    message: Bilingual | None = Field(description="Why it failed")
    result: dict[str, Any] | None = Field(description="What it made: layer and version")
    queued_at: str = Field(description="When it was asked for, UTC")


class BackgroundModel(_Model):
    """A raster map from outside under the layers."""

    tiles: str = Field(description="URL template with {z}, {x}, {y}")
    attribution: str = Field(description="Whom to name as its source")


class SessionModel(_Model):
    """What the page must know before it starts."""

    viewer: Literal["public", "staff"] = Field(description="The public map, or the internal one")
    languages: list[Literal["ja", "en"]] = Field(description="Languages of the page")
    background: BackgroundModel | None = Field(description="null: nothing is loaded from outside")


class Health(_Model):
    """The server answers and can read its store."""

    status: Literal["ok"] = Field(description="Always ok; anything else is an error status")
    layers: int = Field(description="Layers that may be seen")


class ErrorBody(_Model):
    """What went wrong."""

    code: str = Field(description="Stable code", examples=["layer.unknown"])
    message: Bilingual = Field(description="One sentence for a person")
    position: int | None = Field(None, description="Of a filter: at which of its characters, from 1")


class ErrorAnswer(_Model):
    """The one shape of every error."""

    error: ErrorBody = Field(description="What went wrong")


def error_answer(description: str) -> dict[str, Any]:
    """How a route declares one of its errors."""
    return {"model": ErrorAnswer, "description": description}


COMMON_ERRORS: dict[int | str, dict[str, Any]] = {
    400: error_answer("Asked for by a name that is not ours"),
    500: error_answer("Something went wrong in the server; the message has the number to ask for"),
}
WRONG_PARAMETER: dict[int | str, dict[str, Any]] = {422: error_answer("A parameter is not right; the message says how")}


class Geoid(_Model):
    """Height of the geoid above the ellipsoid GRS80."""

    model: Literal["GSIGEO2011", "JPGEO2024"] = Field(description="The model that belongs to the data's vertical datum")
    height_m: float = Field(description="Metres above the ellipsoid")


class ElevationAnswer(_Model):
    """How high the ground is at a place, and how that is known."""

    lonlat: tuple[float, float] = Field(description="The place asked for")
    height_m: float = Field(description="Metres above the level of `vertical_datum`, in Japan T.P.")
    vertical_datum: str | None = Field(
        description="What the height is measured from; null where the data don't say",
        examples=["JGD2011 (vertical) / T.P."],
    )
    ellipsoidal_height_m: float | None = Field(
        description="Metres above the ellipsoid; null where no geoid model belongs to the data or covers the place"
    )
    geoid: Geoid | None = Field(description="The geoid there; null as above")
    resolution_m: float = Field(description="Metres of a cell's longer side on the ground")
    layer: str = Field(description="Id of the terrain that gave the height")
    version: str = Field(description="Its version")
    title: Bilingual = Field(description="Its title")
    attribution: str | None = Field(description="Whom to name as the source")
