"""The one catalogue of everything that can be wrong with an input, in Japanese and English.

A text's placeholders are the parameters its Problem must bring. Keep the codes: they are stored and published.
"""

from dataclasses import dataclass
from enum import StrEnum

from geo.text import Text


class Severity(StrEnum):
    NOTE = "note"
    """Worth knowing; nothing was lost or changed."""
    WARNING = "warning"
    """Stored, but not exactly as it stood in the file, or with a doubt."""
    ERROR = "error"
    """Not stored."""


@dataclass(frozen=True, slots=True)
class Rule:
    severity: Severity
    text: Text


def _note(ja: str, en: str) -> Rule:
    return Rule(Severity.NOTE, Text(ja, en))


def _warning(ja: str, en: str) -> Rule:
    return Rule(Severity.WARNING, Text(ja, en))


def _error(ja: str, en: str) -> Rule:
    return Rule(Severity.ERROR, Text(ja, en))


_FILE = {
    "file.not_found": _error("ファイルがありません", "no such file"),
    "file.empty": _error("ファイルが空です", "the file is empty"),
    "file.unknown": _error("対応していない種類のファイルです", "not a kind of file that can be imported"),
    "file.unreadable": _error("読み込めません({reason})", "can't be read ({reason})"),
    "file.encoding": _error(
        "文字コードを判別できません(UTF-8でもCP932でもありません)", "wrong encoding: neither UTF-8 nor CP932"
    ),
    "file.features_missing": _error(
        "{expected}件のうち{missing}件の地物を読めません", "{missing} of {expected} features can't be read"
    ),
    "file.part_missing": _error("{part} ファイルがありません", "the {part} file that belongs to it is missing"),
    "file.text": _warning(
        "列「{column}」に読めない文字があります({encoding})", "column {column!r} has characters that are not {encoding}"
    ),
    "file.layer_without_geometry": _note(
        "テーブル「{layer}」には形状がないため読みません", "table {layer!r} has no geometry and is not read"
    ),
    "file.no_data": _error("取り込める地図データがありません", "holds no map data that can be imported"),
    "file.no_features": _error("地物が1つもありません", "holds no feature"),
    "zip.damaged": _error("ZIPファイルが壊れています({reason})", "the zip file is damaged ({reason})"),
    "zip.outside": _error(
        "ZIPの中の「{member}」が展開先の外を指しています", "zip member {member!r} points outside the folder"
    ),
    "zip.too_large": _error(
        "ZIPを展開すると{size}になり、上限{limit}を超えます",
        "unpacks to {size}, more than the limit of {limit}",
    ),
    "zip.too_many": _error(
        "ZIPの中のファイルが{count}個あり、上限{limit}個を超えます",
        "holds {count} files, more than the limit of {limit}",
    ),
    "zip.bomb": _error(
        "ZIPの中の「{member}」は展開すると{ratio}倍になるため、安全のため展開しません",
        "zip member {member!r} unpacks to {ratio} times its size and is refused for safety",
    ),
    "zip.nested": _error("ZIPの中のZIPの中にさらにZIPがあります", "is a zip inside a zip inside a zip"),
    "zip.encrypted": _error("ZIPの中の「{member}」が暗号化されています", "zip member {member!r} is encrypted"),
}

_CRS = {
    "crs.missing": _error(
        "座標参照系がありません(--crs で指定してください)",
        "has no coordinate reference system (give one with --crs)",
    ),
    "crs.unknown": _error("座標参照系「{crs}」は使えません", "coordinate reference system {crs!r} can't be used"),
    "crs.tokyo_datum": _error(
        "旧日本測地系({crs})は変換グリッドなしでは数百mずれるため取り込めません",
        "Tokyo datum ({crs}) would be off by hundreds of metres without its grid and is refused",
    ),
    "crs.jgd2000": _warning(
        "JGD2000({crs})は2011年の地殻変動前の座標です。東日本では数mずれることがあります",
        "JGD2000 ({crs}) is older than the 2011 earthquake; in eastern Japan it can be off by metres",
    ),
    "crs.declared": _note(
        "ファイルが示す{declared}で読みました(指定の{crs}は座標参照系のないファイルに使います)",
        "read as {declared}, which the file declares; {crs} is for files that declare none",
    ),
}

