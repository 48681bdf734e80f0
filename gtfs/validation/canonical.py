"""The canonical rules and those of GTFS-JP, by the validator gtfs_analyzer, in both languages."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, Literal

from geo import Text
from gtfs.validation.finding import Finding, Level, Origin

Profile = Literal["auto", "v3", "v4"]
"""Of GTFS-JP; `auto`: by what the feed holds."""

_GRAVE: Final = frozenset({"CRITICAL", "HIGH"})
_OF_STANDARD: Final = frozenset({"SPEC", "INTEROP"})
"""Classes of rules that the standards state; the others are about quality, and judge by thresholds."""
_JP: Final = "JPN_"
_OURS: Final = ("GEO_009", "SHP_012")
"""Stops far from shapes: our rule names the line of the stop and the shape once."""


def canonical_findings(bundle: bytes, today: date, profile: Profile = "auto") -> list[Finding]:
    """Of a zip in memory whose files lie at the top. Statistics that are no fault are left out.

    A feed that the validator can't work on at all is one finding that says why.
    """
    from gtfs_analyzer import ValidationError, validate_gtfs  # type: ignore[import-untyped]

    config = {"gtfs_jp_profile": profile, "disabled_rule_ids": list(_OURS)}
    day = today.strftime("%Y%m%d")
    try:
        ja, en = (validate_gtfs(bundle, today=day, config=config, lang=lang)["notices"] for lang in ("ja", "en"))
    except ValidationError as error:
        return [_refused(str(error))]
    return [_finding(*pair) for pair in zip(ja, _paired(ja, en), strict=True) if not _is_statistic(pair[0])]


def _paired(ja: Sequence[Mapping[str, Any]], en: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """English notices in the order of the Japanese; ids are the same in every language."""
    by_id = {notice["id"]: notice for notice in en}
    return [by_id.get(notice["id"], {}) for notice in ja]


def _is_statistic(notice: Mapping[str, Any]) -> bool:
    return bool(notice["severity"] == "INFO" and notice["rule_class"] == "ANALYTICS")


def _finding(ja: Mapping[str, Any], en: Mapping[str, Any]) -> Finding:
    code = str(ja["rule_id"])
    return Finding(
        code=code,
        level=_level(str(ja["severity"]), str(ja["rule_class"])),
        origin=Origin.GTFS_JP if code.startswith(_JP) else Origin.GTFS,
        title=_text(ja, en, "title", code),
        message=_text(ja, en, "message", code),
        remedy=_text(ja, en, "remediation", code),
        file=str(ja["file"] or ""),
        line=ja["line"],
        feature=ja["entity_id"],
        field=ja["field"],
    )


def _level(severity: str, rule_class: str) -> Level:
    if severity == "CRITICAL" or (severity in _GRAVE and rule_class in _OF_STANDARD):
        return Level.ERROR
    return Level.WARNING if severity in ("HIGH", "MEDIUM") else Level.NOTE


def _text(ja: Mapping[str, Any], en: Mapping[str, Any], key: str, code: str) -> Text:
    """The code stands in for a text that the validator lacks in a language."""
    return Text(str(ja.get(key) or code), str(en.get(key) or code))


def _refused(reason: str) -> Finding:
    title = Text("検証できないデータ", "The feed can't be validated")
    remedy = Text("ZIPと必須ファイルを確認してください。", "Look at the zip and its required files.")
    return Finding("unreadable", Level.ERROR, Origin.GTFS, title, Text.same(reason), remedy)
