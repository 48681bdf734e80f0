"""The words of `machinami analyse` about accessibility, in Japanese and English."""

from collections.abc import Mapping

from geo import Text

SEARCHING = Text("経路を探索しています", "searching for trips")
ASKED = Text("{day}({weekday}) {start}〜{end}", "{day} ({weekday}) {start} to {end}")
WEEKDAYS: Mapping[str, Text] = {
    "monday": Text("月", "Monday"),
    "tuesday": Text("火", "Tuesday"),
    "wednesday": Text("水", "Wednesday"),
    "thursday": Text("木", "Thursday"),
    "friday": Text("金", "Friday"),
    "saturday": Text("土", "Saturday"),
    "sunday": Text("日", "Sunday"),
}
ISOCHRONE = Text("{minutes} 分未満: {area} km²", "less than {minutes} min: {area} km²")
FIGURE = Text("{name}: 平均 {mean}、中央値 {median}", "{name}: mean {mean}, median {median}")
PAIRS = Text("{reached} / {pairs} 組に到達できます", "{reached} of {pairs} pairs are reached")
LEFT_OUT = Text(
    "人口 {people} 人のうち圏外 {left_out} 人({share}%)", "{left_out} of {people} people ({share} %) are left out"
)
NODES = Text("{places} 地点(道路の端点 {nodes})", "{places} places on {nodes} nodes of the streets")
KINDS: Mapping[str, Text] = {
    "all": Text("公共交通全体", "All public transport"),
    "rail": Text("鉄道など", "Rail"),
    "bus": Text("バス", "Bus"),
}
SERVICE_ACCESS = Text(
    "{kind}: 時間 {time} 本/日、空間 {space} km/km²、総合 {total}",
    "{kind}: time {time} departures a day, space {space} km per km², total {total}",
)
CHANGED = Text("変更: {text}", "Changed: {text}")
GAIN = Text("{name}: 増える {more} 人、減る {less} 人", "{name}: {more} people have more, {less} have less")
LINES = Text("使った路線: {lines}", "Lines used: {lines}")
UNREACHED = Text("{reason}: {count} 地点", "{reason}: {count} places")
FEED_OUT = Text(
    "{feed} はこの日の時刻表がありません({first}〜{last})", "{feed} knows nothing of this date ({first} to {last})"
)
WRITTEN = Text("書き出しました: {files}", "Written: {files}")
KEPT = Text("レイヤー {layer} に保存しました", "Kept as layer {layer}")

