"""The language of a call, and the command tree in that language."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import typer
from typer import rich_utils
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from geo import Language, Text
from web.cli.call import Call
from web.message import JAPANESE, PANELS, USAGE
from web.validation import complaint


def language_of(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """`--lang`, else what the environment says, else English. Needed before anything is parsed."""
    for number, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            return "ja" if argument == "--lang=ja" else "en"
        if argument == "--lang" and number + 1 < len(arguments):
            return "ja" if arguments[number + 1] == "ja" else "en"
    variables = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "ja" if next((value for value in variables if value), "").startswith("ja") else "en"


class Command(TyperCommand):
    def format_usage(self, ctx: Any, formatter: Any) -> None:
        _write_usage(self, ctx, formatter)


class Group(TyperGroup):
    def format_usage(self, ctx: Any, formatter: Any) -> None:
        _write_usage(self, ctx, formatter)

    def list_commands(self, ctx: Any) -> list[str]:
        """In the order in which they were defined."""
        return list(self.commands)


def _write_usage(command: Any, context: Any, formatter: Any) -> None:
    prefix = Call.of(context).text(USAGE)
    formatter.write_usage(context.command_path, " ".join(command.collect_usage_pieces(context)), prefix=f"{prefix} ")


def all_commands(command: Any) -> Iterator[Any]:
    yield command
    for below in getattr(command, "commands", {}).values():
        yield from all_commands(below)


def help_texts(command: Any) -> Iterator[tuple[Any, str]]:
    """Every object of the tree that has a help text, with that text."""
    for one in all_commands(command):
        parameters = [*one.params, one.get_help_option(typer.Context(one))]
        for owner in (one, *parameters):
            if getattr(owner, "help", None):
                yield owner, owner.help


def speak(command: Any, language: Language) -> None:
    """Puts the whole tree, whose texts are English, into `language`."""
    for name, text in PANELS.items():
        setattr(rich_utils, name, text.in_language(language))
    if language == "ja":
        for owner, english in help_texts(command):
            owner.help = JAPANESE[english]


_SENTENCES: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r"No such command '(.+?)'\. Did you mean (.+)\?"), "コマンド「{0}」はありません。もしかして: {1}"),
    (re.compile(r"No such command '(.+?)'\.?"), "コマンド「{0}」はありません"),
    (re.compile(r"Missing command\."), "コマンドを指定してください"),
    (re.compile(r"Got unexpected extra argument\(s\) \((.+)\)"), "余分な引数があります: {0}"),
    (re.compile(r"Option '(.+?)' requires an argument\."), "オプション {0} には値が必要です"),
    (re.compile(r"Option '(.+?)' does not take a value\."), "オプション {0} は値を取りません"),
)
_GLOBAL = frozenset({"--store", "--lang", "--debug"})


def usage_message(error: TyperException) -> Text:
    """What was wrong with the call, in words."""
    match type(error).__name__:
        case "NoSuchOption":
            return _no_such_option(str(getattr(error, "option_name", "")))
        case "MissingParameter":
            hint = _hint(error)
            return Text(f"{hint} を指定してください", f"{hint} is missing")
        case "BadParameter":
            return _bad_value(error)
    english = error.format_message()
    for pattern, japanese in _SENTENCES:
        if found := pattern.fullmatch(english):
            return Text(japanese.format(*found.groups()), english)
    return Text(f"使い方が正しくありません({english})", english)


def _no_such_option(name: str) -> Text:
    if name in _GLOBAL:
        return Text(f"{name} はコマンド名の前に書いてください", f"{name} goes before the name of the command")
    return Text(f"オプション {name} はありません", f"no such option: {name}")


def _hint(error: TyperException) -> str:
    parameter = getattr(error, "param", None)
    if parameter is None:
        return str(getattr(error, "param_hint", "") or "")
    return str(parameter.opts[0]) if parameter.param_type_name == "option" else str(parameter.get_error_hint())


def _bad_value(error: TyperException) -> Text:
    hint, found = _hint(error), getattr(error.__cause__, "errors", None)
    what = complaint(found()[0]) if found else Text.same(error.message)
    return Text(f"{hint}: {what.ja}", f"{hint} {what.en}")
