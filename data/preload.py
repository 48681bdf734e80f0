"""What a process that reads and tiles needs, loaded once: workers are forked from a process that has imported this."""

from importlib import import_module

for _name in ("data.reading", "data.stage", "geo.check", "geo.citygml.number", "tiles.tileset"):
    import_module(_name)
