"""What was changed in a feed so that others can use it. Nothing here changes what the timetable says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from geo import Text

_TEXTS: Final[Mapping[str, Text]] = {
    "folder": Text(
        "フォルダー「{what}」の中のファイルを最上位に移しました", "files of the folder {what} moved to the top"
    ),
    "encoding": Text("{what} からUTF-8に変換しました", "converted from {what} to UTF-8"),
    "byte_order_mark": Text("BOMを取りました", "byte order mark removed"),
    "newline": Text("改行をCRLFにそろえました", "line ends made CRLF"),
    "blank": Text("値の前後の空白を取りました({count} 件)", "blanks around values removed ({count})"),
    "blank_line": Text("空行を除きました({count} 行)", "blank lines removed ({count})"),
    "duplicate_row": Text("まったく同じ行を除きました({count} 行)", "rows that stood twice removed ({count})"),
    "time": Text("時刻を HH:MM:SS にそろえました({count} 件)", "times written as HH:MM:SS ({count})"),
    "date": Text("日付を YYYYMMDD にそろえました({count} 件)", "dates written as YYYYMMDD ({count})"),
    "colour": Text("色の # を取りました({count} 件)", "# of colours removed ({count})"),
    "postcode": Text("郵便番号を7桁の数字にしました({count} 件)", "postcodes made seven digits ({count})"),
    "filled": Text("{what} を補いました({count} 件)", "{what} filled in ({count})"),
    "feed_info": Text("feed_info.txt を作りました", "feed_info.txt made"),
    "sorted": Text("{what} の順に並べました", "sorted by {what}"),
    "unused": Text("使われていない {what} を除きました({count} 件)", "unused {what} removed ({count})"),
    "translations_form": Text(
        "旧形式(trans_id)から現在の形式に変換しました({count} 件)",
        "turned from the old form (trans_id) into today's ({count})",
    ),
    "translations_unused": Text(
        "どの項目の値でもない翻訳は現在の形式に書けないため除きました({count} 件、例: {what})",
        "translations of what no field says can't be written in today's form and are left out "
        "({count}, such as {what})",
    ),
    "language": Text("言語の書き方をそろえました({count} 件)", "language tags spelled as the standard does ({count})"),
    "left": Text(
        "列数の合わない行があるため、そのまま残しました({count} 行)",
        "left as it is: rows with more fields than the header ({count})",
    ),
}


@dataclass(frozen=True)
class Fix:
    code: str
    file: str
    """Empty where the feed as a whole is meant."""
    count: int = 1
    what: str = ""

    @property
    def text(self) -> Text:
        told = {"count": f"{self.count:,}", "what": self.what}
        template = _TEXTS[self.code]
        return Text(template.ja.format_map(told), template.en.format_map(told))

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "file": self.file, "count": self.count, "text": self.text.as_json()}
