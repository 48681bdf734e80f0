"""Unpacks zip files that come from anywhere: nothing outside the folder, nothing endless, names as they were meant."""

import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from geo import Problem, UnreadableError
from geo.zip_archive import ZIP_DAMAGE, damaged_zip, is_junk, refuse_encrypted

_CHUNK = 1 << 20
_RATIO_FROM = 100 << 20
"""Bytes below which a member may be compressed as well as it likes."""
_UTF8_FLAG = 0x800


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    max_bytes: int = 20 << 30
    """Of all members of one zip, unpacked."""
    max_ratio: int = 400
    """Unpacked by packed bytes of one large member; city models in XML reach about 40, a bomb 1,000."""
    max_files: int = 200_000

    def __post_init__(self) -> None:
        if min(self.max_bytes, self.max_ratio, self.max_files) <= 0:
            raise ValueError(f"limits must be positive, got {self}")


def unpack(archive: Path, folder: Path, limits: ArchiveLimits, *, name: str) -> list[Path]:
    """Writes the members of `archive`, called `name` in problems, below `folder`; the files in the archive's order.

    UnreadableError names the first member that can't or must not be unpacked; all names, sizes and flags are checked
    before the first byte is written.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            return _write(opened, _wanted(opened, limits, name), folder, limits, name)
    except ZIP_DAMAGE as error:
        raise damaged_zip(name, str(error) or type(error).__name__) from error


def check_archive(archive: Path, limits: ArchiveLimits, *, name: str) -> None:
    """The same refusals as `unpack`, for a zip that its reader takes as it is."""
    try:
        with zipfile.ZipFile(archive) as opened:
            _wanted(opened, limits, name)
    except ZIP_DAMAGE as error:
        raise damaged_zip(name, str(error) or type(error).__name__) from error


def _wanted(opened: zipfile.ZipFile, limits: ArchiveLimits, name: str) -> list["_Member"]:
    members = [_Member.of(info, name) for info in opened.infolist()]
    wanted = [member for member in members if not is_junk(member.path)]
    _check(wanted, limits, name)
    return wanted


@dataclass(frozen=True, slots=True)
class _Member:
    info: zipfile.ZipInfo
    path: PurePosixPath
    """Relative, without `..`."""

    @classmethod
    def of(cls, info: zipfile.ZipInfo, name: str) -> "_Member":
        shown = _decoded_name(info)
        parts = PurePosixPath(shown.replace("\\", "/")).parts
        kind = stat.S_IFMT(info.external_attr >> 16)
        is_special = kind not in (0, stat.S_IFREG, stat.S_IFDIR)
        is_outside = ".." in parts or shown.startswith(("/", "\\")) or PureWindowsPath(shown).drive
        if is_special or is_outside or "\0" in shown or not parts:
            raise UnreadableError(Problem("zip.outside", name, parameters={"member": shown[:200]}))
        return cls(info, PurePosixPath(*parts))

    @property
    def is_folder(self) -> bool:
        return self.info.is_dir() or self.info.orig_filename.endswith("\\")


def _decoded_name(info: zipfile.ZipInfo) -> str:
    """Without the flag for UTF-8 the standard says CP437; in Japan it is UTF-8 all the same, or CP932."""
    stored = info.orig_filename
    if info.flag_bits & _UTF8_FLAG or stored.isascii():
        return stored
    raw = stored.encode("cp437")
    for encoding in ("utf-8", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return stored


def _check(members: list[_Member], limits: ArchiveLimits, name: str) -> None:
    if len(members) > limits.max_files:
        told = {"count": f"{len(members):,}", "limit": f"{limits.max_files:,}"}
        raise UnreadableError(Problem("zip.too_many", name, parameters=told))
    for member in members:
        info = member.info
        refuse_encrypted(info, member=str(member.path), name=name)
        if info.file_size > _RATIO_FROM and info.file_size > limits.max_ratio * info.compress_size:
            ratio = f"{info.file_size / max(info.compress_size, 1):,.0f}"
            raise UnreadableError(Problem("zip.bomb", name, parameters={"member": str(member.path), "ratio": ratio}))
    _check_size(sum(member.info.file_size for member in members), limits, name)


def _check_size(size: int, limits: ArchiveLimits, name: str) -> None:
    if size > limits.max_bytes:
        told = {"size": _readable(size), "limit": _readable(limits.max_bytes)}
        raise UnreadableError(Problem("zip.too_large", name, parameters=told))


def _write(
    opened: zipfile.ZipFile, members: list[_Member], folder: Path, limits: ArchiveLimits, name: str
) -> list[Path]:
    written, files = 0, []
    for member in members:
        target = folder.joinpath(*member.path.parts)
        try:
            if member.is_folder:
                target.mkdir(parents=True, exist_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            written = _write_member(opened, member, target, written, limits, name)
        except ZIP_DAMAGE as error:
            raise damaged_zip(name, f"{member.path}: {_reason(error)}") from error
        files.append(target)
    return files


def _write_member(
    opened: zipfile.ZipFile, member: _Member, target: Path, written: int, limits: ArchiveLimits, name: str
) -> int:
    """Bytes written so far: what a member says of its size is not what it holds."""
    # "x": two members of one name are a trick or an accident, and neither may win silently.
    with opened.open(member.info) as source, target.open("xb") as file:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            _check_size(written, limits, name)
            file.write(chunk)
    return written


def _reason(error: Exception) -> str:
    """Without the path of the machine that an OSError carries."""
    if isinstance(error, FileExistsError):
        return "duplicate name"
    return (error.strerror or "") if isinstance(error, OSError) and error.strerror else str(error)


def _readable(size: int) -> str:
    for unit in ("B", "kB", "MB"):
        if size < 1_000:
            return f"{size:.3g} {unit}"
        size //= 1_000
    return f"{size:,} GB"
