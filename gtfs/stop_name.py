"""The name of a stop apart from the platform that some feeds write into it, and as what two spellings compare equal."""

import re
import unicodedata

_PLATFORM = r"(?:番?(?:のりば|乗り場|乗場)|番線|番ホーム|番バース)"
_BRACKETED = re.compile(rf"\s*[(\[〔【<]\s*([^()\[\]〔〕【】<>]{{1,8}}?)\s*{_PLATFORM}\s*[)\]〕】>]\s*$")
_TRAILING = re.compile(rf"\s*(?<![0-9A-Za-z])([0-9A-Za-z]{{1,2}}){_PLATFORM}\s*$")
_ALONE = re.compile(rf"^\s*([0-9A-Za-z]{{1,2}}){_PLATFORM}\s*$")

# Written both ways for one place: 関ケ原, 関ヶ原, 関が原.
_SMALL_KE = str.maketrans(dict.fromkeys("ヶケヵガが", "ケ"))
# The old form of a letter in one operator's data, today's in another's.
_OLD = "澤邊邉濱嶋瀧櫻條廣龍驛學國舊會壽榮縣彌齋藪靜惠實藏佛眞"
_NEW = "沢辺辺浜島滝桜条広竜駅学国旧会寿栄県弥斎薮静恵実蔵仏真"
_LETTERS = str.maketrans(_OLD, _NEW)
_DROPPED = re.compile(r"[\s・･,、.。'’`\-‐–—―ー]+")


def split_platform(name: str) -> tuple[str, str]:
    """`駅前(1番のりば)` is `駅前`, `1`; the second is empty where the name tells no platform."""
    plain = unicodedata.normalize("NFKC", name).strip()
    match = _BRACKETED.search(plain) or _TRAILING.search(plain)
    if match is None or not plain[: match.start()].strip():
        return name.strip(), ""
    return plain[: match.start()].strip(), match.group(1)


def platform_in(text: str) -> str:
    """`2` of a description that says nothing but `2番のりば`; empty for any other."""
    match = _ALONE.match(unicodedata.normalize("NFKC", text))
    return match.group(1) if match else ""


def name_key(name: str) -> str:
    """Equal for spellings of one name: full and half width, ヶ and ケ, old and new letters, spaces and dots."""
    plain = unicodedata.normalize("NFKC", split_platform(name)[0]).casefold()
    return _DROPPED.sub("", plain).translate(_LETTERS).translate(_SMALL_KE) or plain
