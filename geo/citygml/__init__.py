"""PLATEAU CityGML: the only place that knows lxml."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geo.citygml.codelist import find_codelists
    from geo.citygml.portrayal import portray
    from geo.citygml.reader import read_citygml
    from geo.citygml.title import titled

__all__ = ["find_codelists", "portray", "read_citygml", "titled"]

_MODULES = {
    "find_codelists": "geo.citygml.codelist",
    "portray": "geo.citygml.portrayal",
    "read_citygml": "geo.citygml.reader",
    "titled": "geo.citygml.title",
}


def __getattr__(name: str) -> Any:
    """Loads a module when somebody asks for what is in it: who portrays a layer needs nothing that reads files."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_MODULES[name]), name)
    return value
