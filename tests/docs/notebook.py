"""Runs the notebook of the docs, keeps what it shows and a picture of its deck: `python -m tests.docs.notebook`."""

import os
import re
import tempfile
from pathlib import Path
from unittest.mock import patch

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from playwright.sync_api import sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "docs" / "notebooks" / "accessibility.ipynb"
DECK = "accessibility-deck.html"
MOST_BYTES = 1_500_000
PICTURE = ROOT / "docs" / "images" / "deck-en.jpg"
POINTED_AT = (990, 385)
"""A house on the screen."""


def run(folder: Path, *, buildings: int | None = None) -> NotebookNode:
    """The notebook with its outputs; files that it writes lie in `folder`. CellExecutionError where a cell fails."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    sources = [cell.source for cell in notebook.cells]
    if buildings is not None:
        for cell in notebook.cells:
            cell.source = re.sub(r"^BUILDINGS = \d+", f"BUILDINGS = {buildings}", cell.source, flags=re.MULTILINE)
    client = NotebookClient(notebook, timeout=600, record_timing=False, resources={"metadata": {"path": str(folder)}})
    with patch.dict(os.environ, {"PYTHONPATH": str(ROOT)}):
        client.execute()
    for cell, source in zip(notebook.cells, sources, strict=True):
        cell.source = source
    notebook.metadata.language_info = {"name": "python"}
    return notebook


def complaints(notebook: NotebookNode) -> list[str]:
    """What the cells wrote to the error stream: warnings, missing glyphs."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return [output.text for output in outputs if output.get("name") == "stderr"]


def machine_paths(text: str) -> list[str]:
    """Places of this machine, of which nobody else needs to know."""
    return [place for place in (str(ROOT), str(Path.home()), tempfile.gettempdir()) if f"{place}/" in text]


def take_picture(deck: Path) -> None:
    """With what the pointer tells of a building."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(deck.as_uri())
        page.wait_for_selector("body[data-drawn]")
        page.click("text=English")
        page.mouse.move(*POINTED_AT)
        page.wait_for_selector(".told dd")
        page.wait_for_timeout(500)
        page.screenshot(path=PICTURE, type="jpeg", quality=82)
        browser.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        notebook = run(Path(folder))
        take_picture(Path(folder) / DECK)
    text = nbformat.writes(notebook) + "\n"
    if found := [*complaints(notebook), *machine_paths(text)]:
        raise SystemExit("\n".join(found))
    NOTEBOOK.write_text(text, encoding="utf-8")
    print(f"{NOTEBOOK.relative_to(ROOT)}: {len(text) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
