"""The archive read by other eyes: zipfile, the rules of 3TZ, threads, damage."""

import gzip
import hashlib
import struct
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from tiles.errors import DamagedTilesetError
from tiles.tileset import TilesetArchive
from tiles.tileset.archive import INDEX, TilesetWriter

_RECORD = struct.Struct("<QQQ")


def write(path: Path, entries: dict[str, bytes]) -> Path:
    with TilesetWriter(path) as writer:
        for name, data in entries.items():
            writer.write(name, data)
    return path


def some_entries(count: int = 300) -> dict[str, bytes]:
    random = np.random.default_rng(1)
    tiles = {f"{i % 7}/{i}/{3 * i}.glb": random.bytes(int(random.integers(0, 3_000))) for i in range(count)}
    return {"tileset.json": b'{"asset":{"version":"1.1"}}', **tiles, "2/街/0.json": "街".encode()}


def found(index: bytes, name: str) -> int | None:
    """Where the entry begins, by halving: the search that the specification describes. A hash is compared as two
    little-endian numbers of 64 bits, the first one first."""
    wanted = struct.unpack("<QQ", hashlib.md5(name.encode()).digest())
    low, high = 0, len(index) // _RECORD.size
    while low < high:
        middle = (low + high) // 2
        *digest, offset = _RECORD.unpack_from(index, middle * _RECORD.size)
        if tuple(digest) == wanted:
            return int(offset)
        low, high = (middle + 1, high) if tuple(digest) < wanted else (low, middle)
    return None


def test_halving_the_index_leads_to_the_local_header_of_every_entry(tmp_path: Path) -> None:
    entries = some_entries()
    data = write(tmp_path / "a.3tz", entries).read_bytes()
    with zipfile.ZipFile(tmp_path / "a.3tz") as archive:
        assert archive.namelist()[-1] == INDEX
        index = archive.read(INDEX)
    assert len(index) == len(entries) * _RECORD.size
    for name, content in entries.items():
        at = found(index, name)
        assert at is not None
        assert data[at : at + 4] == b"PK\3\4"
        method, packed, size, name_length, extra_length = struct.unpack_from("<8xH8xIIHH", data, at)
        begin = at + 30 + name_length + extra_length
        assert data[at + 30 : at + 30 + name_length].decode() == name
        assert method in (0, 8), "as it is or deflated; the specification has nothing else but Zstandard"
        stored = data[begin : begin + packed]
        assert (zlib.decompress(stored, -15) if method else stored) == content
        assert size == len(content)
    assert found(index, "9/9/9.glb") is None


def test_any_tool_for_zip_files_reads_it(tmp_path: Path) -> None:
    entries = some_entries()
    with zipfile.ZipFile(write(tmp_path / "a.3tz", entries)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist() if name != INDEX} == entries


def test_the_same_entries_are_the_same_bytes(tmp_path: Path) -> None:
    one, other = (write(tmp_path / f"{name}.3tz", some_entries()) for name in "ab")
    assert one.read_bytes() == other.read_bytes()


def test_threads_that_share_an_archive_read_what_was_written(tmp_path: Path) -> None:
    entries = some_entries()
    archive = TilesetArchive(write(tmp_path / "a.3tz", entries))
    assert set(archive) == set(entries)
    names = list(entries) * 20
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(archive.read, names)) == [entries[name] for name in names]


def test_an_entry_that_is_not_there_is_a_key_error(tmp_path: Path) -> None:
    archive = TilesetArchive(write(tmp_path / "a.3tz", some_entries(3)))
    with pytest.raises(KeyError):
        archive.read("0/0/1.glb")


def test_no_archive_is_written_where_building_fails(tmp_path: Path) -> None:
    with pytest.raises(TypeError), TilesetWriter(tmp_path / "a.3tz") as writer:
        writer.write("tileset.json", None)  # type: ignore[arg-type]
    with pytest.raises(DamagedTilesetError):
        TilesetArchive(tmp_path / "a.3tz")


@pytest.mark.parametrize("data", [b"", b"PK", b"no archive at all" * 100])
def test_what_is_no_archive_is_damaged(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.3tz").write_bytes(data)
    with pytest.raises(DamagedTilesetError):
        TilesetArchive(tmp_path / "a.3tz")


def test_no_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        TilesetArchive(tmp_path / "a.3tz")


def test_every_entry_is_had_as_a_gzip_file(tmp_path: Path) -> None:
    entries = some_entries()
    archive = TilesetArchive(write(tmp_path / "a.3tz", entries))
    assert {name: gzip.decompress(archive.read_gzip(name)) for name in archive} == entries


def test_an_archive_cut_anywhere_is_damaged(tmp_path: Path) -> None:
    whole = write(tmp_path / "a.3tz", some_entries(5)).read_bytes()
    for length in range(0, len(whole), 37):
        (tmp_path / "cut.3tz").write_bytes(whole[:length])
        with pytest.raises(DamagedTilesetError):
            TilesetArchive(tmp_path / "cut.3tz")


def test_bytes_that_changed_give_another_content_or_a_damage_never_another_error(tmp_path: Path) -> None:
    whole = write(tmp_path / "a.3tz", {f"{i}/0/街.glb": bytes(40) for i in range(6)}).read_bytes()
    random = np.random.default_rng(1)
    opened = refused = 0
    for number in range(2_000):
        changed = bytearray(whole)
        for at in random.integers(0, len(whole), 3):
            changed[at] = random.integers(0, 256)
        (path := tmp_path / f"{number}.3tz").write_bytes(changed)
        try:
            archive = TilesetArchive(path)
            opened += sum(len(archive.read(name)) >= 0 for name in archive)
        except DamagedTilesetError:
            refused += 1
    assert opened > 1_000
    assert refused > 500
