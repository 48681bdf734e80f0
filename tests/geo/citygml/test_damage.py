"""Damaged files: whatever was done to one, it is refused with its place, or every feature of it is accounted for."""

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from geo import UnreadableError
from geo.level_count import sum_levels
from tests.geo.citygml.city import account, read
from tests.shared_data import shared_data

FILES = (
    "plateau/yokosuka_iur/udx/bldg/52397519_bldg_6697_op.gml",
    "plateau/mixed_iur30/udx/wwy/52397598_wwy_6697.gml",
    "plateau/mixed_iur30/udx/gen/53392565_gen_6697.gml",
    "plateau/citygml3_iur40/udx/tran/53394503_tran_6697_op.gml",
)


def cut(text: str, chance: random.Random) -> str:
    return text[: chance.randrange(len(text))]


def without_a_piece(text: str, chance: random.Random) -> str:
    begin = chance.randrange(len(text))
    return text[:begin] + text[begin + chance.randrange(1, 400) :]


def with_tags_exchanged(text: str, chance: random.Random) -> str:
    """Well-formed, with elements where none of their kind belongs."""
    names = sorted(set(re.findall(r"<([a-zA-Z]+:[a-zA-Z0-9]+)", text)) - {"core:CityModel"})
    first, second = chance.sample(names, 2)
    text = re.sub(rf"(</?){first}(?=[\s/>])", r"\1core:swap", text)
    text = re.sub(rf"(</?){second}(?=[\s/>])", rf"\1{first}", text)
    return re.sub(r"(</?)core:swap(?=[\s/>])", rf"\1{second}", text)


def with_wrong_numbers(text: str, chance: random.Random) -> str:
    wrong = ("NaN", "inf", "-9999", "1e999", "", "x", "1 2", "\uff11\uff12")
    numbers = list(re.finditer(r"(?<=[\s>])-?\d+\.\d+(?=[\s<])", text))
    for found in sorted(chance.sample(numbers, min(5, len(numbers))), key=lambda one: -one.start()):
        text = text[: found.start()] + chance.choice(wrong) + text[found.end() :]
    return text


def with_attributes_gone(text: str, chance: random.Random) -> str:
    wanted = chance.choice(("gml:id", "xlink:href", "uom", "codeSpace", "ring", "uri", "srsName", "srsDimension"))
    return re.sub(rf'\s{wanted}="[^"]*"', lambda found: "" if chance.random() < 0.3 else found[0], text)


@pytest.mark.parametrize(
    "damage", [cut, without_a_piece, with_tags_exchanged, with_wrong_numbers, with_attributes_gone]
)
@pytest.mark.parametrize("path", FILES)
def test_a_damaged_file_is_refused_or_accounted_for(
    tmp_path: Path, path: str, damage: Callable[[str, random.Random], str]
) -> None:
    source = shared_data(path)
    text = source.read_text(encoding="utf-8")
    for seed in range(8):
        broken = tmp_path / f"{seed}_{source.name}"
        broken.write_text(damage(text, random.Random(f"{path} {seed}")), encoding="utf-8")
        try:
            batches = read(broken)
        except UnreadableError:
            continue
        kept_out = sum(one for _, _, one in account(batches).values())
        assert len([one for batch in batches for one in batch.problems if one.keeps_out]) >= (kept_out > 0)
        levels = sum_levels(one for batch in batches for one in batch.levels)
        assert not [one for one in levels if one.unaccounted or min(one.stored, one.kept_out, one.set_aside) < 0]
        told = {one.feature for batch in batches for one in batch.problems}
        assert len(told) >= max((one.kept_out for one in levels), default=0) or None in told
        for batch in batches:
            assert batch.features.is_valid.all()
            if batch.surfaces is not None:
                assert set(batch.surfaces.row) <= set(range(len(batch.features)))
                batch.surfaces.to_table()
