"""The commands feature, search and export."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from data import Viewer
from tests.web.conftest import Town

Machinami = Callable[..., Any]


def test_a_feature_is_shown_by_its_id(machinami: Machinami, town: Town) -> None:
    feature = town.store.feature("wards", 0, Viewer.SYSTEM)
    call = ("--store", town.store.path, "feature", "wards", feature["feature_id"])
    assert machinami(*call, "--json").json == feature
    shown = machinami(*call).out
    assert "population: 1200" in shown
    assert "東" in shown


def test_an_unknown_feature_is_told_in_words(machinami: Machinami, town: Town) -> None:
    told = machinami("--store", town.store.path, "feature", "wards", "nothing")
    assert told.status == 1
    assert "no feature nothing" in told.err


def test_features_are_listed_by_a_condition(machinami: Machinami, town: Town) -> None:
    call = ("--store", town.store.path, "search", "wards", "--filter", "population > 1000")
    assert machinami(*call, "--json").json["total"] == 1
    shown = machinami(*call, lang="ja").out
    assert "東" in shown
    assert "西" not in shown
    assert "1 件" in shown


def test_a_wrong_condition_is_told_with_its_place(machinami: Machinami, town: Town) -> None:
    told = machinami("--store", town.store.path, "search", "wards", "--filter", "population >")
    assert told.status == 1
    assert "at character 13" in told.err


@pytest.mark.parametrize("ending", ["gpkg", "parquet", "geojson", "csv"])
def test_a_part_of_a_layer_is_exported(ending: str, machinami: Machinami, town: Town, tmp_path: Path) -> None:
    out = tmp_path / f"out.{ending}"
    made = machinami("--store", town.store.path, "export", "wards", out, "--filter", "population > 1000", "--json")
    assert made.status == 0
    assert made.json["features"] == 1
    assert made.json["licence"] == "CC BY 4.0"
    assert all(Path(file).exists() for file in made.json["files"])
    read: Callable[..., Any] = {"parquet": gpd.read_parquet, "csv": pd.read_csv}.get(ending, gpd.read_file)
    assert read(out)["name"].tolist() == ["東"]


def test_a_file_in_the_way_is_kept_unless_told_otherwise(machinami: Machinami, town: Town, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("mine", encoding="utf-8")
    call = ("--store", town.store.path, "export", "wards", out)
    assert machinami(*call).status == 2
    assert out.read_text(encoding="utf-8") == "mine"
    assert machinami(*call, "--overwrite", "--crs", "plane").status == 0
    assert "wkt_epsg6676" in out.read_text(encoding="utf-8-sig").splitlines()[0]


@pytest.mark.parametrize("name", ["out.shp", "out", "none/out.csv"])
def test_a_file_that_cannot_be_written_is_wrong_usage(
    name: str, machinami: Machinami, town: Town, tmp_path: Path
) -> None:
    assert machinami("--store", town.store.path, "export", "wards", tmp_path / name).status == 2
