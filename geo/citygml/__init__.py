"""PLATEAU CityGML: the only place that knows lxml."""

from geo.citygml.codelist import find_codelists
from geo.citygml.reader import read_citygml

__all__ = ["find_codelists", "read_citygml"]
