"""GET /feeds: the timetables for download, at addresses that stay: the current feed and the next one."""

from collections.abc import Iterator
from datetime import date, datetime
from html import escape
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Header, Query
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response

from data.publication import FeedSeries, PublishedFeed, feed_series
from geo import Language, Text
from gtfs.page import Speaker, page, table
from web.errors import NoFeedError
from web.site import SiteOf

router = APIRouter(tags=["timetables"], include_in_schema=False)

_ZONE: Final = ZoneInfo("Asia/Tokyo")
_WORDS: Final = {
    "title": Text("時刻表データ(GTFS-JP)", "Timetable data (GTFS-JP)"),
    "about": Text(
        "だれでも使える時刻表のデータです。アドレスは改定後も変わりません。",
        "Timetables for anybody to use. The addresses stay the same after a revision.",
    ),
    "none": Text("公開されている時刻表はまだありません。", "No timetable has been published yet."),
    "current": Text("現在のデータ", "Current feed"),
    "next": Text("次のデータ", "Next feed"),
    "ended": Text("期間終了", "period over"),
    "licence": Text("ライセンス", "Licence"),
    "no_licence": Text("記載なし", "not stated"),
    "source": Text("出典", "Source"),
    "valid": Text("有効期間", "Valid"),
    "version": Text("版", "Version"),
    "size": Text("大きさ", "Size"),
    "contents": Text("内容", "Contents"),
    "counted": Text("{routes} 路線、{stops} 標柱、{trips} 便", "{routes} routes, {stops} stops, {trips} trips"),
    "history": Text("履歴", "History"),
    "imported": Text("登録", "Added"),
    "operator": Text("事業者", "Operator"),
    "fixes": Text("公開にあたっての修正({count} 種類)", "Mended for publication ({count} kinds)"),
    "other": Text("English", "日本語"),
}


@router.get("/feeds")
def show_feeds(
    site: SiteOf,
    lang: Annotated[Literal["ja", "en"] | None, Query()] = None,
    accept_language: Annotated[str, Header()] = "",
) -> Response:
    """The page, in the language asked for or preferred."""
    language: Language = lang or ("en" if accept_language.lower().startswith("en") else "ja")
    series = feed_series(site.store, site.viewer)
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Language"}
    return HTMLResponse(feeds_page(series, _today(), language), headers=headers)


@router.get("/feeds.json")
def list_feeds(site: SiteOf) -> Response:
    """The same for programs."""
    today = _today()
    told = [_series_json(one, today) for one in feed_series(site.store, site.viewer)]
    return JSONResponse({"feeds": told}, headers={"Cache-Control": "no-cache"})


