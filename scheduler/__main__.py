"""`chuhai`, and `python -m scheduler`."""

from __future__ import annotations

import os
import sys

from scheduler import logs
from scheduler.cli import app


def main() -> None:
    """Run the command line; a reader that closed the pipe is no error."""
    logs.configure()
    try:
        app()
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - so that the exit's own flush has somewhere to go
        sys.exit(1)


if __name__ == "__main__":
    main()
