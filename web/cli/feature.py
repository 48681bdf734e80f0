"""Commands about single features and selections: feature, search, export."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from geo import Text
from web import message
from web.cli.call import Call
from web.cli.layer import Json, Layer
from web.errors import UsageError

Filter = Annotated[
    str | None, typer.Option("--filter", metavar="CQL2", help='Condition on columns, such as "height_m >= 31".')
]
Words = Annotated[str | None, typer.Option("--words", "-q", help="Words in a feature's id or texts.")]
Box = Annotated[str | None, typer.Option("--bbox", metavar="W,S,E,N", help="Features that meet this box, in degrees.")]

_ENDINGS = ("gpkg", "parquet", "geojson", "csv")


def show_feature(
    context: typer.Context,
    layer: Layer,
    feature_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the feature, such as its gml:id.")],
    json: Json = False,
) -> None:
    """Show one feature with all its attributes."""
    from data import Viewer

    call = Call.of(context)
    feature = call.existing_store().feature_by_id(layer, feature_id, Viewer.SYSTEM)
    if json:
        call.say_json(feature)
        return
    call.out.print(f"{feature['feature_id']}  {feature['geometry_type']}", markup=False)
    for line in _lines(call, feature["attributes"], "  "):
        call.out.print(line, markup=False)


def _lines(call: Call, nodes: Sequence[Mapping[str, Any]], indent: str) -> Iterator[str]:
    for node in nodes:
        title = node.get("title")
        name = title[call.language] if title else node["name"]
        if "items" in node:
            yield f"{indent}{name}"
            yield from _lines(call, node["items"], indent + "  ")
        else:
            label = f"{node['label']} ({node['value']})" if node.get("label") else str(node.get("value"))
            yield f"{indent}{name}: {label} {node.get('unit') or ''}".rstrip()


def search_features(
    context: typer.Context,
    layer: Layer,
    filter: Filter = None,
    words: Words = None,
    bbox: Box = None,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=10_000)] = 20,
    json: Json = False,
) -> None:
    """List the features that fulfil a condition."""
    from data import Viewer
    from web.cli.head import build_table

    call = Call.of(context)
    found = call.existing_store().search(layer, _asked(filter, words, bbox), Viewer.SYSTEM, limit=limit)
    if json:
        call.say_json(found)
        return
    table = build_table(call, "fid", "id", "name", right=("fid",))
    for one in found["features"]:
        table.add_row(str(one["fid"]), one["feature_id"] or "", one["title"] or "")
    call.out.print(table)
    call.say(message.FOUND, total=f"{found['total']:,}", shown=f"{len(found['features']):,}")


def export_layer(
    context: typer.Context,
    layer: Layer,
    path: Annotated[Path, typer.Argument(metavar="OUT", help="File to write: .gpkg, .parquet, .geojson or .csv.")],
    filter: Filter = None,
    words: Words = None,
    bbox: Box = None,
    crs: Annotated[
        str | None,
        typer.Option(metavar="EPSG", help="EPSG:4326 (default), 6668 to 6692, or plane: the one that fits the layer."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace OUT where it exists.")] = False,
    json: Json = False,
) -> None:
    """Write a layer, or the part that fulfils a condition, to a file for other programs."""
    from data import Viewer, write_export

    call = Call.of(context)
    format = _format(path, overwrite=overwrite)
    store = call.existing_store()
    export = store.export(layer, _asked(filter, words, bbox), Viewer.SYSTEM, crs=crs)
    files = write_export(export, format, path)
    if json:
        call.say_json({**export.terms(), "features": len(export.fids), "files": [str(file) for file in files]})
    else:
        call.say(message.EXPORTED, features=f"{len(export.fids):,}", files=", ".join(map(str, files)))


def _asked(filter: str | None, words: str | None, bbox: str | None) -> Any:
    from data import Search, parse_box

    return Search(filter, words, parse_box(bbox) if bbox is not None else None)


def _format(path: Path, *, overwrite: bool) -> Any:
    from data import Format

    ending = path.suffix.removeprefix(".").lower()
    if ending not in _ENDINGS:
        listed = ", ".join(f".{one}" for one in _ENDINGS)
        raise UsageError(Text(f"{path}: ファイル名の末尾は {listed} のいずれかです", f"{path} must end with {listed}"))
    if path.exists() and not overwrite:
        raise UsageError(
            Text(f"{path} はすでにあります(--overwrite で上書き)", f"{path} exists (--overwrite replaces it)")
        )
    if not path.parent.is_dir():
        raise UsageError(Text(f"フォルダー {path.parent} がありません", f"there is no folder {path.parent}"))
    return Format(ending)


COMMANDS: Mapping[str, Callable[..., None]] = {
    "feature": show_feature,
    "search": search_features,
    "export": export_layer,
}
