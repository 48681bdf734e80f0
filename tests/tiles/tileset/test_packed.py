"""Entries of which each piece is packed in its own way, read by zlib and by zipfile."""

import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from tiles.tileset.packed import Packing, pack, packing_of
from tiles.tileset.zip_file import ZipWriter

RANDOM = np.random.default_rng(1)
UUIDS = b"".join(b"bldg_" + RANDOM.bytes(16).hex().encode() for _ in range(500))
NUMBERS = b"".join(b"bldg_%05d" % number for number in range(2_000))


@pytest.mark.parametrize("order", [list(Packing), list(Packing)[::-1], [Packing.IDS], []])
def test_pieces_come_back_behind_each_other(order: list[Packing]) -> None:
    pieces = [(RANDOM.bytes(100) * 3 + UUIDS, packing) for packing in order] + [(b"", Packing.TABLE)]
    packed, whole = pack(pieces), b"".join(data for data, _ in pieces)
    assert zlib.decompress(packed.deflated, -zlib.MAX_WBITS) == whole
    assert (packed.crc, packed.size) == (zlib.crc32(whole), len(whole))


def test_ids_of_random_letters_need_no_search_and_counted_ones_do() -> None:
    assert packing_of(UUIDS) is Packing.IDS
    assert packing_of(NUMBERS) is Packing.TABLE


def write(path: Path, entries: dict[str, bytes]) -> Path:
    writer = ZipWriter(path)
    for name, data in entries.items():
        writer.write(name, pack([(data, Packing.TABLE)]))
    writer.store("stored", b"as it is")
    writer.end()
    writer.close()
    return path


def test_zipfile_reads_what_was_written(tmp_path: Path) -> None:
    entries = {"a/b.json": b"{}", "街.json": NUMBERS, "empty": b""}
    with zipfile.ZipFile(write(tmp_path / "a.zip", entries)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {**entries, "stored": b"as it is"}


def test_more_than_65535_entries_are_found(tmp_path: Path) -> None:
    with zipfile.ZipFile(write(tmp_path / "a.zip", {str(number): b"" for number in range(65_600)})) as archive:
        assert len(archive.namelist()) == 65_601
        assert archive.read("stored") == b"as it is"


def test_places_beyond_4_gb_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tiles.tileset.zip_file._MOST_32", 40)  # as if those were 4 GB
    path = write(tmp_path / "a.zip", {"one": RANDOM.bytes(50), "two": b"2"})
    monkeypatch.undo()
    data = path.read_bytes()
    assert data.count(b"PK\6\6") == data.count(b"PK\6\7") == 1
    at = data.index(b"PK\1\2", data.index(b"PK\1\2") + 1)
    extra = data[at + 46 + 3 :]  # of the second entry, behind its name
    assert extra[:4] == b"\1\0\x08\0"
    place = int.from_bytes(extra[4:12], "little")
    assert data[place : place + 4] == b"PK\3\4"
    assert data[place + 30 : place + 33] == b"two"
