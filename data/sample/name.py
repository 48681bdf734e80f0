"""Invented names in Japanese, kana and English."""

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.random import Generator

from data.sample.district import District


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    entries = (entry.split() for entry in text.split(","))
    return tuple((ja, kana) for ja, kana in entries)


Words = tuple[str, str, str]
"""Japanese, hiragana, English."""


def _words(text: str) -> tuple[Words, ...]:
    """`本町 ほんちょう Honcho, ...`"""
    entries = (entry.split() for entry in text.split(","))
    return tuple((ja, kana, en) for ja, kana, en in entries)


_BASE: dict[District, tuple[Words, ...]] = {
    District.CORE: _words("""
        本町 ほんちょう Honcho, 大手町 おおてまち Otemachi, 駅前町 えきまえちょう Ekimaecho,
        中央 ちゅうおう Chuo, 栄町 さかえちょう Sakaecho, 錦町 にしきちょう Nishikicho,
        花園町 はなぞのちょう Hanazonocho, 柳町 やなぎちょう Yanagicho
    """),
    District.OLD_TOWN: _words("""
        魚町 うおまち Uomachi, 船町 ふなまち Funamachi, 網町 あみまち Amimachi,
        塩町 しおまち Shiomachi, 蔵町 くらまち Kuramachi, 鍛冶町 かじまち Kajimachi,
        寺町 てらまち Teramachi, 紺屋町 こんやまち Konyamachi, 問屋町 といやまち Toiyamachi
    """),
    District.PORT: _words("""
        港町 みなとまち Minatomachi, 千鳥町 ちどりちょう Chidoricho, 汐入 しおいり Shioiri
    """),
    District.INDUSTRY: _words("""
        新港 しんみなと Shimminato, 潮見 しおみ Shiomi, 鉄砲洲 てっぽうず Teppozu
    """),
    District.ROADSIDE: _words("""
        大通 おおどおり Odori
    """),
    District.MIXED: _words("""
        緑町 みどりちょう Midoricho, 桜町 さくらちょう Sakuracho, 旭町 あさひちょう Asahicho,
        末広町 すえひろちょう Suehirocho, 若松町 わかまつちょう Wakamatsucho, 川端 かわばた Kawabata,
        松原 まつばら Matsubara, 住吉町 すみよしちょう Sumiyoshicho, 常盤町 ときわちょう Tokiwacho,
        元町 もとまち Motomachi, 橋本 はしもと Hashimoto, 清水田 しみずだ Shimizuda,
        弁天 べんてん Benten, 宮前 みやまえ Miyamae
    """),
    District.SUBURB: _words("""
        青葉台 あおばだい Aobadai, ひばりが丘 ひばりがおか Hibarigaoka, 若葉 わかば Wakaba,
        山手 やまて Yamate, 西浜 にしはま Nishihama, 新浜 しんはま Shinhama,
        白砂 しらすな Shirasuna, 日の出 ひので Hinode, つつじ野 つつじの Tsutsujino,
        富士見 ふじみ Fujimi, 東浦 ひがしうら Higashiura, 梅田 うめだ Umeda,
        泉 いずみ Izumi, 平和台 へいわだい Heiwadai, 希望が丘 きぼうがおか Kibogaoka,
        南浜 みなみはま Minamihama, 美原 みはら Mihara, 堀之内 ほりのうち Horinouchi,
        三本松 さんぼんまつ Sambommatsu, 竹の台 たけのだい Takenodai, 桜木 さくらぎ Sakuragi,
        光ケ丘 ひかりがおか Hikarigaoka
    """),
    District.FARMLAND: _words("""
        稲荷田 いなりだ Inarida, 沖田 おきた Okita, 中島 なかじま Nakajima,
        下河原 しもがわら Shimogawara, 上河原 かみがわら Kamigawara, 大池 おおいけ Oike,
        五反田 ごたんだ Gotanda, 蓮田 はすだ Hasuda
    """),
    District.HILL: _words("""
        見晴山 みはらしやま Miharashiyama, 奥山 おくやま Okuyama, 丸山 まるやま Maruyama,
        茶畑 ちゃばたけ Chabatake, 鷹巣 たかのす Takanosu, 滝ノ入 たきのいり Takinoiri
    """),
}
_PREFIX = (("", "", ""), ("東", "ひがし", "Higashi-"), ("西", "にし", "Nishi-"), ("南", "みなみ", "Minami-"),
           ("北", "きた", "Kita-"), ("上", "かみ", "Kami-"), ("下", "しも", "Shimo-"), ("新", "しん", "Shin-"),
           ("元", "もと", "Moto-"))  # fmt: skip
