"""A feed judged by the canonical rules, those of GTFS-JP and our own."""

import io
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from geo import Problem, UnreadableError
from geo.encoding import decode_text
from gtfs.archive import open_feed
from gtfs.errors import NoServiceError
from gtfs.feed import LIMIT_BYTES, Feed, read_feed
from gtfs.validation.call_rule import call_findings
from gtfs.validation.canonical import Profile, canonical_findings
from gtfs.validation.finding import Finding, Level
from gtfs.validation.rule import found
from gtfs.validation.service_rule import service_findings
from gtfs.validation.shape_rule import shape_findings
from gtfs.validation.stop_rule import stop_findings

_ORDER: Final = (Level.ERROR, Level.WARNING, Level.NOTE)


@dataclass(frozen=True)
class Validation:
    name: str
    today: date
    findings: tuple[Finding, ...]
    """The gravest first, then by rule, file and line."""
    made_at: datetime = field(default_factory=lambda: datetime.now().astimezone())

    @property
    def errors(self) -> int:
        return self.counts[Level.ERROR]

    @property
    def counts(self) -> Mapping[Level, int]:
        counted = Counter(finding.level for finding in self.findings)
        return {level: counted[level] for level in _ORDER}

    def as_json(self) -> dict[str, Any]:
        return {
            "feed": self.name,
            "date": self.today.isoformat(),
            "counts": {level.value: count for level, count in self.counts.items()},
            "findings": [finding.as_json() for finding in self.findings],
        }


def validate_feed(
    path: Path,
    *,
    today: date | None = None,
    name: str | None = None,
    others: Mapping[str, Feed] | None = None,
    profile: Profile = "auto",
    limit_bytes: int = LIMIT_BYTES,
) -> Validation:
    """The zip or folder at `path` as of `today`; `others`: feeds of other operators to compare names and holidays with.

    UnreadableError where there is no feed to judge: no such file, a damaged zip.
    """
    called, day = name or path.resolve().name, today or date.today()
    contents, folder = _contents(path, called, limit_bytes)
    findings = [*_form(contents, folder if path.is_file() else "")]
    findings += canonical_findings(_bundle(contents), day, profile)
    findings += _own(path, called, day, others or {}, limit_bytes)
    return Validation(called, day, tuple(sorted(findings, key=_rank)))


def _contents(path: Path, name: str, limit_bytes: int) -> tuple[dict[str, bytes], str]:
    with open_feed(path, name=name, limit_bytes=limit_bytes) as files:
        contents = {file: files.read(file) for file in files.names}
        return contents, files.place("").removesuffix(".")


def _form(contents: Mapping[str, bytes], folder: str) -> Iterator[Finding]:
    if folder:
        yield found("nested", {"folder": folder})
    for file, content in contents.items():
        if file.endswith(".txt") and (encoding := _other_encoding(content)):
            yield found("encoding", {"encoding": encoding}, file=file, line=1)


def _other_encoding(content: bytes) -> str:
    """Empty for UTF-8."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "UTF-16"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "CP932 (Shift_JIS)"
    return ""


def _bundle(contents: Mapping[str, bytes]) -> bytes:
    """A zip whose files lie at the top and are in UTF-8: their form is judged apart, once and not in every value."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for file, content in contents.items():
            archive.writestr(file, _in_utf8(file, content))
    return whole.getvalue()


def _in_utf8(file: str, content: bytes) -> bytes:
    if not file.endswith(".txt") or not _other_encoding(content):
        return content
    try:
        return decode_text(content, name=file).encode()
    except UnreadableError:
        return content


def _own(path: Path, name: str, day: date, others: Mapping[str, Feed], limit_bytes: int) -> Iterator[Finding]:
    try:
        feed = read_feed(path, name=name, limit_bytes=limit_bytes)
    except UnreadableError as error:
        yield _of_problem(error.problem, "unreadable", name)
        return
    yield from (_of_problem(problem, "row", name) for problem in feed.problems)
    yield from call_findings(feed)
    yield from shape_findings(feed)
    yield from stop_findings(feed, others)
    try:
        yield from service_findings(feed, day, others)
    except NoServiceError as error:
        told = {"reason": error.text.ja, "reason_en": error.text.en}
        yield found("unreadable", told, file="calendar.txt")


def _of_problem(problem: Problem, code: str, name: str) -> Finding:
    told = {"reason": problem.text("ja"), "reason_en": problem.text("en")}
    file = problem.file.removeprefix(f"{name}/")
    return found(code, told, file="" if file == name else file, line=problem.line, feature=problem.feature)


def _rank(finding: Finding) -> tuple[Any, ...]:
    return (
        _ORDER.index(finding.level), finding.origin != "machinami", finding.code, finding.file, finding.line or 0,
        finding.feature or "",
    )  # fmt: skip
