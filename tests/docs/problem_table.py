"""Writes docs/problems.md from the catalogue of rules: `python -m tests.docs.problem_table`."""

import re
from pathlib import Path

from geo import RULES, Severity
from geo.check.counterpart import COUNTERPARTS
from geo.rule import Rule

PAGE = Path(__file__).parents[2] / "docs" / "problems.md"

_MEANING = {
    Severity.NOTE: "知らせ / note",
    Severity.WARNING: "注意 / warning",
    Severity.ERROR: "除外 / error",
}

_HEAD = """# 取り込みの指摘 / Problems of an import

`python -m tests.docs.problem_table` が `geo/rule.py` から作ります。手で直さないでください。
Written by `python -m tests.docs.problem_table` from `geo/rule.py`; do not edit.

`machinami problems LAYER` とAPI `/api/layers/{id}/problems` は、指摘ごとに規則(rule)、ファイル、地物または行、
文を示します。
`machinami problems LAYER` and `/api/layers/{id}/problems` give the rule, the file, the feature or line,
and the sentence.

| 重さ / Severity | 意味 / Meaning | 終了ステータス / Exit status |
|---|---|---|
| 知らせ / note | 失われたものも変わったものもない。/ Nothing was lost or changed. | 0 |
| 注意 / warning | 保存したが、ファイルのままではない、または疑いがある。/ Stored, but changed or doubtful. | 3 |
| 除外 / error | 保存していない。/ Not stored. | 3 (何も保存できなければ / nothing stored: 1) |

`{...}` には値が入ります。/ `{...}` stands for a value.

規則の下の番号は、val3dityのエラーコードと、PLATEAU標準製品仕様書の品質要求(品質検査の番号)で対応するものです。
Numbers below a rule are its counterparts: error codes of val3dity, requirements of the PLATEAU product specification.
"""

_HELD = """
## 公開された検査例との突き合わせ / Held against published cases

検査例の座標と識別子からファイルを作り直し(例そのものは含みません)、`machinami check` の結果を、例が期待する結果と比べました。
Files were rebuilt from the coordinates and identifiers of the cases (the cases themselves are not part of Machinami),
and what `machinami check` tells was compared with what each case expects.

| 検査例 / Suite | 件数 / Cases | 結果 / Result |
|---|---|---|
| reearth-flow, `quality-check/plateau4` (PLATEAU品質検査) | 38 | 33件は期待どおり、3件は下記の違い、誤りのない例2件のうち1件は指摘なし / 33 as expected, 3 differ as below, of 2 without errors 1 is told of nothing |
| val3dity, `data/test_geometry_generic` | 38 | 29件は同じコード、7件は近いコード、2件は許容内 / 29 the same code, 7 a code next to it, 2 within our tolerance |
| val3dity, `data/test_valid`, `*_valid` | 11 | 10件は指摘なし、1件は平面の許容差の違い / 10 are told of nothing, 1 by our tolerance of flatness |

違いとその理由 / Differences and why:

* L11: 傾きの検査は経緯度のままの値によるもので、メートルでは0.5度です。もう一方の面はちょうど許容差(0.03m)です。
  The angle is measured in degrees of longitude there; in metres it is 0.5°. The other face is at the tolerance itself.
* 図郭: ファイル名にメッシュコードのない例は判定しません。/ A file without grid square in its name is not held against one.
* L-bldg-04: コードリストが手元にないコードは判定しません。/ A code whose codelist is not at hand is not judged.
* 地物のないファイルは、例では正しく、ここでは `file.no_features` です。/ A file without features is right there, and told here.
* L13-LOD1-01と閉じていない三角形は、閉じていない座標列として除外します(`citygml.ring`)。
  Rings that don't end where they begin are kept out by `citygml.ring`, not closed silently.
* val3dity 204: 厚さ0.03m以内の折れは許容します。/ Folds within a thickness of 0.03 m are allowed, as PLATEAU does.
* 例より狭く判定するもの / Judged more narrowly than there may be cases:
  * 道路面の重なり(L-tran-01、02): 幅0.03m以下は重なりとしません。高さのないLOD1・LOD2では、輪郭に沿って接する道路どうしだけを
    調べます(立体交差かもしれないため)。LOD3では高低差2.5m以上を立体交差とします。ファイルをまたぐ重なりは調べません。
    Strips of up to 0.03 m are no overlap. LOD1 and LOD2 have no heights, so only roads whose outlines run along one
    another are judged: others may cross at two levels, as roads of LOD3 do that are 2.5 m apart. Not across files.
  * 不連続なCompositeSurface: 地物の形状(`lod3Geometry`など)そのものを調べ、MultiSurfaceの要素としてのものは調べません。
    Composite surfaces are judged that are a feature's geometry, not those that are members of a MultiSurface.
  * 起伏の共有先のない辺: 地物(ReliefFeature)ごとに調べ、頂点50以上の穴と外周は数えません。地物の境目は調べません。
    Edges of relief: within each feature, without its rim and holes of 50 corners and more; not between features.
* 読まなかったもの: 2 MBまでの大きな例、zipと地物リスト(xlsx)による例、必須属性(C05〜C08)、地物数(C02)。
  Not held: large cases (up to 2 MB), cases of zips and of lists of objects (xlsx), obligatory attributes, counts.
"""  # noqa: E501 - rows of a table can't be broken


def page() -> str:
    """The whole page."""
    groups: dict[str, list[str]] = {}
    for code, rule in RULES.items():
        groups.setdefault(code.partition(".")[0], []).append(_row(code, rule))
    head = "| 規則 / Rule | 重さ / Severity | 日本語 | English |\n|---|---|---|---|\n"
    tables = "".join(f"\n## {group}\n\n{head}{''.join(rows)}" for group, rows in groups.items())
    return _HEAD + tables + _HELD


def _row(code: str, rule: Rule) -> str:
    known = f"<br>{COUNTERPARTS[code]}" if code in COUNTERPARTS else ""
    return f"| `{code}`{known} | {_MEANING[rule.severity]} | {_cell(rule.text.ja)} | {_cell(rule.text.en)} |\n"


def _cell(text: str) -> str:
    """Placeholders without Python's `!r`; nothing that would end the cell."""
    return re.sub(r"\{(\w+)![rs]\}", r"{\1}", text).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
