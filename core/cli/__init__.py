"""The command line: `grial`, which is also `python3 server.py`. One command a file."""

from core.cli.group import main

__all__ = ["main"]
