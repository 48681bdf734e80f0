"""Names of towns in a form in which different spellings of one name are equal.

Three tables of one city may write 大字みほん町一丁目, みほん町１丁目 and みほん町1丁目, or 光ヶ丘, 光ケ丘 and 光が丘.
"""

import re
import unicodedata
from collections.abc import Iterable

_NUMERALS = "〇一二三四五六七八九"
_KANJI_NUMBER = re.compile(r"[〇一二三四五六七八九十百]+(?=丁目|丁|条|線|号|番|区|地割)")
_CHOME = re.compile(r"(\d+)丁目")
_BETWEEN = r"(?<=[々一-鿿]){}(?=[々一-鿿])"
_GA = re.compile(_BETWEEN.format("[ヶケがガヵカゖゕ]"))
_NO = re.compile(_BETWEEN.format("[のノ之乃]"))
_OAZA, _AZA = re.compile(r"^(?:大字|字)"), re.compile(r"(?<=.)(?<!文)小?字(?=.)")
_DASHES = re.compile(r"[‐‑‒–—―−ｰ]")


def town_key(name: str, within: Iterable[str] = ()) -> str:
    """`within`: names of the prefecture and the municipality, which some tables write before the town's."""
    text = _DASHES.sub("-", "".join(unicodedata.normalize("NFKC", name).casefold().split()))
    for outer in within:
        text = text.removeprefix("".join(unicodedata.normalize("NFKC", outer).casefold().split())) or text
    text = _AZA.sub("", _OAZA.sub("", text) or text)
    text = _KANJI_NUMBER.sub(lambda found: str(kanji_number(found.group())), text)
    return _CHOME.sub(r"\1", _NO.sub("ノ", _GA.sub("ケ", text)))


def kanji_number(text: str) -> int:
    """十二 is 12, 二十 is 20, 百三 is 103; digits without tens stand for themselves (一〇 is 10)."""
    if not set(text) & set("十百"):
        return int("".join(str(_NUMERALS.index(one)) for one in text))
    total, digit = 0, 0
    for one in text:
        if one in "十百":
            total += (digit or 1) * (10 if one == "十" else 100)
            digit = 0
        else:
            digit = _NUMERALS.index(one)
    return total + digit
