"""Classes of water depth, judged by the texts of real codelists and the ministry's table."""

from math import inf

import pytest

from geo.citygml.depth import RANK_COLOURS, RANKS, DepthRange, colour_of_rank, parse_depth, rank_of_range
from geo.citygml.value import NotANumberError, parse_height, parse_storeys, parse_year


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.5m未満", (0, 0.5)),
        ("0.5m以上3m未満", (0.5, 3)),
        ("0.5m以上~3.0m未満", (0.5, 3)),
        ("0.5m〜3.0m", (0.5, 3)),
        ("20m以上", (20, inf)),
        ("0.01-0.3", (0, 0.3)),
        ("0.3-1", (0.3, 1)),
        ("20以上", (20, inf)),
        ("50cm未満", (0, 0.5)),
        ("10m以上20m未満", (10, 20)),
    ],
)
def test_texts_of_codelists_tell_depths_in_metres(text: str, expected: tuple[float, float]) -> None:
    assert parse_depth(text) == DepthRange(*expected)


@pytest.mark.parametrize("text", [None, "", "不明", "浸水", "ランク1", "3", "第4次"])
def test_other_texts_tell_no_depth(text: str | None) -> None:
    assert parse_depth(text) is None


def test_the_ministrys_classes_are_their_own_ranks() -> None:
    assert {rank: rank_of_range(depth) for rank, depth in RANKS.items()} == {rank: rank for rank in range(1, 7)}


def test_a_class_across_two_ranks_counts_as_the_worse() -> None:
    assert rank_of_range(DepthRange(0.3, 1)) == 2
    assert rank_of_range(DepthRange(2, 5)) == 3


def test_ranks_have_the_colours_of_the_national_hazard_portal() -> None:
    told = {rank: colour_of_rank(rank, depth.text.ja) for rank, depth in RANKS.items()}
    assert told == RANK_COLOURS
    assert told[1] == "#F7F5A9"
    assert told[6] == "#DC7ADC"


def test_the_classes_of_a_tsunami_codelist_have_colours_of_their_own() -> None:
    labels = ["0.01-0.3", "0.3-1", "1-2", "2-3", "3-5", "5-10", "10-20", "20以上"]
    colours = [colour_of_rank(rank, label) for rank, label in enumerate(labels, start=1)]
    assert len(set(colours)) == len(labels)


@pytest.mark.parametrize("text", ["-9999", "0", "9999", "nan", "inf", None])
def test_nonsense_is_no_height(text: str | None) -> None:
    assert parse_height(text) is None


def test_a_text_is_not_silently_no_height() -> None:
    with pytest.raises(NotANumberError):
        parse_height("high")


def test_years_and_storeys_that_stand_for_unknown_are_missing() -> None:
    assert [parse_year(text) for text in ("0001", "9999", "1981", "0607", "1981-06-01")] == [
        None,
        None,
        1981,
        607,
        1981,
    ]
    assert [parse_storeys(text) for text in ("9999", "-9999", "0", "12", "2.5")] == [None, None, 0, 12, None]
