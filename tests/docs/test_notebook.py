"""The notebook of the docs runs as it stands, on a smaller city, and what is committed shows its plots."""

import re
from pathlib import Path

import nbformat
import pytest

from tests.docs.notebook import DECK, MOST_BYTES, NOTEBOOK, ROOT, complaints, machine_paths, run


def test_the_notebook_runs_without_a_complaint_and_writes_a_deck_that_asks_for_nothing(tmp_path: Path) -> None:
    if not (ROOT / "tiles" / "static" / "scene.js").exists():
        pytest.skip("the scene is not built: npm ci && npm run build in web/ui")
    notebook = run(tmp_path, buildings=600)
    assert complaints(notebook) == []
    deck = (tmp_path / DECK).read_text(encoding="utf-8")
    assert "default-src 'none'" in deck
    # Deck.gl's own code names addresses in comments and of workers that it never starts (a browser test watches).
    around = re.sub(r"<script>.*?</script>", "", deck, flags=re.DOTALL)
    assert re.findall(r"""\b(?:src|href)\s*=|url\(|@import""", around) == []


def test_the_committed_notebook_shows_its_plots_and_is_small() -> None:
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert len(text.encode()) < MOST_BYTES
    assert machine_paths(text) == []
    cells = [cell for cell in nbformat.reads(text, as_version=4).cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in cells)
    pictures = [output for cell in cells for output in cell.outputs if "image/png" in output.get("data", {})]
    assert len(pictures) >= 6
