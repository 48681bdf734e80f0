"""FG-GML DEM by the published format (基盤地図情報ダウンロードデータ ファイル仕様書 5.0)."""

from pathlib import Path

import numpy as np
import pytest

from geo import UnreadableError
from geo.geoid import GeoidModel, geoid_model
from geo.grid import GridFile
from geo.mesh import mesh_bounds
from geo.terrain import TerrainPiece, is_fg_dem, is_tin, read_fg_dem
from geo.terrain.mosaic import mosaic

HEIGHTS = """地表面,10.10
地表面,10.20
表層面,10.30
海水面,-9999.
データなし,-9999.00
内水面,11.20
その他,11.30
地表面,-0.50"""
CORNERS = ("35.1 138.85", "35.10016666666666666667 138.85022222222222222222")


def fg_dem(
    heights: str = HEIGHTS, start: str = "1 0", size: str = "3 2", datum: str = "jgd2011.bl", rule: str = "Linear",
    order: str = "+x-y", corners: tuple[str, str] = CORNERS,
) -> str:  # fmt: skip
    """A mesh of 4 columns and 3 rows over 0.8 x 0.6 seconds of arc."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Dataset xsi:schemaLocation="http://fgd.gsi.go.jp/spec/2008/FGD_GMLSchema FGD_GMLSchema.xsd"
 xmlns:gml="http://www.opengis.net/gml/3.2" xmlns="http://fgd.gsi.go.jp/spec/2008/FGD_GMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xlink="http://www.w3.org/1999/xlink" gml:id="Dataset1">
<gml:description>基盤地図情報メタデータ ID=fmdid:15-3101</gml:description>
<gml:name>基盤地図情報ダウンロードデータ(GML版)</gml:name>
<DEM gml:id="DEM001"><fid>fgoid:10-00100-15-60101-52385628</fid><lfSpanFr gml:id="DEM001-1">
<gml:timePosition>2016-10-01</gml:timePosition></lfSpanFr><orgGILvl>0</orgGILvl><orgMDId>H26G0210</orgMDId>
<type>5mメッシュ(標高)</type><mesh>52385628</mesh><coverage gml:id="DEM001-3"><gml:boundedBy>
<gml:Envelope srsName="fguuid:{datum}"><gml:lowerCorner>{corners[0]}</gml:lowerCorner>
<gml:upperCorner>{corners[1]}</gml:upperCorner></gml:Envelope></gml:boundedBy>
<gml:gridDomain><gml:Grid gml:id="DEM001-4" dimension="2"><gml:limits><gml:GridEnvelope><gml:low>0 0</gml:low>
<gml:high>{size}</gml:high></gml:GridEnvelope></gml:limits>
<gml:axisLabels>x y</gml:axisLabels></gml:Grid></gml:gridDomain>
<gml:rangeSet><gml:DataBlock><gml:rangeParameters><gml:QuantityList uom="DEM構成点"/></gml:rangeParameters>
<gml:tupleList>
{heights}
</gml:tupleList></gml:DataBlock></gml:rangeSet><gml:coverageFunction><gml:GridFunction>
<gml:sequenceRule order="{order}">{rule}</gml:sequenceRule><gml:startPoint>{start}</gml:startPoint></gml:GridFunction>
</gml:coverageFunction></coverage></DEM></Dataset>
"""


def read(tmp_path: Path, text: str) -> TerrainPiece:
    path = tmp_path / "FG-GML-5238-56-28-DEM5A-20161001.xml"
    path.write_text(text, encoding="utf-8")
    assert is_fg_dem(path)
    assert not is_tin(path, path.name)
    return read_fg_dem(path, tmp_path / "piece.tif", name=path.name)


def test_values_run_from_the_north_west_and_begin_at_the_start_point(tmp_path: Path) -> None:
    piece = read(tmp_path, fg_dem())
    grid = GridFile(piece.path).read()
    assert grid is not None
    nan = np.nan
    expected = [[nan, 10.1, 10.2, 10.3], [nan, nan, 11.2, 11.3], [-0.5, nan, nan, nan]]
    assert grid.values == pytest.approx(np.array(expected), abs=1e-6, nan_ok=True)
    assert grid.frame.bounds.as_tuple() == pytest.approx((138.85, 35.1, 138.85 + 0.8 / 3600, 35.1 + 0.6 / 3600))
    assert grid.sample(np.array([[138.85 + 0.3 / 3600, 35.1 + 0.5 / 3600]])) == pytest.approx([10.1], abs=1e-4)


