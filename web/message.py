"""The words of the command line, in Japanese and English."""

from collections.abc import Mapping

from geo import Severity, Text
from web.message_access import JAPANESE as _OF_ACCESS
from web.message_gtfs import JAPANESE as _OF_GTFS
from web.message_realtime import JAPANESE as _OF_REALTIME

ERROR = Text("エラー: {text}", "Error: {text}")
UNEXPECTED = Text(
    "予期しないエラーです: {error}(詳しくは {path}、または --debug)",
    "Unexpected error: {error} (details in {path}, or with --debug)",
)
TRY_HELP = Text("「{command} --help」で使い方を表示します", "'{command} --help' shows how it is used")
USAGE = Text("使い方:", "Usage:")

NO_LAYERS = Text("レイヤーはまだありません", "There are no layers yet")
PUBLISHED = Text("{layer} を公開しました", "{layer} is on the public map now")
UNPUBLISHED = Text("{layer} の公開をやめました", "{layer} is no longer on the public map")
REMOVED = Text("{layer} を削除しました", "{layer} has been removed")
CLEARED = Text("{folders} 個のフォルダー({megabytes} MB)を消しました", "Folders cleared: {folders} ({megabytes} MB)")
CHECKED = Text(
    "{files} ファイル、地物 {read} 件(うち {kept_out} 件は保存できない形)",
    "Files: {files}; features: {read}, of which can't be stored: {kept_out}",
)
ALL_LAYERS = Text("すべてのレイヤー", "all layers")
REPORT_WRITTEN = Text("報告書: {path}", "Report: {path}")
PROBLEM_COUNT = Text("問題 {count} 件", "Problems: {count}")

LEVELS = Text(
    "詳細度(LOD)ごとの地物数(不採用: 同じ地物の別のLODを保存):",
    "Features by level of detail (set aside: another level of the same feature is stored):",
)
IMPORTED = Text("{layers} レイヤー、{seconds} 秒", "Layers: {layers}, in {seconds} s")
NOT_READ = Text("お知らせ(まだ読めないものなど):", "Notes, such as what is not read yet:")
FAILURES = Text("取り込めなかったファイル:", "Not imported:")
IGNORED = Text("地図データではないファイル: {count} 件", "Files that are no map data: {count}")
SEE_PROBLEMS = Text("問題の一覧: {command}", "What was wrong: {command}")
CODELISTS = Text(
    "コードリスト{count}個がないため、コードのまま保存しました: {names}",
    "codelists that are missing, their codes kept without labels ({count}): {names}",
)
AND_MORE = Text("  …ほか {count} 件", "  ... and {count} more")
TOTAL = Text("合計", "total")
NEW_VERSION = Text("新しい版", "new version")
UNCHANGED = Text("変更なし", "unchanged")
PUBLIC = Text("公開", "public")
INTERNAL = Text("内部", "internal")

FOUND = Text("{total} 件(表示 {shown} 件)", "Features: {total} (shown: {shown})")
EXPORTED = Text("{features} 件を書き出しました: {files}", "Features written: {features}; files: {files}")

HEADS: Mapping[str, Text] = {
    "fid": Text("番号", "fid"),
    "id": Text("ID", "id"),
    "title": Text("タイトル", "title"),
    "group": Text("グループ", "group"),
    "features": Text("地物", "features"),
    "problems": Text("問題", "problems"),
    "visibility": Text("公開範囲", "visibility"),
    "version": Text("版", "version"),
    "read": Text("読み込み", "read"),
    "stored": Text("保存", "stored"),
    "kept_out": Text("除外", "kept out"),
    "set_aside": Text("不採用", "set aside"),
    "feature_type": Text("地物型", "feature type"),
    "lod": Text("LOD", "LOD"),
    "state": Text("状態", "state"),
    "class": Text("区分", "class"),
    "places": Text("地点", "places"),
    "share": Text("割合", "share"),
    "rank": Text("順位", "rank"),
    "name": Text("地区", "place"),
    "population": Text("人口", "population"),
    "left_out": Text("圏外の人口", "left out"),
}

SEVERITIES: Mapping[Severity, Text] = {
    Severity.NOTE: Text("情報", "note"),
    Severity.WARNING: Text("注意", "warning"),
    Severity.ERROR: Text("除外", "error"),
}

