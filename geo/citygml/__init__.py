"""PLATEAU CityGML: the only place that knows lxml."""

from geo.citygml.codelist import find_codelists
from geo.citygml.portrayal import portray
from geo.citygml.reader import read_citygml
from geo.citygml.title import titled

__all__ = ["find_codelists", "portray", "read_citygml", "titled"]