_GEOMETRY = {
    "geometry.missing": _error("形状がありません", "has no geometry"),
    "geometry.not_finite": _error("座標に数値でない値があります", "has a coordinate that is not a finite number"),
    "geometry.repaired": _warning(
        "不正な形状を修復しました({reason}、面積の変化 {change}%)",
        "invalid geometry was repaired ({reason}; area changed by {change} %)",
    ),
    "geometry.invalid": _error(
        "形状が不正で、修復すると面積が{change}%変わるため除外しました({reason})",
        "invalid geometry ({reason}); a repair would change its area by {change} %, so it is kept out",
    ),
    "geometry.unreadable": _error("形状を読めません({reason})", "has a geometry that can't be read ({reason})"),
    "geometry.mixed": _error(
        "1つの地物に種類の違う形状({found})があります", "mixes kinds of geometry in one feature ({found})"
    ),
    "geometry.overlapping": _warning(
        "1つの地物の面どうしが重なっていたため1つにまとめました(重なり {change}%)",
        "surfaces of one feature overlap by {change} %; joined into one",
    ),
    "geometry.degenerate": _error("面積または長さが0です", "has no area or no length"),
    "geometry.outside": _error("座標が地球上の範囲にありません", "has coordinates that are not on the earth"),
    "geometry.other_type": _error(
        "形状の種類({found})がこのレイヤー({expected})と異なります", "is a {found} in a layer of {expected}"
    ),
}

_RASTER = {
    "raster.no_place": _error(
        "画像に位置の情報がありません(ジオリファレンスされていません)",
        "says nothing about its place (not georeferenced)",
    ),
}

_TERRAIN = {
    "terrain.no_triangle": _error("三角形が1つもありません", "holds no triangle that can be used"),
    "terrain.feature_empty": _error("使える三角形がありません", "has no triangle that can be used"),
    "terrain.triangle": _warning(
        "正しくない三角形{count}個を除きました", "{count} triangles are wrong and are left out"
    ),
    "terrain.triangle_turned": _warning(
        "三角形{count}個が下を向いています(上から見て時計回り)",
        "{count} triangles are turned down: they run clockwise as seen from above",
    ),
    "terrain.triangle_flat": _warning(
        "三角形{count}個が線状または点状です(上から見た面積がありません)",
        "{count} triangles are lines or points as seen from above",
    ),
    "terrain.edge_unshared": _warning(
        "三角形の辺{count}本を隣の三角形が共有していません(すき間、重なり、または頂点の食い違い)",
        "{count} edges of triangles are shared by no other one: gaps, overlaps, or corners that don't meet",
    ),
    "terrain.component_not_read": _note(
        "{component} はまだ読めません({count}件)", "{component} is not read yet ({count} times)"
    ),
    "terrain.fg_dem": _error(
        "基盤地図情報の数値標高モデルとして正しくありません({reason})", "is not right as a DEM of FG-GML ({reason})"
    ),
    "terrain.datums": _error(
        "高さの基準が異なる標高データは1つにできません({datums})",
        "heights measured from different levels can't become one terrain ({datums})",
    ),
    "terrain.too_large": _error(
        "標高データが大きすぎます({rows} × {columns})",
        "would be a grid of {rows} x {columns} cells, which is too large",
    ),
}

