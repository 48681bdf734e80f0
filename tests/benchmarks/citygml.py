"""Reading PLATEAU CityGML alone: MB/s of processor time per real file, with outlines, columns, all attributes; and the
attributes of a feature, from its text and from its elements."""

import time
from pathlib import Path

import pytest

from geo.citygml import find_codelists, read_citygml
from geo.citygml.attribute import AttributeReader
from geo.citygml.codelist import Codelists
from geo.citygml.document import MEMBERS
from geo.citygml.element import GML_ID
from geo.citygml.member import stream_members
from geo.citygml.plain import PlainFeatures
from tests.shared_data import shared_data

REPEATS = 5
ATTRIBUTES = "komatsu_2024/54363371_bldg_6697.gml"
FILES = (
    "bldg_lod1/51311568_bldg_6697_op.gml",
    "bldg_lod1/53375768_bldg_6697_op.gml",
    "bldg_lod1/53395404_bldg_6697_op.gml",
    "komatsu_2024/54363371_bldg_6697.gml",
    "numazu_2021_iur15/udx/tnm/22_4/523856_tnm_6697_op.gml",
    "numazu_2021_iur15/udx/fld/natl/kanogawa_kanogawa/52385628_fld_6697_l2_op.gml",
    "numazu_2021_iur15/udx/lsld/523856_lsld_6668_op.gml",
    "numazu_iur30/udx/luse/523836_luse_6668_op.gml",
    "tsukuba_tran/54401018_tran_6697_op.gml",
    "yokosuka_iur/udx/bldg/52397519_bldg_6697_op.gml",
    "mixed_iur30/udx/brid/hodokyo_51324378_brid_6697.gml",
    "mixed_iur30/udx/ubld/51324378_ubld_6697.gml",
    "mixed_iur30/udx/veg/52385628_veg_6697_op.gml",
)


def run() -> dict[str, float]:
    """The best of some repeats, since the files are small and the first reading imports PROJ."""
    figures: dict[str, float] = {}
    for file in FILES:
        try:
            path = shared_data(f"plateau/{file}")
        except pytest.skip.Exception:
            continue
        seconds, features = min(_read(path) for _ in range(REPEATS))
        name = path.stem.removesuffix("_op")
        figures[f"{name}_mb_per_s"] = round(path.stat().st_size / 1e6 / seconds, 1)
        figures[f"{name}_features_per_s"] = round(features / seconds)
    for name, is_text in (("text", True), ("elements", False)):
        path = shared_data(f"plateau/{ATTRIBUTES}")
        figures[f"attributes_from_{name}_us"] = round(
            min(_attributes(path, is_text=is_text) for _ in range(REPEATS)), 1
        )
    return figures


def _attributes(path: Path, *, is_text: bool) -> float:
    """Microseconds of processor time for each feature."""
    reader, plain = AttributeReader(path.name, Codelists(path)), PlainFeatures()
    seconds, features = 0.0, 0
    for member in stream_members(path, path.name, (), lambda opened: None, plain):
        if member.tag in MEMBERS:
            text = plain.texts.take(member)
            began = time.process_time()
            reader.read(member[0], member[0].get(GML_ID), 1, text if is_text else None)
            seconds, features = seconds + time.process_time() - began, features + 1
    return 1e6 * seconds / features


def _read(path: Path) -> tuple[float, int]:
    """Seconds of processor time, and features."""
    began = time.process_time()
    batches = read_citygml(path, name=path.name, codelists=find_codelists(path))
    features = sum(len(batch.features) for batch in batches)
    return time.process_time() - began, features
