"""A layer as the API, and `--json` on the command line, tell it: the store's record and where to go from it."""

from typing import Any

from data import LayerRecord, Store, Viewer
from geo import Problem


def layer_links(record: LayerRecord) -> dict[str, str | None]:
    is_vector = record.current.kind == "vector"
    own, tiles, version = f"/api/layers/{record.id}", f"/tiles/{record.id}", record.version
    return {
        "self": own,
        "tilejson": f"{tiles}/tilejson.json",
        "tiles": f"{tiles}/{version}/{{z}}/{{x}}/{{y}}.{'pbf' if is_vector else 'webp'}",
        "features": f"{own}/features/{{fid}}?version={version}" if is_vector else None,
        "search": f"{own}/features?version={version}" if is_vector else None,
        "export": f"{own}/export?version={version}&format={{format}}" if is_vector else None,
        "column": f"{own}/columns/{{name}}?version={version}" if is_vector else None,
        "pmtiles": f"{tiles}/{version}.pmtiles" if is_vector else None,
        "terrain": f"{tiles}/terrain.json" if record.current.role == "terrain" else None,
        "tileset": f"/tilesets/{record.id}/{version}/tileset.json" if record.current.tileset else None,
        "problems": f"{own}/problems",
    }


def layer_json(record: LayerRecord, visible: frozenset[str]) -> dict[str, Any]:
    """`visible`: ids that the viewer may know. A recipe that names any other layer is not told."""
    shown = {**record.as_json(), "links": layer_links(record)}
    if not visible.issuperset(_inputs(record)):
        shown["recipe"] = None
    return shown


def layer_detail(store: Store, record: LayerRecord, viewer: Viewer) -> dict[str, Any]:
    visible = visible_ids(store, viewer)
    full = record.as_full_json()
    return {
        **layer_json(record, visible),
        "counts": full["counts"],
        "levels": full["levels"],
        "files": full["files"],
        "problems_by_rule": store.problem_list(record.id, viewer).by_rule(),
        "lineage": {
            "previous": list(record.previous),
            "made_with": [name for name in record.current.made_with if name in visible and name != record.id],
            "inputs": [
                {"layer": name, "version": version} for name, version in _inputs(record).items() if name in visible
            ],
        },
    }


def visible_ids(store: Store, viewer: Viewer) -> frozenset[str]:
    return frozenset(record.id for record in store.layers(viewer))


def _inputs(record: LayerRecord) -> dict[str, str]:
    recipe = record.current.recipe
    return dict(recipe["inputs"]) if recipe else {}


def problem_json(problem: Problem) -> dict[str, Any]:
    return {
        "rule": problem.rule,
        "severity": problem.severity.value,
        "file": problem.file,
        "feature": problem.feature,
        "line": problem.line,
        "lonlat": list(problem.lonlat) if problem.lonlat else None,
        "message": {"ja": problem.message("ja"), "en": problem.message("en")},
    }