_TABLE = {
    "csv.no_coordinates": _error("緯度・経度の列が見つかりません", "has no columns for latitude and longitude"),
    "csv.coordinates_missing": _error("緯度・経度が空です", "latitude or longitude is empty"),
    "csv.coordinates_invalid": _error(
        "緯度・経度「{latitude}」「{longitude}」を読めません",
        "latitude {latitude!r}, longitude {longitude!r} can't be read",
    ),
    "csv.axes": _note(
        "X列を北方向、Y列を東方向の座標として読みました({crs}の定義による)",
        "column X was read as northing and column Y as easting, as {crs} defines them",
    ),
    "csv.coordinates_swapped": _warning(
        "緯度と経度が逆だったため入れ替えました", "latitude and longitude were exchanged; put right"
    ),
    "csv.columns": _error(
        "列の数が{found}で、見出しの{expected}と合いません",
        "has {found} columns where the header has {expected}",
    ),
    "csv.too_many_columns": _error(
        "列が{count}あり、上限{limit}を超えます", "has {count} columns, more than the limit of {limit}"
    ),
}

_JSON = {
    "json.not_well_formed": _error("JSONとして正しくありません({reason})", "is not well-formed JSON ({reason})"),
    "json.not_geojson": _error("GeoJSONではありません({found})", "is not GeoJSON ({found})"),
}

_XML = {
    "xml.not_well_formed": _error("XMLとして正しくありません({reason})", "is not well-formed XML ({reason})"),
    "xml.entity": _error(
        "XMLに実体宣言があるため、安全のため読みません", "declares XML entities and is refused for safety"
    ),
    "xml.not_citygml": _error("CityGMLではありません({root})", "is not CityGML ({root})"),
}

_CITYGML = {
    "citygml.duplicate_id": _error("gml:idが重複しています", "duplicate gml:id"),
    "citygml.overlap": _note(
        "{count}件の地物は{city}のデータにもあるため1つにまとめました",
        "{count} features are in the data of {city} too and were made one",
    ),
    "citygml.id_missing": _warning("gml:idがないため仮の番号を付けました", "has no gml:id; it got a number instead"),
    "citygml.version": _error(
        "CityGML {version} はまだ読めません(対応: 2.0、3.0)", "CityGML {version} is not read yet (2.0 and 3.0 are)"
    ),
    "citygml.solid": _warning(
        "LOD1の立体に正しくない座標列があるため、その高さは使いません({reason})",
        "a ring of the LOD1 solid is wrong ({reason}); the solid's heights are not used",
    ),
    "citygml.face": _warning(
        "{lod}の面{count}枚は座標列が正しくないため立体から除きました({reason})",
        "{count} faces of {lod} are left out because their coordinates are wrong ({reason})",
    ),
    "citygml.level_flat": _warning(
        "{lod}の形状に高さがないため、立体として保存していません",
        "{lod} has no heights, so it is not stored in space",
    ),
    "citygml.level_empty": _warning("{lod}に読み取れる形状がありません", "{lod} holds no geometry that can be read"),
    "citygml.level_unaccounted": _error(
        "{feature_type}の{lod}は{read}件のうち{count}件が、保存にも指摘にも数えられていません",
        "{count} of {read} {feature_type} in {lod} are counted neither as stored nor in a problem",
    ),
    "citygml.no_surface": _error(
        "読み取れる形状がありません(ある形状: {found})",
        "has no geometry that can be read (has: {found})",
    ),
    "citygml.ring": _error("面の座標列が正しくありません({reason})", "a ring's coordinates are wrong ({reason})"),
    "citygml.value": _warning(
        "{name} の値「{value}」を数値として読めません", "{name} is {value!r}, which is not a number"
    ),
    "citygml.code_unknown": _warning(
        "{name} のコード「{value}」がコードリスト {codelist} にありません",
        "{name}: code {value!r} is not in codelist {codelist}",
    ),
    "citygml.codelist_missing": _note(
        "コードリスト {codelist} がないため、コードのまま保存しました",
        "codelist {codelist} is missing; its codes are kept without labels",
    ),
    "citygml.package_not_read": _error(
        "パッケージ {package} の {feature_type} はまだ読めません(地物 {count} 件)",
        "{feature_type} of package {package} is not read yet ({count} features)",
    ),
    "citygml.lod_not_read": _note(
        "{feature_type} の {lod} はまだ読めません({count} 件)",
        "{lod} of {feature_type} is not read yet ({count} times)",
    ),
    "citygml.texture_coordinates": _warning(
        "テクスチャ座標の数が面の座標列と合わない面が{count}枚あり、テクスチャなしで保存しました",
        "{count} faces have another number of texture coordinates than points; they are stored without texture",
    ),
    "citygml.texture_georeferenced": _note(
        "位置または行列で貼るテクスチャ(GeoreferencedTexture、TexCoordGen){count}件は、"
        "位置・座標系・画像を読めないか、貼る面がないため使いません",
        "{count} textures placed by georeference or by a matrix (TexCoordGen) are not used: their place, reference "
        "system or image can't be read, or no face shows them",
    ),
    "citygml.texture_beyond": _note(
        "位置または行列で貼るテクスチャの画像の外に出る面が{count}枚あり、テクスチャなしで保存しました",
        "{count} faces reach beyond the image that a georeference or a matrix places on them; they are stored without "
        "texture",
    ),
    "citygml.reference_lost": _warning(
        "参照先の面がファイルにありません({count} 件、例: {target})",
        "refers to {count} surfaces that the file does not hold (such as {target})",
    ),
    "citygml.textures_not_read": _note("テクスチャはまだ読めません({count} 件)", "textures are not read yet ({count})"),
}

