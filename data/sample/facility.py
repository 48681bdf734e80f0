"""Places the public knows: schools, clinics, halls; found among the buildings as these are written."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from data.sample.block import Site
from data.sample.gml import feature_id
from data.sample.gml_building import address
from data.sample.name import SURNAMES, Words, katakana
from data.sample.stock import Built, Hazards
from data.sample.town import Town


@dataclass(frozen=True, slots=True)
class Facility:
    kind: str
    """A `Site` value, or `clinic`, `kindergarten`, `care_home`, `convenience`."""
    name: str
    kana: str
    """Katakana."""
    english: str
    place: tuple[float, float]
    """Longitude, latitude."""
    address: str
    ground_m: float
    hazards: Hazards
    storeys: int
    area_m2: float
    lucky: float
    """0..1, fixed for each facility."""


_LIMITS = {"clinic": 34, "kindergarten": 14, "care_home": 16, "convenience": 30}
_CLINIC = (
    ("内科クリニック", "ナイカクリニック", "Internal Medicine Clinic", "内科"),
    ("歯科医院", "シカイイン", "Dental Clinic", "歯科"),
    ("整形外科", "セイケイゲカ", "Orthopaedic Clinic", "整形外科"),
    ("小児科", "ショウニカ", "Children's Clinic", "小児科"),
    ("眼科", "ガンカ", "Eye Clinic", "眼科"),
    ("医院", "イイン", "Clinic", "内科,外科"),
)
_SITE_NAMES: dict[Site, tuple[str, str, str, str]] = {
    # Before the town's name, after it, and the same in English.
    Site.ELEMENTARY: ("みほん市立", "小学校", "ショウガッコウ", "{} Elementary School"),
    Site.JUNIOR_HIGH: ("みほん市立", "中学校", "チュウガッコウ", "{} Junior High School"),
    Site.HIGH_SCHOOL: ("みほん県立みほん", "高等学校", "コウトウガッコウ", "Mihon {} High School"),
    Site.HOSPITAL: ("みほん", "総合病院", "ソウゴウビョウイン", "Mihon {} General Hospital"),
    Site.COMMUNITY_CENTRE: ("", "地区センター", "チクセンター", "{} Community Centre"),
    Site.FIRE_STATION: ("みほん市消防署", "出張所", "シュッチョウジョ", "Mihon Fire Station, {}"),
    Site.TEMPLE: ("", "寺", "ジ", "{} Temple"),
}
_SINGLE: dict[Site, tuple[str, str, str]] = {
    Site.CITY_HALL: ("みほん市役所", "ミホンシヤクショ", "Mihon City Hall"),
    Site.STATION: ("みほん駅", "ミホンエキ", "Mihon Station"),
    Site.LIBRARY: ("みほん市立中央図書館", "ミホンシリツチュウオウトショカン", "Mihon Central Library"),
    Site.FISH_MARKET: ("みほん漁港魚市場", "ミホンギョコウウオイチバ", "Mihon Fish Market"),
}
_PREFIX_KANA = {"みほん市立": "ミホンシリツ", "みほん県立みほん": "ミホンケンリツミホン", "みほん": "ミホン", "": "",
                "みほん市消防署": "ミホンシショウボウショ"}  # fmt: skip


@dataclass
class FacilityBook:
    """Keeps every public site, and of the many clinics and shops those with the smallest id: bounded memory."""

    seed: int
    towns: tuple[Town, ...]
    _sites: list[tuple[str, Built]] = field(default_factory=list)
    _many: dict[str, list[tuple[str, Built]]] = field(default_factory=dict)

    def offer(self, built: Built) -> None:
        kind = built.what.facility
        if not kind:
            return
        entry = (feature_id("bldg", self.seed, built.block.number, built.number), built)
        if kind not in _LIMITS:
            self._sites.append(entry)
            return
        known = self._many.setdefault(kind, [])
        known.append(entry)
        if len(known) > 4 * _LIMITS[kind]:
            self._many[kind] = _smallest(known, _LIMITS[kind])

    def facilities(self) -> list[Facility]:
        used: set[str] = set()
        found = []
        sites = sorted(self._sites, key=lambda entry: (entry[1].block.site, entry[1].block.number))
        for id_, built in sites:
            found.append(self._named(id_, built, str(built.block.site), used))
        for kind, limit in _LIMITS.items():
            for id_, built in _smallest(self._many.get(kind, []), limit):
                found.append(self._named(id_, built, kind, used))
        return found

    def _named(self, id_: str, built: Built, kind: str, used: set[str]) -> Facility:
        town = self.towns[built.block.town]
        lucky = int(id_[5:13], 16) / 0x100000000
        name = next(one for one in _names(kind, town.name.base, lucky) if one[0] not in used)
        used.add(name[0])
        return Facility(
            kind, *name, built.place, address(built, town), built.ground_m, built.hazards, built.what.storeys,
            built.area_m2, lucky,
        )  # fmt: skip


def _smallest(entries: list[tuple[str, Built]], limit: int) -> list[tuple[str, Built]]:
    return sorted(entries, key=lambda entry: entry[0])[:limit]


def _names(kind: str, town: Words, lucky: float) -> Iterator[Words]:
    """Name, katakana and English, then the same made different until one is free."""
    first = _first_name(kind, town, lucky)
    yield first
    for n in range(2, 1000):
        yield f"{first[0]}第{n}", f"{first[1]}ダイ{n}", f"{first[2]} {n}"


def _first_name(kind: str, town: Words, lucky: float) -> Words:
    ja, kana, en = town[0], katakana(town[1]), town[2]
    surname, surname_kana = SURNAMES[int(lucky * 1e6) % len(SURNAMES)]
    if kind == "clinic":
        after, after_kana, english, _ = clinic_type(lucky)
        return f"{ja}{surname}{after}", f"{kana}{surname_kana}{after_kana}", f"{en} {english}"
    if kind == "kindergarten":
        return f"{ja}こども園", f"{kana}コドモエン", f"{en} Kindergarten"
    if kind == "care_home":
        return f"特別養護老人ホーム{ja}の里", f"トクベツヨウゴロウジンホーム{kana}ノサト", f"{en} Care Home"
    if kind == "convenience":
        return f"サンプルマート{ja}店", f"サンプルマート{kana}テン", f"Sample Mart {en}"
    site = Site(kind)
    if site in _SINGLE:
        return _SINGLE[site]
    before, after, after_kana, english = _SITE_NAMES[site]
    return f"{before}{ja}{after}", f"{_PREFIX_KANA[before]}{kana}{after_kana}", english.format(en)


def clinic_type(lucky: float) -> tuple[str, str, str, str]:
    """Name's end, its kana, English, departments."""
    return _CLINIC[int(lucky * 1e4) % len(_CLINIC)]
