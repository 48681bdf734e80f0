"""The table of ages by town has no coordinates: the towns' areas give them."""

import geopandas as gpd
import pytest
import shapely

from data.inspection import inspect_paths
from geo import Layer
from geo.population import Basis, split_population
from geo.town import TownJoin, join_towns
from geo.town_table import is_town_table, read_town_table
from tests.data.sample.conftest import Written


@pytest.fixture(scope="module")
def joined(written: Written) -> TownJoin:
    path = written.city.folder / "opendata/地域・年齢別人口/229997_population.csv"
    towns = gpd.read_file(written.city.folder / "admin/mihon_towns.geojson")
    return join_towns(read_town_table(path, name=path.name), Layer("towns", towns))


def test_the_table_of_ages_is_the_only_one_of_towns(written: Written) -> None:
    tables = [path for path in (written.city.folder / "opendata").rglob("*.csv") if is_town_table(path)]
    assert [path.name for path in tables] == ["229997_population.csv"]


def test_every_town_is_joined_with_the_people_and_ages_that_its_area_has(joined: TownJoin, written: Written) -> None:
    towns = {properties["code"]: properties for _, properties in written.geojson("mihon_towns")}
    assert joined.people == joined.people_joined == written.city.people
    assert len(joined.features) == len(towns)
    for row in joined.features.itertuples():
        town = towns[row.town_code]
        ages = (row.population_0_14, row.population_15_64, row.population_65plus)
        assert (row.town_name, row.population, row.households) == (town["name"], town["population"], town["households"])
        assert ages == (town["people_0_14"], town["people_15_64"], town["people_65"])


@pytest.mark.parametrize("column", ["population", "population_75plus"])
def test_the_people_of_towns_live_in_their_buildings(joined: TownJoin, written: Written, column: str) -> None:
    frame = gpd.GeoDataFrame(
        {
            "feature_id": [str(row) for row in range(len(written.buildings))],
            "usage_code": [feature.text("bldg:usage") for feature in written.buildings],
        },
        geometry=list(written.outlines),
        crs="EPSG:4326",
    )
    split = split_population(Layer("towns", joined.features), Layer("bldg", frame), column=column).features
    assert split["population"].sum() == joined.features[column].sum()
    by_town = split.groupby("cell_id")["population"].sum()
    whole = joined.features.set_index("feature_id")[column]
    assert (by_town - whole.reindex(by_town.index)).abs().max() == 0
    lived = split[(split["basis"] == Basis.BUILDING) & (split["population"] > 0)]
    inside = shapely.contains(
        joined.features.set_index("feature_id").geometry.reindex(lived["cell_id"]).to_numpy(),
        shapely.point_on_surface(lived.geometry.to_numpy()),
    )
    assert inside.mean() > 0.999  # a point may lie on a border


def test_lists_and_towns_are_read_without_a_fault(written: Written) -> None:
    found = inspect_paths([written.city.folder / "admin", written.city.folder / "opendata"])
    assert {one.rule for one in found.problems} == {"town.by_code", "town.sum"}
    assert (found.exit_status, found.kept_out) == (0, 0)
