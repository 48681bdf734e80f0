"""From arguments to an exit status; whatever goes wrong on the way becomes one line."""

import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

import typer
from pydantic import ValidationError
from typer.exceptions import TyperException

from geo import GeoError, Text, UnreadableError
from web import message
from web.cli.call import Call
from web.cli.language import language_of, speak, usage_message
from web.cli.root import build_cli
from web.errors import UsageError
from web.settings import PREFIX
from web.validation import complaint

INTERRUPTED = 130
WRONG_USAGE = 2
FAILED = 1


def main() -> None:
    """The entry of the command `machinami`."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    status = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
    sys.exit(status)


def run(arguments: Sequence[str]) -> int:
    """The exit status; 0 done, 3 done with problems, 1 failed, 2 wrong usage."""
    call = Call(language_of(arguments, os.environ), debug="--debug" in arguments)
    command = typer.main.get_command(build_cli())
    speak(command, call.language)
    try:
        status = command.main(list(arguments), prog_name="machinami", standalone_mode=False, obj=call)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return FAILED
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else FAILED
    except Exception as error:  # noqa: BLE001 - a person at a terminal reads one line, never a traceback
        return _failed(call, error)
    return status if isinstance(status, int) else 0


def _drop_output() -> None:
    """Whoever read our output has gone; what is left of it goes nowhere, silently."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


def _failed(call: Call, error: Exception) -> int:
    if call.debug:
        traceback.print_exception(error, file=sys.stderr)
    if isinstance(error, TyperException):
        return _wrong_usage(call, error)
    if isinstance(error, ValidationError):
        return _wrong_settings(call, error)
    text = getattr(error, "text", None)
    if isinstance(text, Text):
        call.warn(message.ERROR, text=text.in_language(call.language))
        return WRONG_USAGE if isinstance(error, UsageError) else FAILED
    if isinstance(error, UnreadableError):
        call.warn(message.ERROR, text=error.problem.message(call.language))
        return FAILED
    if isinstance(error, GeoError):
        call.warn(message.ERROR, text=error)
        return FAILED
    call.warn(message.UNEXPECTED, error=f"{type(error).__name__}: {error}", path=_write_log(error))
    return FAILED


def _wrong_usage(call: Call, error: TyperException) -> int:
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        return WRONG_USAGE
    call.warn(message.ERROR, text=usage_message(error).in_language(call.language))
    if context is not None:
        call.err.print(context.get_usage(), markup=False)
        call.warn(message.TRY_HELP, command=context.command_path)
    return WRONG_USAGE


def _wrong_settings(call: Call, error: ValidationError) -> int:
    for one in error.errors():
        name = f"{PREFIX}{'_'.join(map(str, one['loc'])).upper()}" if one["loc"] else PREFIX.rstrip("_")
        call.warn(message.ERROR, text=f"{name}: {complaint(one).in_language(call.language)}")
    return WRONG_USAGE


def _write_log(error: Exception) -> Path:
    with tempfile.NamedTemporaryFile("w", prefix="machinami-", suffix=".log", delete=False, encoding="utf-8") as log:
        traceback.print_exception(error, file=log)
    return Path(log.name)