@pytest.mark.parametrize(
    ("datum", "vertical", "model"),
    [
        ("jgd2011.bl", "JGD2011 (vertical) / T.P.", GeoidModel.GSIGEO2011),
        ("jgd2024.bl", "JGD2024 (vertical) / T.P.", GeoidModel.JPGEO2024),
        ("jgd2000.bl", "JGD2000 (vertical) / T.P.", None),
    ],
)
def test_the_vertical_datum_is_the_one_that_the_file_declares(
    tmp_path: Path, datum: str, vertical: str, model: GeoidModel | None
) -> None:
    piece = read(tmp_path, fg_dem(datum=datum))
    assert GridFile(piece.path).vertical_datum == vertical
    assert geoid_model(vertical) is model
    assert [problem.rule for problem in piece.problems] == (["crs.jgd2000"] if "2000" in datum else [])


@pytest.mark.parametrize(
    "text",
    [
        fg_dem(start="9 9"),
        fg_dem(heights=HEIGHTS * 3),
        fg_dem(heights="地表面,10.1\n地表面,高い"),
        fg_dem(size="x y"),
        fg_dem(size="99999999 9"),
        fg_dem(rule="Boustrophedonic"),
        fg_dem(order="+x+y"),
    ],
)
def test_a_file_against_the_format_is_refused_with_a_reason(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(tmp_path, text)
    assert caught.value.problem.rule == "terrain.fg_dem"


def test_meshes_whose_corners_are_cut_to_nine_digits_join_without_being_moved(tmp_path: Path) -> None:
    """As GSI writes them: 5 m meshes of 225 x 150 cells of 0.2 seconds, corners such as 33.508333333."""
    west, north = mesh_bounds("50302300"), mesh_bounds("50302311")
    assert (west.west, west.south) == pytest.approx((130.375, 33.5))
    assert (north.west, north.south) == pytest.approx((130.3875, 33.508333333), abs=1e-8)
    files = [
        ("50302300", ("33.5 130.375", "33.508333333 130.3875")),
        ("50302311", ("33.508333333 130.3875", "33.516666667 130.4")),
    ]
    pieces = []
    heights = np.round(np.random.default_rng(1).uniform(0, 500, (2, 150, 225)), 2)
    for (mesh, corners), values in zip(files, heights, strict=True):
        path = tmp_path / f"FG-GML-5030-23-{mesh[-2:]}-DEM5A-20161001.xml"
        lines = "\n".join(f"地表面,{value:.2f}" for value in values.ravel())
        path.write_text(fg_dem(lines, "0 0", "224 149", corners=corners), encoding="utf-8")
        pieces.append(read_fg_dem(path, tmp_path / f"{mesh}.tif", name=path.name).path)
    mosaic(pieces, tmp_path / "grid.tif", name="test")
    grid = GridFile(tmp_path / "grid.tif").read()
    assert grid is not None
    assert grid.values.shape == (300, 450)
    assert np.array_equal(grid.values[150:, :225], heights[0].astype(np.float32))
    assert np.array_equal(grid.values[:150, 225:], heights[1].astype(np.float32))
    assert np.isnan(grid.values[:150, :225]).all()


def test_an_unknown_datum_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(tmp_path, fg_dem(datum="tokyo.bl"))
    assert caught.value.problem.rule == "crs.unknown"


def test_entities_are_refused(tmp_path: Path) -> None:
    text = fg_dem().replace("<Dataset", '<!DOCTYPE Dataset [<!ENTITY a "b">]><Dataset', 1)
    with pytest.raises(UnreadableError) as caught:
        read(tmp_path, text)
    assert caught.value.problem.rule == "xml.entity"


def test_other_files_of_the_base_map_are_no_terrain(tmp_path: Path) -> None:
    path = tmp_path / "FG-GML-523856-RdEdg.xml"
    path.write_text(fg_dem().replace("DEM ", "RdEdg ").replace("</DEM>", "</RdEdg>"), encoding="utf-8")
    assert not is_fg_dem(path)
