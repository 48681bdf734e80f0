"""What can go wrong in tiles.

TilesError
├── InvalidTileCoordError   a cell that is not on the grid of its zoom
├── DamagedArchiveError     a PMTiles file that can't be read
├── DamagedTilesetError     a 3TZ file that can't be read
├── OffGeoidError           a height where the geoid is not known
├── UnreadableGridError     a grid that can't be drawn
├── EmptyInputError         nothing to tile
├── SceneError              layers that can't be drawn in one file
└── TilingError             tippecanoe failed, or lost features

Every error carries a `text` in both languages; its `str` is the English one.
"""

from pathlib import Path

from geo import Text


class TilesError(Exception):
    """Every error of this package. It may travel between processes, whatever its class is made from."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text

    def __reduce__(self) -> tuple[object, ...]:
        return _restored, (type(self), self.args, self.__dict__)


def _restored(kind: type[TilesError], args: tuple[str, ...], state: dict[str, object]) -> TilesError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class InvalidTileCoordError(TilesError):
    pass


class DamagedArchiveError(TilesError):
    def __init__(self, path: Path, reason: Text) -> None:
        super().__init__(
            Text(
                f"PMTilesファイル「{path.name}」を読めません: {reason.ja}",
                f"can't read the PMTiles file {path.name}: {reason.en}",
            )
        )


class DamagedTilesetError(TilesError):
    def __init__(self, path: Path) -> None:
        super().__init__(Text(f"3TZファイル「{path.name}」を読めません", f"can't read the 3TZ file {path.name}"))


class OffGeoidError(TilesError):
    def __init__(self, lon: float, lat: float, model: str) -> None:
        self.lon, self.lat, self.model = lon, lat, model
        place = f"{lon:.5f}, {lat:.5f}"
        super().__init__(
            Text(f"{place} は{model}の範囲外で、ジオイド高がありません", f"{model} has no geoid height at {place}")
        )


class UnreadableGridError(TilesError):
    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            Text(f"ラスタ「{path.name}」を描画できません: {reason}", f"can't draw the grid {path.name}: {reason}")
        )


class EmptyInputError(TilesError):
    def __init__(self, path: Path) -> None:
        super().__init__(Text(f"「{path.name}」には地物がありません", f"{path.name} has no features to tile"))


class SceneError(TilesError):
    pass


class TilingError(TilesError):
    pass
