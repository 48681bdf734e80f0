"""What to do about a problem: for each rule, or each family of rules, one sentence for whoever made the file."""

from geo import Text

_REMEDIES = {
    "face.": Text(
        "元データの面の形状を修正してください。地図には表示されますが、面積・影・内外判定が正しくないことがあります。",
        "Mend the face in the source. It is drawn, but its area, shading and inside may be wrong.",
    ),
    "face.not_planar": Text(
        "面を三角形などの平面に分割してください(PLATEAUの許容値は0.03m)。",
        "Split the face into flat ones, such as triangles (PLATEAU allows 0.03 m).",
    ),
    "face.repeated_point": Text(
        "0.01m未満で重なる頂点を1つにしてください。", "Make one vertex of those nearer to each other than 0.01 m."
    ),
    "face.height": Text(
        "高さの単位、高さの基準、-9999などの欠測値を確認してください。",
        "Look at the unit and datum of the heights, and for missing values such as -9999.",
    ),
    "solid.": Text(
        "立体を閉じた、外向きの1つの殻に修正してください。体積や内外の計算に使えません。",
        "Make the solid one closed shell that is turned outwards. Volumes and insides can't be computed from it.",
    ),
    "geometry.": Text("元データの形状を確認してください。", "Look at the geometry in the source."),
    "citygml.": Text("元データのこの地物を確認してください。", "Look at this feature in the source."),
    "citygml.reference_lost": Text(
        "xlink:href の参照先をファイルに含めてください(ファイル内のgml:id)。",
        "Put what xlink:href refers to into the file, under that gml:id.",
    ),
    "citygml.duplicate_id": Text(
        "gml:idを一意にしてください。2つ目以降は保存していません。",
        "Make gml:ids unique. The second and others are not stored.",
    ),
    "citygml.inner_id_twice": Text(
        "参照(xlink)が別の面を指すことがあります。gml:idを一意にしてください。",
        "References (xlink) may lead to another face. Make gml:ids unique.",
    ),
    "citygml.code_unknown": Text(
        "コードまたはコードリストを修正してください。値はコードのまま保存しました。",
        "Mend the code or the codelist. The value is kept as a code.",
    ),
    "citygml.codelist_missing": Text(
        "codelists フォルダーを udx と並べて一緒に取り込んでください。",
        "Import the folder codelists beside udx together with it.",
    ),
    "citygml.texture_missing": Text(
        "_appearance フォルダーの画像を一緒に取り込んでください。",
        "Import the images of the folder _appearance together with the file.",
    ),
    "citygml.outside_mesh": Text(
        "地物の座標、またはファイル名のメッシュコードを確認してください。",
        "Look at the feature's coordinates, and at the mesh code in the file's name.",
    ),
    "citygml.file_outside_mesh": Text(
        "ファイル名のメッシュコードと座標の順序(緯度・経度)を確認してください。",
        "Look at the mesh code in the file's name, and at the order of coordinates (latitude, longitude).",
    ),
    "citygml.height_differs": Text(
        "計測高さと形状のどちらが正しいか確認してください。", "Find out which of the two heights is right."
    ),
    "citygml.building_id_in_files": Text(
        "同じ建築物なら一方のファイルから除き、別の建築物なら建物IDを付け直してください。",
        "Take the building out of one of the files, or give it an ID of its own if it is another one.",
    ),
    "citygml.footprints_overlap": Text(
        "二重に取得された建築物、または取り壊された建築物がないか確認してください。",
        "Look whether a building was surveyed twice, or stands there no longer.",
    ),
    "citygml.city_of_wards": Text("区の市区町村コードにしてください。", "Give the code of the ward."),
    "citygml.parts_apart": Text(
        "離れた部分は別の建築物にするか、接する面を一致させてください。",
        "Make a building of its own of what stands apart, or let parts share the faces where they meet.",
    ),
    "citygml.roads_overlap": Text(
        "隣接する道路の境界線の座標を一致させてください。",
        "Let neighbouring roads have the same points along their border.",
    ),
    "citygml.traffic_areas_overlap": Text(
        "隣接する交通領域の境界線の座標を一致させてください。",
        "Let neighbouring traffic areas have the same points along their border.",
    ),
    "citygml.area_unreferenced": Text(
        "道路の lodXMultiSurface から、すべての交通領域・交通補助領域の面を xlink:href で参照してください。",
        "Let the road's lodXMultiSurface refer (xlink:href) to every face of its traffic areas.",
    ),
    "citygml.composite_not_connected": Text(
        "面を辺でつなげるか、MultiSurfaceにしてください。", "Let the faces share edges, or make it a MultiSurface."
    ),
    "citygml.solid_of_water": Text(
        "LOD1は面(lod1MultiSurface)にしてください。", "Give surfaces in LOD1 (lod1MultiSurface)."
    ),
    "citygml.element_unknown": Text(
        "要素名の誤りか、独自の拡張です。スキーマに照らして確認してください。",
        "A misspelt name or an extension of somebody's own: hold it against the schema.",
    ),
    "xml.": Text(
        "ファイルを開けません。作り直すか、XMLエディターで修正してください。",
        "The file can't be opened. Make it anew, or mend it with an XML editor.",
    ),
    "file.": Text("ファイルを確認してください。", "Look at the file."),
    "zip.": Text("ZIPを作り直してください。", "Make the zip anew."),
    "crs.": Text("座標参照系を確認してください。", "Look at the coordinate reference system."),
    "terrain.triangle_turned": Text(
        "頂点を上から見て反時計回りに並べてください。", "Let the corners run anticlockwise as seen from above."
    ),
    "terrain.triangle_flat": Text("三角形を除いてください。", "Take the triangle out."),
    "terrain.edge_unshared": Text(
        "三角形どうしが辺全体を共有するようにしてください。", "Let triangles share whole edges with their neighbours."
    ),
    "csv.": Text("表の該当する行を修正してください。", "Mend that row of the table."),
    "town.": Text(
        "表のコードまたは名称を区域のレイヤーと照らし合わせてください。",
        "Hold the code or name in the table against the layer of areas.",
    ),
    "town.no_places": Text(
        "町丁目の区域(e-Statの境界データなど)を一緒に取り込んでください。",
        "Import the areas of the towns (such as e-Stat's boundaries) together with the table.",
    ),
    "town.duplicate": Text("重複する行を1つにしてください。", "Make one row of those that repeat each other."),
    "gtfs.": Text("GTFSの該当するファイルを修正してください。", "Mend that file of the feed."),
}


def remedy(rule: str) -> Text | None:
    """Of the rule itself, else of its family."""
    return _REMEDIES.get(rule) or _REMEDIES.get(f"{rule.partition('.')[0]}.")