@router.get("/feeds/{feed_id}/{which}.zip")
def send_feed(
    site: SiteOf,
    feed_id: str,
    which: Literal["current", "next"],
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """The zip; 304 for whoever has it, 404 where there is none (no next feed is known yet)."""
    series = next((one for one in feed_series(site.store, site.viewer) if one.id == feed_id), None)
    if series is None:
        raise NoFeedError(feed_id)
    feed = series.current(_today()) if which == "current" else series.next(_today())
    if feed is None:
        raise NoFeedError(feed_id)
    tag = f'"{feed.card.sha256[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if tag in if_none_match:
        return Response(status_code=304, headers=headers)
    return FileResponse(feed.path, media_type="application/zip", filename=_file_name(series, feed), headers=headers)


def _today() -> date:
    return datetime.now(_ZONE).date()


def _file_name(series: FeedSeries, feed: PublishedFeed) -> str:
    version = "".join(sign for sign in feed.card.version if sign.isascii() and (sign.isalnum() or sign in "-_"))
    return f"gtfs-{series.id}-{version or feed.card.sha256[:8]}.zip"


def _series_json(series: FeedSeries, today: date) -> dict[str, Any]:
    feeds = {"current": series.current(today), "next": series.next(today)}
    return {
        "id": series.id,
        **{which: feed and {**_feed_json(feed), "url": _address(series, which)} for which, feed in feeds.items()},
        "history": [_feed_json(feed) for feed in series.feeds],
    }


def _feed_json(feed: PublishedFeed) -> dict[str, Any]:
    record = feed.layer
    return {
        **feed.card.as_json(),
        "layer": record.id,
        "title": record.title.as_json(),
        "licence": record.licence,
        "attribution": record.attribution,
        "imported_at": record.imported_at,
        "fixes": list(feed.fixes),
    }


def _address(series: FeedSeries, which: str) -> str:
    return f"/feeds/{quote(series.id)}/{which}.zip"


def feeds_page(series: list[FeedSeries], today: date, language: Language) -> str:
    """The whole page; it asks for nothing else."""
    say = Speaker(_WORDS, language)
    other = "en" if language == "ja" else "ja"
    body = [
        f'<p class="dim"><a href="/">Machinami</a> · <a href="?lang={other}" lang="{other}">{say("other")}</a></p>',
        f"<h1>{say('title')}</h1><p>{say('about')}</p>",
        *(part for one in series for part in _section(one, today, say)),
        *([] if series else [f"<p>{say('none')}</p>"]),
    ]
    return page(say("title"), "\n".join(body), language)


def _section(series: FeedSeries, today: date, say: Speaker) -> Iterator[str]:
    current, coming = series.current(today), series.next(today)
    newest = coming or current or series.feeds[-1]
    yield f'<h2 id="{escape(series.id)}">{escape("・".join(newest.card.operators) or series.id)}</h2>'
    for which, feed in (("current", current), ("next", coming)):
        if feed is not None:
            yield f"<h3>{say(which)}</h3>{_table(series, which, feed, today, say)}{_fixes(feed, say)}"
    yield f"<h3>{say('history')}</h3>"
    rows = [_history_row(feed) for feed in reversed(series.feeds)]
    yield table(("version", "valid", "imported", "size"), rows, say)


def _table(series: FeedSeries, which: str, feed: PublishedFeed, today: date, say: Speaker) -> str:
    card, record, address = feed.card, feed.layer, _address(series, which)
    over = f" ({say('ended')})" if card.last is not None and card.last < today else ""
    counted = say("counted", **{key: f"{getattr(card, key):,}" for key in ("routes", "stops", "trips")})
    rows = {
        "URL": f'<a href="{address}">{address}</a>',
        say("operator"): escape("・".join(card.operators)),
        say("licence"): escape(record.licence) if record.licence else say("no_licence"),
        **({say("source"): escape(record.attribution)} if record.attribution else {}),
        say("valid"): f"{_period(feed)}{over}",
        say("version"): escape(card.version or "-"),
        say("size"): f"{card.size_bytes / 1000:,.0f} kB",
        say("contents"): counted,
        "SHA-256": f"<code>{card.sha256}</code>",
    }
    cells = "".join(f'<tr><th scope="row">{head}</th><td class="id">{cell}</td></tr>' for head, cell in rows.items())
    return f"<table>{cells}</table>"


def _fixes(feed: PublishedFeed, say: Speaker) -> str:
    if not feed.fixes:
        return ""
    items = "".join(f"<li>{escape(fix['file'])}: {escape(fix['text'][say.language])}</li>" for fix in feed.fixes)
    return f"<details><summary>{say('fixes', count=len(feed.fixes))}</summary><ul>{items}</ul></details>"


def _history_row(feed: PublishedFeed) -> str:
    card = feed.card
    return (
        f"<tr><td>{escape(card.version or '-')}</td><td>{_period(feed)}</td>"
        f"<td>{escape(feed.layer.imported_at[:10])}</td><td>{card.size_bytes / 1000:,.0f} kB</td></tr>"
    )


def _period(feed: PublishedFeed) -> str:
    return " - ".join(day.isoformat() if day else "?" for day in (feed.card.first, feed.card.last))