_GTFS = {
    "gtfs.file_missing": _error("必須のファイル {name} がありません", "the required file {name} is missing"),
    "gtfs.column_missing": _error("必須の列 {name} がありません", "the required column {name} is missing"),
    "gtfs.value": _warning(
        "列 {column} の値「{value}」は数値でないため、空として読みました({count}件)",
        "column {column}: {value!r} is not a number and is read as missing ({count} such values)",
    ),
    "gtfs.id_missing": _error("{column} が空です", "{column} is empty"),
    "gtfs.duplicate_id": _error("{column} が重複しています", "duplicate {column}"),
    "gtfs.shape_point": _warning(
        "緯度・経度または順序のない形状点{count}件を除いて線を作りました",
        "{count} shape points without coordinates or sequence are left out of the lines",
    ),
    "gtfs.stop_without_coordinates": _error("停留所に緯度・経度がありません", "stop has no coordinates"),
    "gtfs.route_without_line": _error(
        "この路線には便も形状もなく、線を作れません", "route has neither trips nor shapes to draw it from"
    ),
}

_MESH = {
    "mesh.header": _error(
        "地域メッシュ統計ではありません(KEY_CODE 列がありません)", "is no grid square statistics (no KEY_CODE)"
    ),
    "mesh.code": _error("地域メッシュコード「{code}」が正しくありません", "{code!r} is not a grid square code"),
    "mesh.duplicate": _error("地域メッシュコードが重複しています", "duplicate grid square code"),
    "mesh.value": _warning(
        "列 {column} の値「{value}」は数値でないため、空として読みました({count}件)",
        "column {column}: {value!r} is not a number and is read as missing ({count} such values)",
    ),
}

