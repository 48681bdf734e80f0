"""What can go wrong in web. `web.status` turns these, and those of data, into statuses.

WebError
├── HostNotAllowedError   asked by a name that is not ours
├── NotJsonError          a POST whose content type is not JSON
├── BodyTooLargeError     more bytes than a question needs
├── NoTerrainError        no terrain has a height at a place
├── UnknownStopError      no such stop, or none that the viewer may see
├── NoFeedError           a layer without timetable, or none that the viewer may see
├── NoVehicleError        no such bus just now, or none that the viewer may see
├── OutsideCalendarError  a date that no calendar of a stop says anything about
├── BusyError             as many analyses, searches or exports as allowed are running
├── AddressError          the address to listen on is taken or not ours
├── StoreMissingError     there is no store to read from
├── StoreGoneError        the store has been removed or replaced while it was served
└── UsageError            the command line was called wrongly
"""

from datetime import date
from pathlib import Path

from geo import Text


class WebError(Exception):
    """Every error of this package. `text` is what a person reads."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


class HostNotAllowedError(WebError):
    def __init__(self, host: str) -> None:
        super().__init__(
            Text(
                f"ホスト名「{host}」ではアクセスできません(MACHINAMI_ALLOWED_HOSTS で許可できます)",
                f"host {host!r} is not allowed (MACHINAMI_ALLOWED_HOSTS can allow it)",
            )
        )


class NotJsonError(WebError):
    def __init__(self) -> None:
        super().__init__(
            Text("Content-Type は application/json にしてください", "the content type must be application/json")
        )


class BodyTooLargeError(WebError):
    def __init__(self, limit: int) -> None:
        super().__init__(Text(f"本文が上限の{limit}バイトを超えています", f"the body is longer than {limit} bytes"))


class NoTerrainError(WebError):
    def __init__(self, lon: float, lat: float) -> None:
        super().__init__(
            Text(
                f"経度{lon:g}、緯度{lat:g}には標高のデータがありません",
                f"no terrain has a height at longitude {lon:g}, latitude {lat:g}",
            )
        )


class UnknownStopError(WebError):
    def __init__(self, asked: str) -> None:
        super().__init__(
            Text(f"停留所「{asked[:100]}」はありません", f"there is no stop {asked[:100]!r}, or none that you may see")
        )


class NoFeedError(WebError):
    def __init__(self, layer_id: str) -> None:
        super().__init__(
            Text(
                f"レイヤー「{layer_id[:100]}」に時刻表はありません",
                f"there is no layer {layer_id[:100]!r} with a timetable, or none that you may see",
            )
        )


class NoVehicleError(WebError):
    def __init__(self, vehicle: str) -> None:
        super().__init__(
            Text(f"車両「{vehicle[:100]}」はいま受信していません", f"no bus {vehicle[:100]!r} reports itself just now")
        )


class OutsideCalendarError(WebError):
    def __init__(self, day: date, first: date, last: date) -> None:
        super().__init__(
            Text(
                f"{day.isoformat()}は時刻表の期間({first.isoformat()}から{last.isoformat()}まで)の外です",
                f"{day.isoformat()} is outside the calendar of the feed, {first.isoformat()} to {last.isoformat()}",
            )
        )


class BusyError(WebError):
    retry_after_s = 5

    def __init__(self) -> None:
        super().__init__(
            Text(
                "ほかの処理を実行中です。しばらくしてからもう一度お試しください",
                "as much as allowed is being worked on; try again in a moment",
            )
        )


class AddressError(WebError):
    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            Text(f"{host}:{port} で待ち受けできません({reason})", f"can't listen on {host}:{port} ({reason})")
        )


class StoreMissingError(WebError):
    def __init__(self, path: Path) -> None:
        super().__init__(
            Text(
                f"{path} にストアがありません(machinami import で作られます)",
                f"there is no store at {path} (machinami import makes one)",
            )
        )


class StoreGoneError(WebError):
    def __init__(self) -> None:
        super().__init__(
            Text(
                "ストアが削除されたか、置き換えられています。サーバーを再起動してください",
                "the store has been removed or replaced; start the server again",
            )
        )


class UsageError(WebError):
    pass
