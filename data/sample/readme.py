"""README.txt and manifest.json of the sample city."""

import json
from collections.abc import Mapping
from pathlib import Path

_TEXT = """みほん市 サンプルデータ
=======================

この街は架空です。地形・街路・建物・地名・施設・人口・バス・災害の区域は、すべてプログラムが作ったもので、
実在の街・建物・事業者・人・災害リスクとは関係ありません。防災その他の実際の判断に使わないでください。
場所は北緯35.08度・東経138.86度付近(平面直角座標系第8系)に置いてありますが、実際のその土地とは無関係です。
市区町村コード22999(検査数字付き229997)と「みほん県」は架空です。電話番号(055)000-xxxxはどこにもつながりません。

建物 {buildings:,} 棟 / 人口 {people:,} 人 / 乱数の種 {seed}
同じ棟数と種からは、どの計算機でも同じファイルができます。

  udx/bldg        建物(CityGML 2.0 + i-UR 3.1、LOD0・LOD1、中心部はLOD2の屋根・壁・塔屋、駅の周りはテクスチャ付き、
                  高層は建物部分、市役所はLOD3の窓・扉とLOD4の部屋)
  udx/ubld        みほん駅前地下街(LOD0~LOD2、LOD4の部屋)
  udx/tran        道路(LOD1、駅の周りはLOD2・LOD3の車道・歩道・縁石)
  udx/fld         洪水浸水想定区域(みほん川・みほん東川、計画規模L1・想定最大規模L2、浸水継続時間。高さは水面)
  udx/tnm         津波浸水想定(最大)、jikeiretsuに地震発生から15~90分後の時刻別
  udx/htd         高潮浸水想定
  udx/ifld        内水浸水想定
  udx/lsld        土砂災害警戒区域・特別警戒区域
  udx/luse        土地利用
  udx/urf         用途地域
  udx/brid・frn・veg  橋(LOD1・LOD2)・街灯・樹木(LOD1、駅の周りはLOD2・LOD3)
  udx/dem         起伏(LOD1のTIN)
  dem             標高(GeoTIFF、EPSG:6676、海はデータなし)
  hazard          災害ごとの調査範囲(GeoJSON。範囲の外は「浸水なし」ではなく「未調査」)
  codelists       コードリスト(使っているもの)
  gtfs            バス3社(GTFS-JP、2026年4月1日~2027年3月31日): みほんバス、市のコミュニティバス(CP932)、
                  みほん港湾交通(10月1日の改正の前と後の時刻表を1つのファイルに同梱)
  osm             道路・階段・横断歩道(OpenStreetMapの.osm.pbf形式。実在のOpenStreetMapのデータは含みません)
  opendata        自治体標準オープンデータセットの列のCSV(Shift_JISとUTF-8が混ざっています)。地域・年齢別人口は
                  位置のない表、通学路はGeoJSON
  population      250mメッシュ人口(e-Statの配布形式)
  admin           市の境界・町丁目・海と川・鉄道(GeoJSON)、町丁目一覧(CSV)

利用条件: CC0 1.0(パブリックドメイン提供)。自由に使えます。


Mihon City sample data
======================

This city is fictional. A program made its ground, streets, buildings, names, facilities, people, buses and hazard
areas; none of it describes a real town, building, company, person or risk. Do not use it for real decisions, least
of all about safety. It is placed near 35.08 N 138.86 E (JGD2011 plane rectangular CS VIII) and has nothing to do
with what is really there. Municipal code 22999 and "Mihon Prefecture" are invented; no telephone number is real.

{buildings:,} buildings / {people:,} people / seed {seed}
The same number of buildings and the same seed give the same files on every machine.

Heights are metres above the geoid (T.P.); coordinates of the CityGML are EPSG:6697 (latitude, longitude, height).

Licence: CC0 1.0 (public domain dedication), https://creativecommons.org/publicdomain/zero/1.0/
"""


def write_readme(folder: Path, *, buildings: int, people: int, seed: int, counts: Mapping[str, int]) -> None:
    text = _TEXT.format(buildings=buildings, people=people, seed=seed)
    (folder / "README.txt").write_text(text, encoding="utf-8", newline="\n")
    manifest = {
        "name": {"ja": "みほん市(架空)", "en": "Mihon City (fictional)"},
        "licence": "CC0-1.0",
        "seed": seed,
        "buildings": buildings,
        "people": people,
        "files": [{"path": path, "count": counts[path]} for path in sorted(counts)],
    }
    body = json.dumps(manifest, ensure_ascii=False, indent=1)
    (folder / "manifest.json").write_text(body + "\n", encoding="utf-8", newline="\n")