_TOWN = {
    "town.no_places": _error(
        "町丁目などの地域ごとの表で、位置がありません。町丁目の区域(ポリゴン)と一緒に取り込むか、"
        "--places に区域のレイヤーを指定してください",
        "is a table of towns without places: import it together with the areas of the towns, or name their layer with "
        "--places",
    ),
    "town.several_places": _error(
        "町丁目の区域を持つレイヤーが複数あります({layers})。--places でどれかを指定してください",
        "several layers have the areas of these towns ({layers}): name one with --places",
    ),
    "town.places_unfit": _error(
        "「{layer}」には、この表の町丁目の区域がありません", "layer {layer!r} has the area of none of these towns"
    ),
    "town.unnamed": _error("町丁目のコードも名称もありません", "has neither code nor name of a town"),
    "town.unknown": _error(
        "「{town}」の区域が「{layer}」にありません({people}人)",
        "layer {layer!r} has no area of {town!r} ({people} people)",
    ),
    "town.ambiguous": _error(
        "「{town}」がどの区域か決まりません(同じ名称の行または区域が複数あります、{people}人)",
        "which area is {town!r}? Several rows or areas have that name ({people} people)",
    ),
    "town.duplicate": _error(
        "「{town}」の行が重複しています({people}人)", "another row is {town!r} already ({people} people)"
    ),
    "town.value": _warning(
        "列 {column} の値「{value}」は数値でないため、空として読みました({count}件)",
        "column {column}: {value!r} is not a number and is read as missing ({count} such values)",
    ),
    "town.by_code": _note(
        "{rows}行のうち{joined}行を「{layer}」の区域にコードで結合しました",
        "{joined} of {rows} rows are joined with the areas of layer {layer!r} by code",
    ),
    "town.by_name": _note(
        "{rows}行のうち{joined}行を「{layer}」の区域に名称で結合しました",
        "{joined} of {rows} rows are joined with the areas of layer {layer!r} by name",
    ),
    "town.sum": _note(
        "人口の合計{total}人 = 結合した{joined}人 + 結合していない{left}人",
        "{total} people = {joined} in joined rows + {left} in rows that are not joined",
    ),
    "town.total": _note(
        "ほかの行の合計、または内訳の{count}行は数えません(例: {town})",
        "{count} rows are totals or parts of other rows and are not counted (such as {town})",
    ),
    "town.suppressed": _note(
        "{count}行の数値は秘匿されています(不明であり、0ではありません。隣の町丁目に合算されたものは合算先で数えます)",
        "numbers of {count} rows are kept secret: unknown, not 0 (those that are added to another town count there)",
    ),
    "town.without_row": _note(
        "「{layer}」の{count}区域には行がありません", "{count} areas of layer {layer!r} have no row"
    ),
}

_OSM = {
    "osm.unreadable": _error(
        "OpenStreetMapのファイル(PBF)として読めません({reason})",
        "can't be read as an OpenStreetMap file, PBF ({reason})",
    ),
    "osm.no_streets": _error("歩ける道が1つもありません", "holds no street to walk on"),
    "osm.motorway": _note(
        "街路網に含めないもの: 高速道路({count}本)", "{count} ways are no part of the street network: motorways"
    ),
    "osm.motor_road": _note(
        "街路網に含めないもの: 自動車専用道路({count}本)", "{count} ways are no part of the street network: motor roads"
    ),
    "osm.not_built": _note(
        "街路網に含めないもの: 工事中・計画中・廃止の道({count}本)",
        "{count} ways are no part of the street network: not built, not open yet, or given up",
    ),
    "osm.private": _note(
        "街路網に含めないもの: 私有地などで一般は通れない道({count}本)",
        "{count} ways are no part of the street network: private",
    ),
    "osm.forbidden": _note(
        "街路網に含めないもの: 歩行者も自転車も通行禁止の道({count}本)",
        "{count} ways are no part of the street network: closed to people on foot and on bicycles",
    ),
    "osm.ferry": _note(
        "街路網に含めないもの: 航路({count}本)", "{count} ways are no part of the street network: ferries"
    ),
    "osm.no_way": _note(
        "街路網に含めないもの: 通り道でないもの({count}本)",
        "{count} ways are no part of the street network: no ways to walk on",
    ),
    "osm.broken": _note(
        "街路網に含めないもの: 節点がファイルにない道({count}本)",
        "{count} ways are no part of the street network: their nodes are not in the file",
    ),
    "osm.islands": _note(
        "街路網の本体につながらない部分が{islands}か所あります(節点{nodes}個、全体の{share}%)",
        "{islands} parts of the street network are not connected with the rest ({nodes} nodes, {share} % of all)",
    ),
}

