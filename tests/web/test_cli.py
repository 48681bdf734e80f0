"""The command line: exit statuses, both languages, and nothing that looks like a traceback."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
import typer

from data import Store, Viewer
from tests.shared_data import shared_data
from tests.web.conftest import Outcome, Town, write_town
from web import message
from web.cli.language import help_texts, language_of
from web.cli.main import run
from web.cli.root import build_cli
from web.model import LayerList, LayerModel, ProblemList

Machinami = Callable[..., Outcome]
COMMANDS = (
    "import",
    "layers",
    "publish",
    "unpublish",
    "remove",
    "gc",
    "problems",
    "check",
    "feature",
    "search",
    "export",
    "serve",
    "worker",
    "sample",
    "demo",
    "rerun",
    "analyse",
    "gtfs",
    "realtime",
)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return write_town(tmp_path / "files")


def test_an_import_without_problems_exits_0(machinami: Machinami, store: Path, files: Path) -> None:
    outcome = machinami("--store", store, "import", files / "wards.geojson")
    assert outcome.status == 0, outcome.err
    assert "wards" in outcome.out
    assert "new version" in outcome.out


def test_an_import_with_problems_exits_3_and_says_where_to_look(machinami: Machinami, store: Path, files: Path) -> None:
    outcome = machinami("--store", store, "import", files)
    assert outcome.status == 3
    assert "machinami problems aed" in outcome.out


def test_an_import_of_nothing_exits_1_and_names_the_file(machinami: Machinami, store: Path, tmp_path: Path) -> None:
    outcome = machinami("--store", store, "import", tmp_path / "none.csv")
    assert outcome.status == 1
    assert "none.csv: no such file" in outcome.out


def test_what_a_zip_may_unpack_to_is_a_setting(
    machinami: Machinami, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "big.zip", "w") as archive:
        archive.writestr("big.csv", "緯度,経度\n" + "35,138\n" * 1_000)
    monkeypatch.setenv("MACHINAMI_MAX_UNPACKED_BYTES", "5000")
    outcome = machinami("--store", store, "import", tmp_path / "big.zip")
    assert outcome.status == 1
    assert "big.zip" in outcome.out


def test_the_same_import_again_says_unchanged(machinami: Machinami, store: Path, files: Path) -> None:
    machinami("--store", store, "import", files)
    again = machinami("--store", store, "import", files, lang="ja")
    assert again.status == 3
    assert again.out.count("変更なし") == 2


def test_the_summary_counts_read_stored_kept_out_and_problems(machinami: Machinami, store: Path, files: Path) -> None:
    told = machinami("--store", store, "import", files, "--json").json
    assert (told["read"], told["stored"], told["kept_out"], told["problems"]) == (5, 4, 1, 1)
    assert told["exit_status"] == 3
    assert told["seconds"] >= 0


def test_one_layer_is_not_counted_as_many(machinami: Machinami, store: Path, files: Path) -> None:
    outcome = machinami("--store", store, "import", files / "aed.csv")
    assert "Layers: 1, in " in outcome.out
    assert "1 layers" not in outcome.out


def test_progress_goes_to_the_error_stream(machinami: Machinami, store: Path, files: Path) -> None:
    outcome = machinami("--store", store, "import", files, "--json")
    assert orjson.loads(outcome.out)
    assert "Reading ..." in outcome.err


def test_import_publishes_when_asked(machinami: Machinami, store: Path, files: Path) -> None:
    machinami("--store", store, "import", files, "--publish")
    assert {layer.id for layer in Store.open(store).layers(Viewer.PUBLIC)} == {"aed", "wards"}


def test_import_takes_title_group_licence_and_attribution(machinami: Machinami, store: Path, files: Path) -> None:
    options = ["--title", "区", "--group", "人口", "--licence", "CC BY 4.0", "--attribution", "みほん市"]
    machinami("--store", store, "import", files / "wards.geojson", *options)
    (layer,) = machinami("--store", store, "layers", "--json").json["layers"]
    assert layer["title"] == {"ja": "区", "en": "区"}
    assert layer["group"]["id"] == "population"
    assert layer["licence"] == "CC BY 4.0"
    assert layer["attribution"] == "みほん市"


def test_json_has_the_fields_of_the_http_api(machinami: Machinami, town: Town) -> None:
    told = machinami("--store", town.store.path, "layers", "--json").json
    LayerList.model_validate(told)
    assert told == town.client(internal=True).get("/api/layers").json()
    problems = machinami("--store", town.store.path, "problems", "aed", "--json").json
    ProblemList.model_validate(problems)
    assert problems == town.client().get("/api/layers/aed/problems").json()


def test_an_import_tells_its_layers_as_the_http_api_does(machinami: Machinami, store: Path, files: Path) -> None:
    told = machinami("--store", store, "import", files, "--json", "--publish").json
    for layer in told["layers"]:
        assert set(LayerModel.model_fields) <= set(layer)
        assert layer["visibility"] == "public"


def test_layers_are_listed_in_both_languages(machinami: Machinami, town: Town) -> None:
    english = machinami("--store", town.store.path, "layers")
    japanese = machinami("--store", town.store.path, "layers", lang="ja")
    assert (english.status, japanese.status) == (0, 0)
    assert "features" in english.out
    assert "public" in english.out
    assert "地物" in japanese.out
    assert "公開" in japanese.out


def test_problems_name_the_line_in_both_languages(machinami: Machinami, town: Town) -> None:
    assert "aed.csv, line 4" in machinami("--store", town.store.path, "problems", "aed").out
    assert "aed.csv, 4行目" in machinami("--store", town.store.path, "problems", "aed", lang="ja").out


def test_a_layer_is_published_taken_off_and_removed(machinami: Machinami, own_town: Town) -> None:
    path = own_town.store.path
    assert machinami("--store", path, "publish", "wards").status == 0
    assert len(own_town.store.layers(Viewer.PUBLIC)) == 2
    assert machinami("--store", path, "unpublish", "wards").status == 0
    assert len(own_town.store.layers(Viewer.PUBLIC)) == 1
    assert machinami("--store", path, "remove", "wards").status == 0
    assert [layer.id for layer in own_town.store.layers(Viewer.SYSTEM)] == ["aed"]
    assert machinami("--store", path, "gc").status == 0


@pytest.mark.parametrize("command", ["problems", "publish", "unpublish", "remove", "rerun"])
def test_an_unknown_layer_is_one_line_and_exit_1(machinami: Machinami, town: Town, command: str) -> None:
    outcome = machinami("--store", town.store.path, command, "none")
    assert outcome.status == 1
    assert outcome.err == "Error: no layer 'none'\n"
    assert "レイヤー「none」" in machinami("--store", town.store.path, command, "none", lang="ja").err


@pytest.mark.parametrize("command", [["layers"], ["problems", "x"], ["serve"], ["gc"]])
def test_a_mistyped_store_is_told_and_not_made(machinami: Machinami, store: Path, command: list[str]) -> None:
    outcome = machinami("--store", store, *command)
    assert outcome.status == 1
    assert "there is no store at" in outcome.err
    assert not store.exists()


@pytest.mark.parametrize(
    ("arguments", "ja", "en"),
    [
        ([], "", ""),
        (["impor"], "コマンド「impor」はありません。もしかして: 'import'", "No such command 'impor'"),
        (["import"], "'PATH' を指定してください", "'PATH' is missing"),
        (["layers", "--wrong"], "オプション --wrong はありません", "no such option: --wrong"),
        (["layers", "--store", "x"], "--store はコマンド名の前に", "--store goes before"),
        (["layers", "extra"], "余分な引数があります: extra", "unexpected extra argument"),
        (["serve", "--port", "x"], "--port: 整数ではありません", "--port is not a whole number"),
        (["serve", "--port", "70000"], "--port: 65535以下", "--port must be at most 65535"),
        (["import", "--title"], "オプション --title には値が必要です", "requires an argument"),
        (["analyse"], "", ""),
        (["analyse", "coverage", "--points", "aed"], "--within を指定してください", "--within is missing"),
    ],
)
def test_wrong_usage_is_exit_2_in_the_language_of_the_caller(
    machinami: Machinami, arguments: list[str], ja: str, en: str
) -> None:
    japanese, english = machinami(*arguments, lang="ja"), machinami(*arguments)
    assert (japanese.status, english.status) == (2, 2)
    assert ja in japanese.err
    assert en in english.err
    assert "Traceback" not in japanese.err + english.err


def test_a_wrong_setting_is_exit_2_and_names_its_variable(
    machinami: Machinami, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MACHINAMI_WORKERS", "many")
    outcome = machinami("--store", town.store.path, "serve")
    assert outcome.status == 2
    assert outcome.err.startswith("Error: MACHINAMI_WORKERS: is not a whole number")


def test_values_that_make_no_sense_to_an_analysis_are_one_line(machinami: Machinami, own_town: Town) -> None:
    question = ["analyse", "coverage", "--points", "aed", "--within", "-5"]
    outcome = machinami("--store", own_town.store.path, *question)
    assert outcome.status in (1, 2)
    assert outcome.err.startswith("Error: ")
    assert "Traceback" not in outcome.err


def test_coverage_is_answered_kept_and_run_again(machinami: Machinami, own_town: Town) -> None:
    path = own_town.store.path
    question = ["analyse", "coverage", "--points", "aed", "--within", 300, "--population", "wards", "--title", "圏"]
    told = machinami("--store", path, *question, "--json").json
    assert told["figures"]["population"] == 2_000
    assert told["layer"]["title"]["ja"] == "圏"
    LayerModel.model_validate(told["layer"])
    spoken = machinami("--store", path, *question, lang="ja")
    assert spoken.status == 0
    assert "2,000 人のうち" in spoken.out
    again = machinami("--store", path, "rerun", told["layer"]["id"], "--json")
    assert again.json["version"] == told["layer"]["version"]


def test_a_layer_that_is_no_analysis_can_not_be_run_again(machinami: Machinami, town: Town) -> None:
    outcome = machinami("--store", town.store.path, "rerun", "aed")
    assert outcome.status == 1
    assert "not the result of an analysis" in outcome.err


def test_what_nobody_foresaw_is_one_line_and_a_log(
    machinami: Machinami, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Store, "layers", fail)
    outcome = machinami("--store", town.store.path, "layers")
    assert outcome.status == 1
    assert outcome.err.count("\n") == 1
    assert "No space left on device" in outcome.err
    log = Path(outcome.err.partition("details in ")[2].partition(",")[0])
    assert "Traceback" in log.read_text(encoding="utf-8")
    log.unlink()


def test_debug_shows_where_it_happened(machinami: Machinami, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Store, "layers", lambda *_: 1 / 0)
    outcome = machinami("--debug", "--store", town.store.path, "layers")
    assert outcome.status == 1
    assert "ZeroDivisionError" in outcome.err
    assert "Traceback" in outcome.err


def test_ctrl_c_is_130_without_noise(machinami: Machinami, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Store, "layers", interrupt)
    outcome = machinami("--store", town.store.path, "layers")
    assert (outcome.status, outcome.err) == (130, "")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_in_both_languages(machinami: Machinami, name: str) -> None:
    english, japanese = machinami(name, "--help"), machinami(name, "--help", lang="ja")
    assert (english.status, japanese.status) == (0, 0)
    assert "Usage: machinami" in english.out
    assert "使い方: machinami" in japanese.out
    assert "この説明を表示します。" in japanese.out
    assert "Show this message" not in japanese.out


def test_the_commands_are_the_promised_ones() -> None:
    command: Any = typer.main.get_command(build_cli())
    assert tuple(command.commands) == COMMANDS


def test_every_help_text_exists_in_japanese_and_none_is_left_over() -> None:
    used = {text for _, text in help_texts(typer.main.get_command(build_cli()))}
    assert used == set(message.JAPANESE)


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ([], {}, "en"),
        ([], {"LANG": "ja_JP.UTF-8"}, "ja"),
        ([], {"LANG": "ja_JP.UTF-8", "LC_ALL": "C"}, "en"),
        ([], {"LANG": "ja_JP.UTF-8", "LC_ALL": ""}, "ja"),
        (["--lang", "ja"], {"LANG": "C"}, "ja"),
        (["--lang=en"], {"LANG": "ja_JP.UTF-8"}, "en"),
    ],
)
def test_the_language_comes_from_the_option_then_from_the_environment(
    arguments: list[str], environment: dict[str, str], language: str
) -> None:
    assert language_of(arguments, environment) == language


def test_a_call_in_english_after_one_in_japanese_is_english(machinami: Machinami) -> None:
    machinami("--help", lang="ja")
    assert "Options" in machinami("--help").out


def _command(*arguments: object, **environment: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "web.cli", *map(str, arguments)],
        env={**os.environ, **environment},
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_a_reader_that_goes_away_causes_no_noise(town: Town) -> None:
    process = _command("--store", town.store.path, "layers", "--json")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(60) in (0, 1)


def test_the_environment_names_the_store(town: Town) -> None:
    process = _command("layers", MACHINAMI_STORE=str(town.store.path), LANG="ja_JP.UTF-8")
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "aed" in out.decode()


def test_run_never_raises() -> None:
    assert run(["--lang"]) == 2


def test_the_total_is_the_sum_of_the_rows_above_it(machinami: Machinami, store: Path, files: Path) -> None:
    (files / "empty.csv").touch()
    outcome = machinami("--store", store, "import", files)
    rows = [line.split() for line in outcome.out.splitlines() if line.endswith("new version")]
    (total,) = (line.split()[1:] for line in outcome.out.splitlines() if line.startswith("total"))
    assert [sum(int(row[at]) for row in rows) for at in (-6, -5, -4, -3)] == [int(number) for number in total]


def test_every_package_of_plateau_is_read(machinami: Machinami, store: Path) -> None:
    outcome = machinami("--store", store, "import", shared_data("plateau/mixed_iur30"))
    assert "not read yet" not in outcome.out


def test_missing_codelists_are_one_line(machinami: Machinami, store: Path) -> None:
    outcome = machinami("--store", store, "import", shared_data("plateau/komatsu_2024"))
    lines = outcome.out.splitlines()
    assert sum("codelist" in line for line in lines) == 1
    assert not [line for line in lines if "LOD2" in line and "not read yet" in line]


@pytest.mark.parametrize("heavy", ["geopandas", "sqlalchemy", "fastapi"])
def test_help_waits_for_nothing_that_it_does_not_need(heavy: str) -> None:
    asked = f"import sys; from web.cli.main import run; run(['--help']); sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], stdout=subprocess.DEVNULL, check=False).returncode == 0


def test_problems_become_reports_in_the_language_asked_for(machinami: Machinami, town: Town, tmp_path: Path) -> None:
    html, csv = tmp_path / "report.html", tmp_path / "report.csv"
    outcome = machinami("--store", town.store.path, "problems", "all", "--html", html, "--csv", csv, "--lang", "ja")
    assert outcome.status == 0
    assert '<html lang="ja">' in html.read_text(encoding="utf-8")
    assert "緯度・経度が空です" in html.read_text(encoding="utf-8")
    assert csv.read_text(encoding="utf-8-sig").splitlines()[1].startswith("error,csv.coordinates_missing,aed.csv")


def test_a_check_stores_nothing_and_exits_as_an_import_would(machinami: Machinami, files: Path, tmp_path: Path) -> None:
    store = tmp_path / "nowhere"
    outcome = machinami("--store", store, "check", files)
    assert outcome.status == 3
    assert "csv.coordinates_missing" in outcome.out
    assert not store.exists()
    assert machinami("check", files / "wards.geojson").status == 0
    assert machinami("check", files / "nothing.csv").status == 1