SERVING = Text("地図: {address}(Ctrl+C で終了)", "The map is at {address} (Ctrl+C stops it)")
INTERNAL_MAP = Text(
    "内部用の地図です。サインインがないため、庁内ネットワーク以外では使わないでください",
    "This is the internal map. Nobody signs in to it: keep it inside the office network",
)
WORKING = Text("ジョブを待っています(Ctrl+C で終了)", "Waiting for jobs (Ctrl+C stops)")

MAKING_SAMPLE = Text("みほん市を作成: {folder}", "Making the sample city in {folder}")
SAMPLE_MADE = Text(
    "みほん市を作成しました: {folder}({files} ファイル)", "The sample city is in {folder} ({files} files)"
)
SAMPLE_KEPT = Text("みほん市は {folder} にあります", "The sample city is in {folder}")

COVERAGE_LAYER = Text("結果をレイヤー {layer} に保存しました", "The result is kept as layer {layer}")
COVERAGE_AREA = Text(
    "{points} 地点から {within_m} m 以内: {area} km²", "Within {within_m} m of {points} places: {area} km²"
)
COVERAGE_PEOPLE = Text(
    "人口 {population} 人のうち {covered} 人({share}%)", "{covered} of {population} people ({share} %)"
)
LEFT_OUT = Text("圏外の人口が多い地区:", "Places with most people left out:")
RERUN = Text("{layer}: 版 {version}", "{layer}: version {version}")

PANELS: Mapping[str, Text] = {
    "ARGUMENTS_PANEL_TITLE": Text("引数", "Arguments"),
    "OPTIONS_PANEL_TITLE": Text("オプション", "Options"),
    "COMMANDS_PANEL_TITLE": Text("コマンド", "Commands"),
    "ERRORS_PANEL_TITLE": Text("エラー", "Error"),
    "DEFAULT_STRING": Text("[既定値: {}]", "[default: {}]"),
    "ENVVAR_STRING": Text("[環境変数: {}]", "[env var: {}]"),
    "REQUIRED_LONG_STRING": Text("[必須]", "[required]"),
}
"""Words of Typer's own help, by the names it gives them."""