JAPANESE: Mapping[str, str] = {
    "How far one gets by public transport from a place, door to door.": (
        "ある地点から公共交通で(徒歩を含めて)どこまで行けるかを調べます。"
    ),
    "What each place of a layer reaches by public transport.": (
        "レイヤーの各地点から公共交通でどれだけの施設に行けるかを調べます。"
    ),
    "Travel times from every place of a layer to every place of another.": (
        "2つのレイヤーの地点間の所要時間を調べます。"
    ),
    "People too far from a station or bus stop, along streets.": (
        "駅やバス停から(道路に沿って)遠い人=公共交通空白地域を調べます。"
    ),
    "People who reach no facility in time, door to door.": "施設に時間内に行けない人を調べます。",
    "Before and after a change of lines, stops or facilities.": "路線・停留所・施設を変えた場合の前後を比べます。",
    "Longitude and latitude, such as 138.86,35.10.": "経度と緯度(例: 138.86,35.10)。",
    "Date, such as 2026-05-12; without it, a usual weekday.": "日付(例: 2026-05-12)。指定しなければ普段の平日。",
    "First departure, such as 07:00.": "出発時間帯のはじめ(例: 07:00)。",
    "End of the departures, not part of them.": "出発時間帯の終わり(この時刻は含みません)。",
    "Percentile of the travel time over the departures; may be repeated.": (
        "出発時刻ごとの所要時間のパーセンタイル。繰り返し指定できます。"
    ),
    "Arrive within the window, instead of departing.": "時間帯を出発ではなく到着の時刻とします。",
    "Longest walk to the first and from the last stop, in minutes.": "最初と最後の徒歩の上限(分)。",
    "Walking speed, km/h.": "歩く速さ(km/h)。",
    "Longest trip in minutes.": "所要時間の上限(分)。",
    "Layer of the stops of a GTFS feed; may be repeated. Without it, all feeds.": (
        "GTFSの停留所のレイヤー。繰り返し指定できます。指定しなければすべて。"
    ),
    "Layer with streets, or `none` for straight lines.": "道路網のレイヤー。none は直線距離。",
    "Minutes of one area; may be repeated.": "到達圏の分数。繰り返し指定できます。",
    "Layer of the places that people start from.": "出発地のレイヤー。",
    "Layer of the places that people want to reach.": "目的地のレイヤー。",
    "Column of the destinations that counts; may be repeated. Without it, each place is 1.": (
        "目的地の数える列。繰り返し指定できます。指定しなければ1か所を1とします。"
    ),
    "step, step_within, linear, logistic or exponential.": (
        "step、step_within、linear、logistic、exponential のいずれか。"
    ),
    "Cutoff in minutes: of a step, the middle of a slope, a half-life.": "基準の分数(階段の境、傾きの中心、半減期)。",
    "Width of linear, standard deviation of logistic, in minutes.": "linear の幅、logistic の標準偏差(分)。",
    "Of the percentile of travel time, per minute, or the mean over minutes.": (
        "所要時間のパーセンタイルから数えるか、出発時刻ごとに数えるか、その平均か。"
    ),
    "Layer with the population, split over homes that have none.": (
        "人口のレイヤー。人口を持たない建物などに配分します。"
    ),
    "Metres to a station that are near enough.": "駅まで近いとみなす距離(m)。",
    "Metres to a bus stop that are near enough.": "バス停まで近いとみなす距離(m)。",
    "Departures a day below which a stop does not count.": "1日の便数がこれより少ない停留所は数えません。",
    "Layer of the homes: grid squares, towns or buildings.": "住まいのレイヤー(メッシュ、町丁目、建物)。",
    "Layer of the facilities.": "施設のレイヤー。",
    "Minutes within which a facility must be reached.": "施設に着くべき時間(分)。",
    "YAML file with the changes.": "変更を書いたYAMLファイル。",
    "What to compare: access, deserts, out_of_reach, ptal or service_accessibility.": (
        "比べるもの(access、deserts、out_of_reach、ptal、service_accessibility)。"
    ),
    "PTAL of Transport for London: how good service is around each place, 0 to 6b.": (
        "PTAL(ロンドン交通局)で各地点の公共交通の便利さを 0〜6b で評価します。"
    ),
    "Service-quality classes A to D (ÖV-Güteklassen), straight lines.": (
        "公共交通の質を A〜D で評価します(ÖV-Güteklassen、直線距離)。"
    ),
    "People near stations and bus stops (MLIT's handbook), straight lines.": (
        "駅・バス停の圏域の人口を調べます(国土交通省のハンドブック、直線距離)。"
    ),
    "MLIT's service-accessibility index of areas: time, space and total.": (
        "地域ごとのサービスのアクセシビリティ指標(国土交通省): 時間・空間・総合。"
    ),
    "Where the hour that counts begins.": "数える1時間のはじめ。",
    "Layer of areas: towns, grid squares or a municipality.": "地域のレイヤー(町丁目、メッシュ、市町村)。",
    "Write the table to this file: .parquet, .csv, .geojson or .gpkg.": (
        "表をこのファイルに書き出します(.parquet、.csv、.geojson、.gpkg)。"
    ),
    "Keep the answer as a layer of this title.": "結果をこのタイトルのレイヤーに保存します。",
}
