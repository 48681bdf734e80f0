"""The files of a feed, whether it is a folder or a zip, and wherever in the zip they lie."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from geo import Problem, UnreadableError
from geo.zip_archive import ZIP_DAMAGE, damaged_zip, is_junk, refuse_encrypted

MARKS = frozenset({"stops.txt", "routes.txt", "trips.txt", "stop_times.txt"})
"""Three of them together are a feed: the fourth may be missing, and then somebody should be told."""

_BESIDE = frozenset({".md", ".txt", ".pdf", ".html", ".docx", ".xlsx"})


def is_feed(path: Path) -> bool:
    """A folder that holds a feed, or a zip that holds one feed and no other data."""
    if path.is_dir():
        return _marked({file.name for file in path.iterdir() if file.is_file()})
    if path.suffix.lower() != ".zip" or not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(archive)
    except ZIP_DAMAGE:
        return False
    folders = _feed_folders(members)
    return len(folders) == 1 and all(_belongs(PurePosixPath(member), folders[0]) for member in members)


class FeedFiles:
    """Names of the files, relative to the folder that holds the tables, and their bytes on demand."""

    def __init__(self, path: Path, name: str, archive: zipfile.ZipFile | None, limit_bytes: int) -> None:
        self.name, self._path, self._archive = name, path, archive
        members = self._all_members()
        self._folder = _feed_folder(members)
        self.names = tuple(sorted(self._within(PurePosixPath(member)) for member in members if self._holds(member)))
        if archive is not None:
            self._check(archive, limit_bytes)

    def place(self, file: str) -> str:
        """The file as a person finds it in the zip or folder."""
        return (self._folder / file).as_posix()

    def read(self, file: str) -> bytes:
        if self._archive is None:
            return (self._path / self._folder / file).read_bytes()
        try:
            return self._archive.read(self.place(file))
        except ZIP_DAMAGE as error:
            raise damaged_zip(self.name, _reason(error)) from error

    def _all_members(self) -> list[str]:
        if self._archive is not None:
            return _members(self._archive)
        return [file.relative_to(self._path).as_posix() for file in self._path.rglob("*") if file.is_file()]

    def _holds(self, member: str) -> bool:
        path = PurePosixPath(member)
        return path.is_relative_to(self._folder) and not is_junk(path)

    def _within(self, member: PurePosixPath) -> str:
        return member.relative_to(self._folder).as_posix()

    def _check(self, archive: zipfile.ZipFile, limit_bytes: int) -> None:
        size = sum(member.file_size for member in archive.infolist())
        if size > limit_bytes:
            told = {"size": f"{size:,} B", "limit": f"{limit_bytes:,} B"}
            raise UnreadableError(Problem("zip.too_large", self.name, parameters=told))
        for member in archive.infolist():
            refuse_encrypted(member, member=member.filename, name=self.name)


@contextmanager
def open_feed(path: Path, *, name: str, limit_bytes: int) -> Iterator[FeedFiles]:
    """UnreadableError for a path that is neither a folder nor a sound zip of at most `limit_bytes` when unpacked."""
    if not path.exists():
        raise UnreadableError(Problem("file.not_found", name))
    if path.is_dir():
        yield FeedFiles(path, name, None, limit_bytes)
        return
    try:
        archive = zipfile.ZipFile(path)
    except ZIP_DAMAGE as error:
        raise damaged_zip(name, _reason(error)) from error
    with archive:
        yield FeedFiles(path, name, archive, limit_bytes)


def _members(archive: zipfile.ZipFile) -> list[str]:
    names = dict.fromkeys(member.filename for member in archive.infolist() if not member.is_dir())
    return [name for name in names if not is_junk(PurePosixPath(name))]


def _feed_folder(members: list[str]) -> PurePosixPath:
    """The topmost one; the top itself where no folder looks like a feed."""
    return min(_feed_folders(members) or [PurePosixPath()], key=lambda one: (len(one.parts), str(one)))


def _feed_folders(members: list[str]) -> list[PurePosixPath]:
    inside: dict[PurePosixPath, set[str]] = {}
    for member in map(PurePosixPath, members):
        inside.setdefault(member.parent, set()).add(member.name)
    return [folder for folder, names in inside.items() if _marked(names)]


def _marked(names: set[str]) -> bool:
    return len(MARKS & names) >= 3


def _belongs(member: PurePosixPath, folder: PurePosixPath) -> bool:
    """Inside the feed, or a document beside it."""
    return member.is_relative_to(folder) or member.suffix.lower() in _BESIDE or not member.suffix


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
