"""What every reader of zip files must know: how a damaged one shows itself, and what in one is nobody's data."""

import struct
import zipfile
import zlib
from lzma import LZMAError
from pathlib import PurePosixPath

from geo.errors import UnreadableError
from geo.problem import Problem

ZIP_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    EOFError,
    struct.error,
    NotImplementedError,
    OSError,
    ValueError,
)
"""All that `zipfile` raises for bytes that are not what they should be."""

_ENCRYPTED_FLAG = 0x1
_JUNK_FOLDERS = frozenset({"__MACOSX"})
_JUNK_FILES = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})


def is_junk(member: PurePosixPath) -> bool:
    """What macOS and Windows add of their own."""
    own = member.name
    return own in _JUNK_FILES or own.startswith("._") or not _JUNK_FOLDERS.isdisjoint(member.parts)


def refuse_encrypted(info: zipfile.ZipInfo, *, member: str, name: str) -> None:
    """UnreadableError for a member of the zip `name` that wants a password."""
    if info.flag_bits & _ENCRYPTED_FLAG:
        raise UnreadableError(Problem("zip.encrypted", name, parameters={"member": member[:200]}))


def damaged_zip(name: str, reason: str) -> UnreadableError:
    return UnreadableError(Problem("zip.damaged", name, parameters={"reason": reason[:300]}))
