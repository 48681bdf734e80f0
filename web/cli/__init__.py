"""The command `machinami`."""

from web.cli.main import main

__all__ = ["main"]
