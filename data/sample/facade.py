"""Pictures of walls and roofs, painted by rule: windows floor by floor, rows of tiles, gravel."""

from collections.abc import Callable, Mapping
from enum import StrEnum

import numpy as np

from data.sample.building import (
    APARTMENT,
    FACTORY,
    FARM,
    HOUSE,
    LIGHT_STEEL,
    SHOP,
    SHOP_APARTMENT,
    SHOP_HOUSE,
    SUPPLY,
    TRANSPORT,
    WOOD,
    WORKSHOP_HOUSE,
    Building,
)  # fmt: skip
from data.sample.image import Palette, Pixels, png

BAYS = 8
"""Windows side by side in a picture of a wall."""
BAY_PX = 32
VARIANTS = 3
_WALL, _LINE, _FRAME, _GLASS, _SKY, _DARK, _DOOR, _SIGN, _CURTAIN, _SHADE = range(10)
"""Colours of a wall by their place in its palette."""


class Style(StrEnum):
    HOUSE = "house"
    APARTMENT = "apartment"
    OFFICE = "office"
    SHOP = "shop"
    WORKS = "works"


class Covering(StrEnum):
    TILE = "tile"
    FLAT = "flat"


def style_of(what: Building) -> Style:
    if what.usage in (FACTORY, TRANSPORT, FARM, SUPPLY):
        return Style.WORKS
    if what.usage in (SHOP, SHOP_HOUSE, SHOP_APARTMENT):
        return Style.SHOP
    if what.usage in (HOUSE, WORKSHOP_HOUSE) or what.structure in (WOOD, LIGHT_STEEL):
        return Style.HOUSE
    return Style.APARTMENT if what.usage == APARTMENT else Style.OFFICE


def facade_name(style: Style, variant: int, storeys: int) -> str:
    return f"wall_{style}_{variant}_{storeys:02d}.png"


def roof_name(covering: Covering, variant: int) -> str:
    return f"roof_{covering}_{variant}.png"


def picture(name: str) -> bytes:
    """The PNG file of a `facade_name` or `roof_name`."""
    parts = name.removesuffix(".png").split("_")
    kind, variant = parts[1], int(parts[2])
    if parts[0] == "wall":
        return png(_facade(Style(kind), int(parts[3])), _WALLS[Style(kind)][variant])
    paint = _tiles if kind == Covering.TILE else _gravel
    return png(paint(), _ROOFS[Covering(kind)][variant])


def _facade(style: Style, storeys: int) -> Pixels:
    """`storeys` rows of bays, and a blank one on top for the gable of a house."""
    rows = storeys + 1 if style is Style.HOUSE else storeys
    pixels: Pixels = np.full((rows * BAY_PX, BAYS * BAY_PX), _WALL, dtype=np.uint8)
    _weather(pixels, style)
    for storey in range(storeys):
        top = (rows - 1 - storey) * BAY_PX
        for bay in range(BAYS):
            cell = pixels[top : top + BAY_PX, bay * BAY_PX : (bay + 1) * BAY_PX]
            _BAY[style](cell, storey, bay)
    return pixels


