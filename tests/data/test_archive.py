import stat
import struct
import zipfile
from pathlib import Path

import pytest

from data.archive import ArchiveLimits, unpack
from geo import Problem, UnreadableError

LIMITS = ArchiveLimits()


def write_zip(path: Path, members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, compression)
    return path


def unpacked(archive: Path, limits: ArchiveLimits = LIMITS) -> dict[str, bytes]:
    folder = archive.parent / "out"
    folder.mkdir()
    files = unpack(archive, folder, limits, name=archive.name)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def refusal(archive: Path, limits: ArchiveLimits = LIMITS) -> Problem:
    with pytest.raises(UnreadableError) as caught:
        unpacked(archive, limits)
    return caught.value.problem


def with_raw_name(archive: Path, ascii_name: str, raw: bytes) -> Path:
    """Puts bytes of the same length in the place of a name, as programs without the UTF-8 flag do."""
    assert len(ascii_name) == len(raw)
    archive.write_bytes(archive.read_bytes().replace(ascii_name.encode(), raw))
    return archive


def test_files_and_folders_come_out_as_they_went_in(tmp_path: Path) -> None:
    members = {"a.txt": b"a", "folder/b.txt": b"b" * 3_000_000, "folder/empty.txt": b"", "建物/駅.csv": b"c"}

    assert unpacked(write_zip(tmp_path / "a.zip", members)) == members


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
@pytest.mark.parametrize("name", ["駅前.shp", "一覧表.csv", "能登ソ.txt"])
def test_names_without_the_flag_are_read_as_japanese(tmp_path: Path, name: str, encoding: str) -> None:
    """表, 能 and ソ end in a backslash or a pipe in CP932."""
    raw = name.encode(encoding)
    archive = write_zip(tmp_path / "a.zip", {"x" * len(raw): b"1"})

    assert unpacked(with_raw_name(archive, "x" * len(raw), raw)) == {name: b"1"}


@pytest.mark.parametrize(
    "name",
    [
        "../a.txt",
        "folder/../../a.txt",
        "/etc/a.txt",
        "C:/a.txt",
        "C:\\a.txt",
        "..\\a.txt",
        "folder\\..\\..\\a.txt",
        "\\\\server\\a.txt",
        "c:a.txt",
    ],
)
def test_a_name_that_leads_outside_is_refused_before_anything_is_written(tmp_path: Path, name: str) -> None:
    archive = write_zip(tmp_path / "a.zip", {"good.txt": b"1", name: b"2"})

    problem = refusal(archive)

    assert problem.rule == "zip.outside"
    assert problem.parameters["member"] == name
    assert list((tmp_path / "out").iterdir()) == []


def test_backslashes_of_windows_are_folders(tmp_path: Path) -> None:
    assert unpacked(write_zip(tmp_path / "a.zip", {"folder\\": b"", "folder\\a.txt": b"1"})) == {"folder/a.txt": b"1"}


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(tmp_path: Path, kind: int) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = (kind | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")

    assert refusal(tmp_path / "a.zip").rule == "zip.outside"


def test_more_than_the_limit_is_refused_by_what_it_declares(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "a.zip", {"a": b"1" * 600, "b": b"1" * 600})

    problem = refusal(archive, ArchiveLimits(max_bytes=1_000))

    assert problem.rule == "zip.too_large"
    assert dict(problem.parameters) == {"size": "1 kB", "limit": "1 kB"}
    assert list((tmp_path / "out").iterdir()) == []


def test_a_member_that_lies_about_its_size_is_refused_too(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "a.zip", {"a": b"1" * 5_000})
    archive.write_bytes(archive.read_bytes().replace(struct.pack("<I", 5_000), struct.pack("<I", 500)))

    assert refusal(archive, ArchiveLimits(max_bytes=1_000)).rule == "zip.damaged"


def test_a_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive, archive.open("zeros", "w") as file:
        for _ in range(120):
            file.write(b"\0" * (1 << 20))

    problem = refusal(tmp_path / "a.zip")

    assert (problem.rule, problem.parameters["member"]) == ("zip.bomb", "zeros")
    assert int(problem.parameters["ratio"].replace(",", "")) > 900


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "a.zip", {f"{n}": b"" for n in range(11)})

    assert refusal(archive, ArchiveLimits(max_files=10)).rule == "zip.too_many"


def test_an_encrypted_member_is_named(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "a.zip", {"secret.csv": b"1"}, zipfile.ZIP_STORED)
    raw = bytearray(archive.read_bytes())
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(signature) + at] |= 1
    archive.write_bytes(raw)

    problem = refusal(archive)

    assert (problem.rule, problem.parameters["member"]) == ("zip.encrypted", "secret.csv")


def test_a_changed_byte_is_found_and_its_member_named(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "a.zip", {"a.csv": b"hello, world"}, zipfile.ZIP_STORED)
    archive.write_bytes(archive.read_bytes().replace(b"world", b"w0rld"))

    problem = refusal(archive)

    assert problem.rule == "zip.damaged"
    assert "a.csv" in problem.parameters["reason"]


def test_a_zip_cut_anywhere_is_damaged_or_whole(tmp_path: Path) -> None:
    whole = write_zip(tmp_path / "a.zip", {"a.csv": bytes(range(256)) * 4, "b.csv": b"2"}).read_bytes()

    for end in range(0, len(whole) - 1, 7):
        archive = tmp_path / str(end) / "cut.zip"
        archive.parent.mkdir()
        archive.write_bytes(whole[:end])
        assert refusal(archive).rule == "zip.damaged"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.csv", "1")
        archive.writestr("a.csv", "2")

    problem = refusal(tmp_path / "a.zip")

    assert problem.rule == "zip.damaged"
    assert str(tmp_path) not in problem.message("en")


def test_what_macos_and_windows_add_is_left_out(tmp_path: Path) -> None:
    members = {"a.csv": b"1", "__MACOSX/._a.csv": b"x", "folder/.DS_Store": b"x", "folder/Thumbs.db": b"x", "._b": b"x"}

    assert unpacked(write_zip(tmp_path / "a.zip", members)) == {"a.csv": b"1"}


def test_limits_must_make_sense() -> None:
    with pytest.raises(ValueError, match="positive"):
        ArchiveLimits(max_bytes=0)
