"""What a process that reads and tiles needs, loaded once: workers are forked from a process that has imported this."""

import gc
from importlib import import_module

from numpy import int64, zeros

gc.disable()  # Modules make no garbage; looking for some takes a seventh of the time of loading them.
for _name in (
    "data.reading",
    "data.layer_merge",
    "tiles.vector",
    "geo.check",
    "geo.citygml.number",
    "tiles.tileset.step",
):
    import_module(_name)
# The first call of any compiled function loads the compiler: 0.3 s and 23 MB, here once and not in each worker.
import_module("tiles.tileset.mesh").ranges(zeros(1, int64), zeros(1, int64))
gc.freeze()  # Workers share these pages for as long as nobody looks at what lies there.
gc.enable()