_PLACE = {
    "citygml.outside_mesh": _warning(
        "ファイル名のメッシュ {mesh} の外にあります",
        "lies outside of grid square {mesh}, which the file is named after",
    ),
    "citygml.file_outside_mesh": _warning(
        "地物{count}件がすべて、ファイル名のメッシュ {mesh} の外にあります",
        "all of {count} features lie outside of grid square {mesh}, which the file is named after",
    ),
    "citygml.height_differs": _warning(
        "計測高さ {measured}m が{lod}の形状の高さ {found}m と大きく異なります",
        "the measured height of {measured} m is far from that of the {lod} geometry, {found} m",
    ),
    "citygml.texture_missing": _warning(
        "テクスチャ画像{count}枚がありません(例: {image})", "{count} texture images are missing (such as {image})"
    ),
    "citygml.element_unknown": _warning(
        "知られていない要素 {element} が{count}回あります(最初は{first}行目)",
        "element {element} is not known ({count} times, first in line {first})",
    ),
    "citygml.inner_id_twice": _warning(
        "地物の内部のgml:id {count}個が重複しています(例: {id})",
        "{count} gml:ids inside of features stand more than once (such as {id})",
    ),
    "citygml.id_form": _note(
        "地物のgml:id {count}個が「接頭辞_UUID」の形ではありません(例: {id})",
        "{count} gml:ids of features are not a prefix and a UUID (such as {id})",
    ),
    "citygml.building_id_twice": _warning("建物ID {id} が重複しています", "building ID {id} stands more than once"),
    "citygml.building_id_in_files": _warning(
        "建物ID {id} はファイル {other} にもあります", "building ID {id} stands in file {other} too"
    ),
    "citygml.city_of_wards": _warning(
        "建築物{count}棟の市区町村コード {code} は区に分かれた市のものです(区のコードとします)",
        "{count} buildings have the code of a city of wards, {code}, where that of their ward belongs",
    ),
    "citygml.building_id_form": _note(
        "建物ID {count}個が「市区町村コード5桁-bldg-番号」の形ではありません(例: {id})",
        "{count} building IDs are not a city code, bldg and a number (such as {id})",
    ),
    "citygml.geometry_type": _warning(
        "付属物の形状{count}個が面の集まり(MultiSurface)でも立体(Solid)でもありません({found}。線は3Dでは表示しません)",
        "{count} geometries of installations are neither MultiSurface nor Solid ({found}; lines are not drawn in 3D)",
    ),
    "citygml.footprints_overlap": _warning(
        "平面の形が別の建物 {other} と重なっています(小さい方の{share}%)",
        "stands in another building, {other}: they share {share} % of the smaller outline",
    ),
    "citygml.composite_not_connected": _warning(
        "{lod}のCompositeSurfaceがつながらない{parts}個の部分に分かれています",
        "the CompositeSurface of {lod} consists of {parts} parts that don't hang together",
    ),
    "citygml.solid_of_water": _warning(
        "LOD1の水部が立体です(LOD1は面(MultiSurface)で表します)",
        "is a solid in LOD1, where water is surfaces (MultiSurface)",
    ),
    "citygml.parts_apart": _warning(
        "{lod}の建築物部分{parts}個が、接していない{groups}個のまとまりに分かれています",
        "its {parts} parts of {lod} form {groups} groups that don't touch one another",
    ),
    "citygml.roads_overlap": _warning(
        "{lod}の面が別の道路 {other} の面と重なっています({area}m²)",
        "its surface of {lod} overlaps that of another road, {other}, by {area} m²",
    ),
    "citygml.traffic_areas_overlap": _warning(
        "{lod}の交通領域・交通補助領域どうしが{count}組重なっています(計{area}m²、例: {one} と {other})",
        "{count} pairs of traffic areas of {lod} overlap, by {area} m² in all (such as {one} and {other})",
    ),
    "citygml.area_unreferenced": _warning(
        "{lod}の交通領域・交通補助領域の面{count}枚を、道路の面が参照していません(例: {id})",
        "the surface of {lod} does not refer to {count} faces of the road's traffic areas (such as {id})",
    ),
    "citygml.crs": _warning(
        "座標参照系 {crs} は3D都市モデル標準製品仕様書のものではありません",
        "the PLATEAU product specification does not provide for {crs}",
    ),
}

