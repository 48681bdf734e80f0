import tempfile
from pathlib import Path

import pytest

from data.first_import import import_once


def test_an_import_to_compile_what_imports_need_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    import_once()
    assert not list(tmp_path.iterdir())
