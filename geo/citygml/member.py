"""Streams the members of a CityGML file, and what is inside a member that doesn't fit into memory piece by piece."""

import mmap
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lxml import etree

from geo.citygml.document import (
    ENVELOPE,
    MEMBERS,
    SAFE,
    SURFACE_DATA,
    encoding_of,
    not_well_formed,
    release,
    unreadable,
)
from geo.citygml.element import Element
from geo.citygml.plain import PlainFeatures
from geo.errors import UnreadableError

CHUNK_BYTES = 1 << 18
LARGE_BYTES = 1 << 22
"""A member longer than this is taken in pieces."""

_OPEN = re.compile(rb"<(?:[\w.-]+:)?appearanceMember\b")
_IN_MEMBER = re.compile(rb"<(?:[\w.-]+:)?(?:cityObject|feature)Member\b[^<>]*>\s*\Z")
"""What stands in the place of a feature is counted as one, even if it is called an appearance."""
ROOT_LIMIT = 1 << 20
_CITYGML_3 = re.compile(rb"(http://www\.opengis\.net/citygml/(?:[a-z]+/)?)3\.0\b")
_GML_3_2 = re.compile(rb"http://www\.opengis\.net/gml/3\.2\b")

Span = tuple[int, int]
"""First byte, and the one behind the last."""


@dataclass(frozen=True)
class Appearances:
    """Where a file's appearances stand."""

    spans: tuple[Span, ...] = ()
    """Of appearance members: they come with no feature."""
    inside: bool = False
    """Whether features have appearances of their own."""


def find_appearances(path: Path) -> Appearances:
    """A search for bytes, some GB/s; in encodings that aren't like ASCII everything counts as inside."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        if encoding_of(raw[:4]) != "utf-8":
            return Appearances(inside=True)
        spans = tuple(_spans(raw))
        sought = _surface_data(raw[:ROOT_LIMIT])
        position = raw.find(sought)
        for first, end in spans:
            if position < first:
                break
            position = raw.find(sought, end)
        return Appearances(spans, position >= 0)


def _surface_data(head: bytes) -> bytes:
    """What a file calls it: the longer name of CityGML 2.0 is found faster."""
    root = head[: head.find(b">", _root_start(head))]
    return b"surfaceData" if _CITYGML_3.search(root) else b"surfaceDataMember"


def _spans(raw: mmap.mmap) -> Iterator[Span]:
    position = raw.find(b"appearanceMember")
    while position >= 0:
        opening = raw.rfind(b"<", 0, position)
        end = raw.find(b"appearanceMember>", position + 1)
        while end >= 0 and raw[raw.rfind(b"<", 0, end) + 1] != ord("/"):
            end = raw.find(b"appearanceMember>", end + 1)
        if end < 0 or not _OPEN.match(raw[opening : position + 17]):
            return
        end += len(b"appearanceMember>")
        if not _IN_MEMBER.search(raw[max(0, opening - 400) : opening]):
            yield opening, end
        position = raw.find(b"appearanceMember", end)


def stream_appearances(path: Path, spans: tuple[Span, ...], broken: list[Span]) -> Iterator[Element]:
    """Surface data of the given spans. One that is no well-formed XML gives no more and is added to `broken`: it must
    not be skipped, so that reading all tells where."""
    with path.open("rb") as file:
        head = _root_tag(file.read(ROOT_LIMIT))
        for span in spans:
            parser = etree.XMLPullParser(events=("end",), tag=SURFACE_DATA, **SAFE)
            try:
                parser.feed(head)
                for chunk in _chunks(file, [span]):
                    parser.feed(chunk)
                    for _, element in parser.read_events():
                        yield element
                        release(element)
                # An undeclared prefix stops a parser only at the end of the document, which a span doesn't reach.
                is_broken = any(error.domain_name == "NAMESPACE" for error in parser.feed_error_log)
            except etree.XMLSyntaxError:
                is_broken = True
            if is_broken:
                broken.append(span)


def stream_members(
    path: Path,
    name: str,
    skip: tuple[Span, ...],
    drain: Callable[[Element], None],
    plain: PlainFeatures | None = None,
) -> Iterator[Element]:
    """Members and envelopes outside of `skip` as each ends.

    `drain` gets a large member that hasn't ended, to take out what it needs. `plain` gets the plain geometries; None
    leaves them in the features. UnreadableError where the XML turns out not well-formed.
    """
    plain = plain or PlainFeatures(is_wanted=False)
    parser = etree.XMLPullParser(events=("start", "end"), tag=(*MEMBERS, ENVELOPE), **SAFE)
    opened: Element | None = None
    waiting = first_chunk = 0
    try:
        with path.open("rb") as file:
            for chunk in _document(file, skip, plain):
                parser.feed(chunk)
                waiting += len(chunk)
                element: Element
                for event, element in parser.read_events():
                    if event == "start" and element.tag in MEMBERS:
                        opened, waiting, first_chunk = element, len(chunk), plain.last
                    elif event == "end":
                        opened = None if element is opened else opened
                        yield element
                plain.forget(plain.last + 1 if opened is None else first_chunk)
                if opened is not None and waiting >= LARGE_BYTES:
                    drain(opened)
                    waiting = 0
            parser.close()
    except etree.XMLSyntaxError as error:
        raise UnreadableError(not_well_formed(error, name)) from error
    except OSError as error:
        raise UnreadableError(unreadable(error, name)) from error


def _document(file: IO[bytes], skip: tuple[Span, ...], plain: PlainFeatures) -> Iterator[bytes]:
    """All of it, with only the line breaks of what is skipped, so that lines keep their numbers."""
    first, position = file.read(ROOT_LIMIT), 0
    if encoding_of(first[:4]) == "utf-8":
        root = _root_tag(first)
        yield plain.open(file, first, root)
        position = first.index(b">", _root_start(first)) + 1 if root else 0
    for begin, end in skip:
        yield from plain.chunks(position, begin) if plain.is_open else _chunks(file, [(position, begin)])
        yield from (b"\n" * chunk.count(b"\n") for chunk in _chunks(file, [(begin, end)]))
        position = end
    rest = (position, file.seek(0, os.SEEK_END))
    yield from plain.chunks(*rest) if plain.is_open else _chunks(file, [rest])


def _chunks(file: IO[bytes], spans: list[Span]) -> Iterator[bytes]:
    for begin, end in spans:
        file.seek(begin)
        while begin < end and (chunk := file.read(min(CHUNK_BYTES, end - begin))):
            begin += len(chunk)
            yield chunk


def _root_start(head: bytes) -> int:
    """Where the first element begins; -1 for nowhere."""
    found = re.search(rb"<[A-Za-z_]", head)
    return found.start() if found else -1


def _root_tag(head: bytes) -> bytes:
    """Up to the end of the root's start tag. CityGML 3.0 and GML 3.2 are given the names of 2.0 and 3.1."""
    start = _root_start(head)
    end = head.find(b">", start)
    if start < 0 or end < 0:
        return b""
    return _GML_3_2.sub(b"http://www.opengis.net/gml", _CITYGML_3.sub(rb"\g<1>2.0", head[: end + 1]))