_FACE = {
    "face.not_finite": _warning(
        "{lod}の面{count}枚に数値でない座標があります", "{count} faces of {lod} have a coordinate that is not a number"
    ),
    "face.too_few_points": _warning(
        "{lod}の面{count}枚の頂点が3点未満です", "{count} faces of {lod} have a ring of fewer than 3 points"
    ),
    "face.repeated_point": _warning(
        "{lod}の面{count}枚に同じ点が続けて現れます(0.01m未満)",
        "{count} faces of {lod} repeat a point (within 0.01 m)",
    ),
    "face.degenerate": _warning(
        "{lod}の面{count}枚に面積がありません(点が一直線上にあります)",
        "{count} faces of {lod} have no area: their points lie on a line",
    ),
    "face.self_intersection": _warning(
        "{lod}の面{count}枚の輪郭が自己交差または自己接触しています",
        "{count} faces of {lod} have a ring that crosses or touches itself",
    ),
    "face.not_planar": _warning(
        "{lod}の面{count}枚が平面ではありません(最大 {worst}m、許容 {tolerance}m)",
        "{count} faces of {lod} are not flat (up to {worst} m thick, {tolerance} m is allowed)",
    ),
    "face.hole_orientation": _warning(
        "{lod}の面{count}枚で穴の向きが外周と同じです",
        "{count} faces of {lod} have a hole that runs the same way round as the outline",
    ),
    "face.hole_outside": _warning(
        "{lod}の面{count}枚で穴が外周の外、または別の穴の中にあります",
        "{count} faces of {lod} have a hole outside of the outline or inside of another hole",
    ),
    "face.rings_cross": _warning(
        "{lod}の面{count}枚で穴と外周、または穴どうしが交差・重複しています",
        "{count} faces of {lod} have a hole that crosses or overlaps the outline or another hole",
    ),
    "face.height": _warning(
        "{lod}の面{count}枚の高さが範囲外です({height}m)",
        "{count} faces of {lod} have heights that can't be ({height} m)",
    ),
    "face.turned_down": _warning(
        "{lod}の面{count}枚が下を向いています(地面にある面は上を向きます)",
        "{count} faces of {lod} are turned down; those on the ground look up",
    ),
    "face.not_triangle": _warning(
        "{lod}の浸水想定区域の面{count}枚が三角形ではありません",
        "{count} faces of {lod} of the flooded area are no triangles",
    ),
}

_SOLID = {
    "solid.face_twice": _warning("{lod}の立体に同じ面が2回あります", "the solid of {lod} has the same face twice"),
    "solid.no_volume": _warning(
        "{lod}の立体に体積がありません(面が4枚未満、またはつぶれています)",
        "the solid of {lod} has no volume: fewer than 4 faces, or flat",
    ),
    "solid.open": _warning(
        "{lod}の立体が閉じていません(合わない辺 {count})",
        "the solid of {lod} is not closed ({count} edges don't match)",
    ),
    "solid.non_manifold": _warning(
        "{lod}の立体で3枚以上の面が辺を共有、または1点だけで接しています(辺 {count})",
        "the solid of {lod} has edges of three faces and more, or parts that touch at a point ({count} edges)",
    ),
    "solid.not_connected": _warning(
        "{lod}の1つの立体が複数に分かれています", "the solid of {lod} consists of parts that don't hang together"
    ),
    "solid.face_orientation": _warning(
        "{lod}の立体に裏返しの面があります(合わない辺 {count})",
        "the solid of {lod} has faces that are turned over ({count} edges don't match)",
    ),
    "solid.inside_out": _warning(
        "{lod}の立体の面がすべて内側を向いています", "all faces of the solid of {lod} are turned inwards"
    ),
    "solid.self_intersection": _warning("{lod}の立体が自己交差しています", "the solid of {lod} runs through itself"),
}

