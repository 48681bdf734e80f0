"""The page in the browser: files that Vite built into web/static."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"

NOT_BUILT = """<!doctype html>
<html lang="ja"><meta charset="utf-8"><title>Machinami</title>
<body style="font-family: sans-serif; margin: 3rem; line-height: 1.7">
<h1>Machinami</h1>
<p>画面がまだビルドされていません。<code>make setup</code> を実行してください。</p>
<p lang="en">The page has not been built yet. Run <code>make setup</code>.</p>
<p><a href="/api/layers">/api/layers</a></p>
"""


class Page(StaticFiles):
    """Names in /assets carry a hash of their content, so browsers keep them; everything else is asked for again."""

    def __init__(self, folder: Path = STATIC) -> None:
        super().__init__(directory=folder, html=True, check_dir=False)
        # The folder may appear while we run; a missing one is told by `get_response`.
        self.config_checked = True
        self._folder = folder

    async def get_response(self, path: str, scope: Scope) -> Response:
        if path in (".", "index.html") and not (self._folder / "index.html").exists():
            return HTMLResponse(NOT_BUILT, 503, {"Cache-Control": "no-store"})
        response = await super().get_response(path, scope)
        if response.status_code == 404:
            raise HTTPException(404)
        kept = path.startswith("assets/") and response.status_code in (200, 206, 304)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "no-cache"
        return response