def _weather(pixels: Pixels, style: Style) -> None:
    """Boards, joints of panels, or ribs of sheet metal."""
    if style is Style.WORKS:
        pixels[:, ::4] = _LINE
    elif style is Style.HOUSE:
        pixels[::4] = _LINE
    else:
        pixels[:: BAY_PX // 2] = _LINE
        pixels[:, :: BAY_PX // 2] = _LINE


def _house_bay(cell: Pixels, storey: int, bay: int) -> None:
    if storey == 0 and bay in (2, 6):
        _box(cell, 6, 32, 9, 23, _FRAME)
        _box(cell, 8, 32, 11, 21, _DOOR)
    elif (bay + storey) % 4 != 3:
        _window(cell, 8, 22, 5, 27, curtain=(bay * 5 + storey * 3) % 4 == 0)


def _apartment_bay(cell: Pixels, storey: int, bay: int) -> None:
    _window(cell, 4, 24, 3, 29, curtain=(bay * 3 + storey * 7) % 3 == 0)
    _box(cell, 18, 30, 0, 32, _FRAME)
    cell[19:29, 1::3] = _SHADE
    cell[30:32] = _SHADE
    cell[:32, :1] = _LINE


def _office_bay(cell: Pixels, storey: int, bay: int) -> None:
    _box(cell, 5, 26, 0, 32, _GLASS)
    lit = (bay * 7 + storey * 11) % 5
    _box(cell, 5, 12 + lit, 2, 16, _SKY)
    _box(cell, 5, 9 + lit, 18, 30, _SKY if lit < 3 else _CURTAIN)
    cell[5:26, (0, 16, 31)] = _FRAME
    cell[(5, 25), :] = _DARK


def _shop_bay(cell: Pixels, storey: int, bay: int) -> None:
    if storey:
        _window(cell, 9, 23, 7, 25, curtain=(bay + storey) % 3 == 0)
        return
    _box(cell, 1, 9, 0, 32, _SIGN)
    _box(cell, 3, 7, 5, 27, _FRAME)
    _box(cell, 10, 32, 0, 32, _GLASS)
    _box(cell, 12, 22, 3, 29, _SKY)
    if bay % 4 == 1:
        _box(cell, 12, 32, 9, 24, _DOOR)
    cell[10:, (0, 31)] = _FRAME


def _works_bay(cell: Pixels, storey: int, bay: int) -> None:
    if storey == 0 and bay % 4 in (1, 2):
        _box(cell, 5, 32, 0, 32, _SHADE)
        cell[5::3] = _DARK
    else:
        _box(cell, 5, 12, 2, 30, _GLASS)
        cell[5:12, 2:30:7] = _FRAME


_BAY: Mapping[Style, Callable[[Pixels, int, int], None]] = {
    Style.HOUSE: _house_bay, Style.APARTMENT: _apartment_bay, Style.OFFICE: _office_bay, Style.SHOP: _shop_bay,
    Style.WORKS: _works_bay,
}  # fmt: skip


def _window(cell: Pixels, top: int, bottom: int, left: int, right: int, *, curtain: bool) -> None:
    _box(cell, top, bottom, left, right, _FRAME)
    _box(cell, top + 1, bottom - 1, left + 1, right - 1, _CURTAIN if curtain else _GLASS)
    _box(cell, top + 1, (top + bottom) // 2, left + 1, (left + right) // 2, _SKY)
    cell[top:bottom, (left + right) // 2] = _FRAME
    cell[min(bottom, 31), left:right] = _SHADE


def _box(cell: Pixels, top: int, bottom: int, left: int, right: int, colour: int) -> None:
    cell[top:bottom, left:right] = colour


def _tiles() -> Pixels:
    """Sixteen rows of pan tiles, each shifted by half a tile."""
    y, x = np.mgrid[0:128, 0:256]
    row = y // 8
    inside, along = y % 8, (x + 8 * (row % 2)) % 16
    shade = np.where(inside == 7, 3, np.where(along < 2, 2, (row * 7 + ((x + 8 * (row % 2)) // 16) * 5) % 2))
    return shade.astype(np.uint8)


def _gravel() -> Pixels:
    """Waterproofed concrete with joints and a darker rim."""
    y, x = np.mgrid[0:128, 0:128]
    grain = ((x * 7919 + y * 104_729 + x * y * 31) // 13) % 5 // 2
    shade = np.where((x % 32 == 0) | (y % 32 == 0), 3, grain)
    rim = (x < 4) | (y < 4) | (x > 123) | (y > 123)
    return np.where(rim, 2, shade).astype(np.uint8)


def _walls(*plain: tuple[int, int, int]) -> tuple[Palette, ...]:
    return tuple(
        (wall, _darker(wall, 0.93), (236, 236, 232), (92, 112, 128), (150, 178, 198), (62, 66, 72), (104, 78, 58),
         sign, (222, 214, 196), _darker(wall, 0.72))
        for wall, sign in zip(plain, ((176, 58, 46), (38, 92, 140), (56, 118, 74)), strict=True)
    )  # fmt: skip


def _darker(colour: tuple[int, int, int], share: float) -> tuple[int, int, int]:
    red, green, blue = (round(part * share) for part in colour)
    return red, green, blue


_WALLS: Mapping[Style, tuple[Palette, ...]] = {
    Style.HOUSE: _walls((226, 216, 196), (198, 190, 178), (168, 142, 112)),
    Style.APARTMENT: _walls((218, 206, 188), (190, 176, 164), (206, 210, 212)),
    Style.OFFICE: _walls((196, 200, 204), (172, 166, 158), (150, 160, 170)),
    Style.SHOP: _walls((214, 208, 200), (196, 184, 170), (182, 188, 180)),
    Style.WORKS: _walls((188, 196, 200), (172, 184, 172), (204, 198, 184)),
}
_ROOFS: Mapping[Covering, tuple[Palette, ...]] = {
    Covering.TILE: (
        ((92, 98, 106), (84, 90, 98), (70, 76, 84), (52, 56, 62)),
        ((132, 92, 76), (124, 84, 70), (104, 70, 58), (78, 52, 44)),
        ((82, 104, 112), (76, 96, 104), (62, 80, 88), (46, 60, 66)),
    ),
    Covering.FLAT: (
        ((178, 178, 174), (170, 170, 166), (158, 158, 154), (140, 140, 138)),
        ((162, 170, 164), (154, 162, 156), (142, 150, 146), (126, 134, 130)),
        ((188, 182, 172), (180, 174, 164), (166, 160, 152), (150, 144, 136)),
    ),
}
