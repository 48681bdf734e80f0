"""Reports as one page that needs nothing else: to be read offline, sent by mail, printed."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from geo import Language, Text

_STYLE: Final = """
:root{color-scheme:light}
body{font:15px/1.6 system-ui,"Hiragino Sans","Noto Sans JP",Meiryo,sans-serif;color:#1c1b1f;margin:2rem auto;
max-width:64rem;padding:0 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:1.5rem 0 .25rem}
p{margin:.25rem 0}.dim{color:#5a5960}
ul.sums{display:flex;flex-wrap:wrap;gap:1rem;list-style:none;padding:0}ul.sums li{border:1px solid #d0ced6;
border-radius:.5rem;padding:.5rem 1rem}ul.sums b{display:block;font-size:1.4rem}
table{border-collapse:collapse;width:100%;font-size:.875rem}th{text-align:left;border-bottom:2px solid #79767d}
td{border-bottom:1px solid #e0dee6;vertical-align:top}th,td{padding:.25rem .75rem .25rem 0}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}td.id{overflow-wrap:anywhere}
td:first-child,td.whole,th{white-space:nowrap}td.id:first-child{white-space:normal}
code{font:.8125rem ui-monospace,Consolas,monospace}
.error{color:#b3261e}.warning{color:#8a5200}.note{color:#2f5d8f}
.added{color:#1b6e3a}.removed{color:#b3261e}.moved{color:#8a5200}.changed{color:#2f5d8f}
svg{max-width:100%;height:auto;background:#faf9fb;border:1px solid #d0ced6}
@media print{body{margin:0;max-width:none;font-size:10pt}h2,h3{break-after:avoid}tr{break-inside:avoid}
thead{display:table-header-group}}
"""
NUMBERS: Final = frozenset({"count", "line", "metres", "before", "after", "change"})
"""Heads of columns that are set to the right."""


class Speaker:
    """Words in one language, escaped for a page."""

    def __init__(self, words: Mapping[str, Text], language: Language) -> None:
        self._words, self.language = words, language

    def __call__(self, key: str, **values: object) -> str:
        return escape(self._words[key].in_language(self.language).format_map(values))

    def text(self, text: Text) -> str:
        return escape(text.in_language(self.language))


def page(title: str, body: str, language: Language, style: str = "") -> str:
    """`title` and `body` are HTML."""
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{title}</title><style>{_STYLE}{style}</style></head><body>\n{body}\n</body></html>\n"
    )


def table(heads: Sequence[str], rows: Sequence[str], say: Speaker) -> str:
    """`heads` are words of `say`, `rows` HTML."""
    head = "".join(f'<th class="{"n" if one in NUMBERS else ""}">{say(one)}</th>' for one in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
