"""The street network of a layer, ready for analyses: built once for the versions of its inputs, then memory-mapped.

    derived/network-<key>/     arrays of a geo.network.StreetNetwork

It is made of the OpenStreetMap extract that a layer of streets keeps beside its features, or of the centre lines of a
layer of roads (PLATEAU tran). Slopes come from the ground that the viewer may see; the versions of all terrain layers
that lie under the streets are inputs too.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import shapely

from data.errors import InvalidQueryError, UnknownLayerError
from data.ground import CODE as GROUND_CODE
from data.ground import ground
from data.record import LayerRecord
from data.store import Store
from data.streets import STREETS
from data.viewer import Viewer
from geo import GeometryType, Text
from geo.network import FORMAT, Heights, StreetNetwork, build_network_from_roads, read_osm_network

KIND = "network"
CODE = f"1.{FORMAT}"
"""Raised when the same layers give another network."""
_WALKED = ("tran:Road", "tran:Track", "tran:Square")
_TRIES = 5


def network_layers(store: Store, viewer: Viewer) -> list[LayerRecord]:
    """The layers that a network can be made of, extracts of OpenStreetMap first: they know more of who may pass."""
    records = store.layers(viewer)
    extracts = [record for record in records if _extract(store, record).exists()]
    return [*extracts, *(record for record in records if record not in extracts and _has_roads(store, record, viewer))]


def street_network(
    store: Store, layer_id: str, viewer: Viewer, *, slopes: bool = True, order: Sequence[str] = ()
) -> StreetNetwork:
    """The network of a layer's current version, built when nobody has asked for it yet.

    `slopes`: from the terrain that `viewer` may see (`order` as for `ground`); unknown where there is none.
    UnknownLayerError for a layer the viewer may not see; InvalidQueryError for one that holds no streets;
    UnreadableError when no street is left in it.
    """
    for _ in range(_TRIES):
        record = store.layer(layer_id, viewer)
        if not _is_source(store, record, viewer):
            raise _no_streets(record)
        terrain = list(_terrain_under(store, record, viewer)) if slopes else []
        try:
            return StreetNetwork.load(_folder(store, record, terrain, viewer, order))
        except (_ChangedError, FileNotFoundError, UnknownLayerError):
            # Another process has changed the layers meanwhile.
            if _are_current(store, [record, *terrain], viewer):
                raise
    raise RuntimeError("the layers change all the time")


class _ChangedError(Exception):
    pass


def _folder(
    store: Store, record: LayerRecord, terrain: list[LayerRecord], viewer: Viewer, order: Sequence[str]
) -> Path:
    def build(folder: Path) -> None:
        if not _are_current(store, [record, *terrain], viewer):
            raise _ChangedError
        heights = _heights(store, viewer, order) if terrain else None
        network = _built(store, record, viewer, heights)
        if not _are_current(store, [record, *terrain], viewer):
            raise _ChangedError
        network.save(folder)

    under = [one.id for one in terrain]
    trusted = [one for one in order if one in under]
    code = " ".join((CODE, "ground", GROUND_CODE, *trusted)) if terrain else CODE
    return store.derived(KIND, [record.id, *under], viewer, code=code, build=build)


def _built(store: Store, record: LayerRecord, viewer: Viewer, heights: Heights | None) -> StreetNetwork:
    extract = _extract(store, record)
    if extract.exists():
        return read_osm_network(extract, name=record.title.ja, heights=heights)
    features = store.features(record.id, viewer, record.version).features
    roads = features[features["feature_type"].isin(_WALKED)]
    return build_network_from_roads(roads, name=record.title.ja, heights=heights)


def _heights(store: Store, viewer: Viewer, order: Sequence[str]) -> Heights:
    surface = ground(store, viewer, order=order)
    if surface is None:
        raise _ChangedError
    return surface.sample


def _terrain_under(store: Store, record: LayerRecord, viewer: Viewer) -> Iterator[LayerRecord]:
    streets = shapely.box(*record.current.bounds.as_tuple())
    for one in store.layers(viewer):
        if one.current.role == "terrain" and streets.intersects(shapely.box(*one.current.bounds.as_tuple())):
            yield one


def _are_current(store: Store, records: list[LayerRecord], viewer: Viewer) -> bool:
    now = {record.id: record.version for record in store.layers(viewer)}
    return all(now.get(record.id) == record.version for record in records)


def _is_source(store: Store, record: LayerRecord, viewer: Viewer) -> bool:
    return _extract(store, record).exists() or _has_roads(store, record, viewer)


def _extract(store: Store, record: LayerRecord) -> Path:
    return store.folder(record) / STREETS


def _has_roads(store: Store, record: LayerRecord, viewer: Viewer) -> bool:
    names = {column.name for column in record.current.columns}
    if record.current.geometry is not GeometryType.POLYGON or not {"feature_type", "section_type"} <= names:
        return False
    types = pc.unique(store.column(record.id, "feature_type", viewer, record.version)["feature_type"])
    return bool(np.isin(types.to_pylist(), _WALKED).any())


def _no_streets(record: LayerRecord) -> InvalidQueryError:
    return InvalidQueryError(
        Text(
            f"レイヤー「{record.title.ja}」からは道路網を作れません。"
            "OpenStreetMapのファイル(.osm.pbf)かPLATEAUの道路(tran)のレイヤーを選んでください。"
            "以前のバージョンで取り込んだ道路網は、もう一度取り込んでください",
            f"no street network can be made of the layer {record.title.en!r}: choose one of an OpenStreetMap extract"
            " (.osm.pbf) or of PLATEAU roads (tran). Streets imported by an earlier version must be imported again",
        )
    )
