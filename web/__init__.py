"""The only package that knows HTTP: the application, its routes, the command line, the long-running processes."""

VERSION = "0.1.0"
"""The same as in pyproject.toml; here, because an environment may run the program without installing it."""