JAPANESE: Mapping[str, str] = {
    **_OF_ACCESS,
    **_OF_GTFS,
    **_OF_REALTIME,
    "Show this message and exit.": "この説明を表示します。",
    "Machinami: city files become a layered map in the browser.": (
        "Machinami: 都市のデータファイルを、ブラウザーで見るレイヤー地図にします。"
    ),
    "Folder of the store.": "ストアのフォルダー。",
    "Language of messages; without it, what LANG says.": "表示する言語。指定しなければ LANG に従います。",
    "Show where an error happened.": "エラーの発生箇所を表示します。",
    "Show the version and exit.": "バージョンを表示します。",
    "Ask a question of the layers and keep the answer.": "レイヤーを分析し、結果を保存します。",
    "Import files, folders and zips as layers.\n\n"
    "Exit status: 0 all stored; 3 stored with problems; 1 nothing stored; 2 wrong usage.": (
        "ファイル、フォルダー、ZIPをレイヤーとして取り込みます。\n\n"
        "終了ステータス: 0 すべて保存、3 問題ありで保存、1 何も保存できない、2 使い方の誤り。"
    ),
    "Files, folders and zips to import.": "取り込むファイル、フォルダー、ZIP。",
    "Title of the layer.": "レイヤーのタイトル。",
    "Branch of the layer tree: an id, or a title.": "レイヤーツリーのグループ(IDまたは名前)。",
    "Licence of the data, such as CC BY 4.0.": "データのライセンス(例: CC BY 4.0)。",
    "Whom to name as the source.": "出典の表示。",
    "Coordinate reference system of files that name none.": "座標参照系が書かれていないファイルの座標参照系。",
    "Dask cluster to work on, such as tcp://10.0.0.5:8786.": "処理を任せるDaskクラスター(例: tcp://10.0.0.5:8786)。",
    "Show the layers on the public map.": "取り込んだレイヤーを公開します。",
    "Join CityGML to the seamless layers NAME: a file supersedes one of the same city, package and mesh.": (
        "CityGMLを継ぎ目のないレイヤー NAME に加えます。"
        "同じ都市・パッケージ・メッシュのファイルは新しいものに置き換わります。"
    ),
    "Layer with the areas of tables of towns that have no coordinates.": (
        "位置のない町丁目別の表に使う、町丁目の区域(ポリゴン)のレイヤー。"
    ),
    "Print JSON, with the fields of the HTTP API.": "HTTP APIと同じ項目のJSONで出力します。",
    "Id of the layer.": "レイヤーのID。",
    "Show one feature with all its attributes.": "地物をひとつ、すべての属性とともに表示します。",
    "Id of the feature, such as its gml:id.": "地物のID(gml:id など)。",
    "List the features that fulfil a condition.": "条件に合う地物の一覧を表示します。",
    'Condition on columns, such as "height_m >= 31".': '列の条件(例: "height_m >= 31")。',
    "Words in a feature's id or texts.": "地物のIDや文字列に含まれる語。",
    "Features that meet this box, in degrees.": "この範囲(経緯度、度)にかかる地物。",
    "How many at most.": "最大の件数。",
    "Write a layer, or the part that fulfils a condition, to a file for other programs.": (
        "レイヤー(または条件に合う地物)を、ほかのソフトウェア用のファイルに書き出します。"
    ),
    "File to write: .gpkg, .parquet, .geojson or .csv.": "書き出すファイル(.gpkg、.parquet、.geojson、.csv)。",
    "EPSG:4326 (default), 6668 to 6692, or plane: the one that fits the layer.": (
        "EPSG:4326(既定)、6668〜6692、または plane(レイヤーの場所の平面直角座標系)。"
    ),
    "Replace OUT where it exists.": "OUT がすでにあれば上書きします。",
    "List the layers.": "レイヤーの一覧を表示します。",
    "List what was wrong in the files of a layer, or write it as a report.": (
        "レイヤーの元ファイルにあった問題を表示するか、報告書に書き出します。"
    ),
    "Id of the layer; all for every layer.": "レイヤーのID。all ですべてのレイヤー。",
    "Write a report for reading and printing to this file.": "読む・印刷するための報告書(HTML)を書き出すファイル。",
    "Write a table of all problems to this file.": "すべての問題の表(CSV)を書き出すファイル。",
    "Check files, folders and zips without storing anything.\n\n"
    "Exit status: 0 all right; 3 with problems; 1 nothing could be read; 2 wrong usage.": (
        "ファイル、フォルダー、ZIPを、保存せずに検査します。\n\n"
        "終了ステータス: 0 問題なし、3 問題あり、1 何も読めない、2 使い方の誤り。"
    ),
    "Files, folders and zips to check.": "検査するファイル、フォルダー、ZIP。",
    "Show a layer on the public map.": "レイヤーを公開します。",
    "Take a layer off the public map.": "レイヤーの公開をやめます。",
    "Remove a layer with all its versions.": "レイヤーをすべての版とともに削除します。",
    "Clear old versions and what interrupted imports left.": "古い版と、中断された取り込みの残りを消します。",
    "Address to listen on; 0.0.0.0 for all of the machine.": "待ち受けるアドレス。0.0.0.0 ですべて。",
    "Port; 0 for any free one.": "ポート。0 で空いているもの。",
    "Web processes.": "Webプロセスの数。",
    "Serve the internal map: every layer. For the office network only.": (
        "内部用の地図(すべてのレイヤー)を配信します。庁内ネットワーク専用です。"
    ),
    "Start no worker beside the server.": "ワーカーを一緒に起動しません。",
    "Serve the map until Ctrl+C.": "地図を配信します(Ctrl+C で終了)。",
    "Take jobs from the store's queue until stopped.": "ストアのキューからジョブを取り出して実行し続けます。",
    "Make the sample city's files in a folder.": "みほん市のデータファイルをフォルダーに作ります。",
    "Folder for the files.": "ファイルを置くフォルダー。",
    "Buildings of the city.": "建物の数。",
    "Faulty files too, in DIR/faults.": "誤りを仕込んだファイルも DIR/faults に作ります。",
    "The same seed makes the same city.": "乱数の種。同じ種からは同じ都市ができます。",
    "Make the sample city, import it, publish it and serve it.": (
        "みほん市を作成し、取り込み、公開して、地図を配信します。"
    ),
    "Stop after the import.": "取り込みまでで終わります。",
    "Who lives within reach (straight line) of the features of a layer?": (
        "レイヤーの地物から直線距離で届く範囲に住む人を調べます。"
    ),
    "Layer of the places that serve.": "施設などの地点のレイヤー。",
    "Metres, straight line.": "直線距離(メートル)。",
    "Layer with the population.": "人口のレイヤー。",
    "Run an analysis again on the current data.": "分析を現在のデータでもう一度実行します。",
    "Layer that an analysis made.": "分析で作られたレイヤーのID。",
}
"""Help texts by their English; a test finds any that is missing."""
