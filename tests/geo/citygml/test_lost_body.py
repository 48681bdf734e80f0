"""A level of detail of which no face is right is told, though its feature is stored."""

from pathlib import Path

from tests.geo.citygml.city import SQUARE, building, city_model, footprint, polygon, problems, read, surfaces, write

ROOF = (
    "<bldg:boundedBy><bldg:RoofSurface><bldg:lod2MultiSurface>{}</bldg:lod2MultiSurface>"
    "</bldg:RoofSurface></bldg:boundedBy>"
)


def test_lod2_whose_every_face_is_wrong_is_told_and_the_outline_stays(tmp_path: Path) -> None:
    inside = ROOF.format(surfaces(polygon("35.10 138.86 5 35.10 138.87 5"), polygon("35.10 138.86 5")))
    batches = read(write(tmp_path, city_model(building(shape=f"{footprint()}{inside}"))))
    assert sum(len(batch.features) for batch in batches) == 1
    (told,) = problems(batches, "citygml.face")
    assert (told.feature, told.parameters["lod"], told.parameters["count"]) == ("b1", "LOD2", "2")


def test_lod2_with_one_right_face_is_stored_and_the_wrong_one_told(tmp_path: Path) -> None:
    right = SQUARE.replace(" 0 ", " 5 ").removesuffix("0") + "5"
    inside = ROOF.format(surfaces(polygon(right), polygon("35.10 138.86 5")))
    batches = read(write(tmp_path, city_model(building(shape=f"{footprint()}{inside}"))))
    assert [batch.surfaces.lod.tolist() for batch in batches if batch.surfaces] == [[2]]
    (told,) = problems(batches, "citygml.face")
    assert told.parameters["count"] == "1"