_TILESET = {
    "tileset.image_unreadable": _warning(
        "テクスチャ画像を読めないため、その面は無地で表示します",
        "the texture image can't be read; its faces are drawn plain",
    ),
    "tileset.off_geoid": _warning(
        "{lon}, {lat} は{model}の範囲外で標高を楕円体高にできないため、3D表示を作りません",
        "{model} has no geoid height at {lon}, {lat}: no 3D tiles are made",
    ),
}

_SCENARIO = {
    "scenario.yaml": _error("YAMLとして読めません({reason})", "is no YAML ({reason})"),
    "scenario.duplicate_key": _error("キー「{key}」が2回あります", "key {key!r} stands there twice"),
    "scenario.too_large": _error(
        "シナリオとしては大きすぎるか、入れ子が深すぎます", "is too large, or nested too deep, to be a scenario"
    ),
    "scenario.missing": _error("キー「{key}」がありません", "key {key!r} is missing"),
    "scenario.unknown_key": _error(
        "キー「{key}」はありません(使えるキー:{known})", "no such key {key!r} (known: {known})"
    ),
    "scenario.unknown_change": _error(
        "変更の種類「{key}」はありません(使える種類:{known})", "no such change {key!r} (known: {known})"
    ),
    "scenario.type": _error("「{value}」は {expected} ではありません", "{value!r} is not {expected}"),
    "scenario.range": _error(
        "「{value}」は{low}以上{high}以下の数ではありません", "{value!r} is no number from {low} to {high}"
    ),
    "scenario.too_few": _error("{least}個以上必要です({found}個あります)", "needs {least} or more, has {found}"),
    "scenario.either": _error(
        "{one} と {other} はどちらか一方だけにしてください", "give either {one} or {other}, not both"
    ),
    "scenario.order": _error("{second} は {first} より後にしてください", "{second} must come after {first}"),
    "scenario.feed": _error(
        "どの時刻表か feed で指定してください(ある時刻表:{known})",
        "say which timetable with the key feed (there are: {known})",
    ),
    "scenario.unknown_route": _error(
        "路線「{id}」は時刻表にありません(例:{known})", "the timetable has no route {id!r} (has, for example, {known})"
    ),
    "scenario.unknown_stop": _error("停留所「{id}」は時刻表にありません", "the timetable has no stop {id!r}"),
    "scenario.exists": _error("「{id}」はすでにあります", "{id!r} is there already"),
    "scenario.not_between": _error(
        "路線「{route}」に「{first}」から「{second}」へ走る便がありません",
        "no trip of route {route!r} goes from {first!r} to {second!r}",
    ),
    "scenario.unknown_facility": _error("施設「{id}」はありません", "there is no facility {id!r}"),
    "scenario.no_service": _error(
        "時刻表に運行日が1日もないため、路線を加えられません",
        "no line can be added to a timetable that runs on no date",
    ),
}

RULES: dict[str, Rule] = {
    **_FILE,
    **_CRS,
    **_GEOMETRY,
    **_RASTER,
    **_TERRAIN,
    **_TABLE,
    **_JSON,
    **_XML,
    **_CITYGML,
    **_PLACE,
    **_FACE,
    **_SOLID,
    **_TILESET,
    **_GTFS,
    **_SCENARIO,
    **_MESH,
    **_TOWN,
    **_OSM,
}