_NUMBER = "一二三四五六七八九"
_NUMBER_KANA = ("いっ", "に", "さん", "よん", "ご", "ろく", "なな", "はっ", "きゅう")


@dataclass(frozen=True, slots=True)
class TownName:
    ja: str
    kana: str
    """Hiragana."""
    en: str
    base: Words
    """Without its number."""


def town_names(cells: Sequence[tuple[int, District]], random: Generator) -> list[TownName]:
    """A name for each town; towns of one cell and district share theirs and are numbered 一丁目, 二丁目 ..."""
    pools = {kind: _pool(kind, random) for kind in District}
    members: dict[tuple[int, District], list[int]] = {}
    for number, cell in enumerate(cells):
        members.setdefault(cell, []).append(number)
    names: dict[int, TownName] = {}
    for (_, kind), numbers in members.items():
        for start in range(0, len(numbers), 9):
            group = numbers[start : start + 9]
            base = pools[kind].pop()
            for k, number in enumerate(group):
                names[number] = _numbered(base, k) if len(group) > 1 and _has_numbers(kind) else _alone(base, k)
    return [names[number] for number in range(len(cells))]


def _pool(kind: District, random: Generator) -> list[Words]:
    """Plain names first, then those with a prefix; used from the end."""
    base = _BASE[kind]
    order = sorted(range(len(base)), key=lambda _: random.random())
    named = [base[k] for k in order]
    many = [(a + ja, b + kana, c + en) for a, b, c in _PREFIX for ja, kana, en in named]
    more = [(f"第{n}{ja}", f"だい{n}{kana}", f"{en} {n}") for n in range(2, 40) for ja, kana, en in named]
    return [*many, *more][::-1]


def _has_numbers(kind: District) -> bool:
    return kind not in (District.FARMLAND, District.HILL)


def _numbered(base: Words, k: int) -> TownName:
    ja, kana, en = base
    return TownName(f"{ja}{_NUMBER[k]}丁目", f"{kana}{_NUMBER_KANA[k]}ちょうめ", f"{en} {k + 1}-chome", base)


_ALONE = (("", "", ""), ("東", "ひがし", " East"), ("西", "にし", " West"), ("南", "みなみ", " South"),
          ("北", "きた", " North"), ("上", "かみ", " Upper"), ("下", "しも", " Lower"), ("中", "なか", " Middle"),
          ("外", "そと", " Outer"))  # fmt: skip


def _alone(base: Words, k: int) -> TownName:
    ja, kana, en = (word + more for word, more in zip(base, _ALONE[k], strict=True))
    return TownName(ja, kana, en, (ja, kana, en))


_HIRAGANA = str.maketrans({chr(code): chr(code + 0x60) for code in range(0x3041, 0x3097)})


def katakana(hiragana: str) -> str:
    return hiragana.translate(_HIRAGANA)


SURNAMES = _pairs("""
    青木 アオキ, 石川 イシカワ, 上田 ウエダ, 遠藤 エンドウ, 小川 オガワ, 加藤 カトウ,
    木村 キムラ, 小林 コバヤシ, 斎藤 サイトウ, 杉山 スギヤマ, 高橋 タカハシ, 土屋 ツチヤ,
    中村 ナカムラ, 西村 ニシムラ, 野口 ノグチ, 橋本 ハシモト, 平野 ヒラノ, 藤田 フジタ,
    松本 マツモト, 三浦 ミウラ, 村上 ムラカミ, 森 モリ, 山口 ヤマグチ, 横山 ヨコヤマ,
    渡辺 ワタナベ, 岡田 オカダ, 坂本 サカモト, 原 ハラ, 前田 マエダ, 吉田 ヨシダ
""")
