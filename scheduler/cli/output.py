"""What commands print: data on standard output as table, JSON or CSV; everything else on standard error."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from crawler.text import one_line

Row = Mapping[str, Any]


class Format(StrEnum):
    """How rows are written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def say(message: str) -> None:
    """Tell the person at the terminal something that is no data."""
    sys.stderr.write(message.rstrip("\n") + "\n")


def print_json(value: object) -> None:
    """Print one value as indented JSON."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=_plain) + "\n")


def print_rows(rows: Sequence[Row], columns: Sequence[str], form: Format, *, empty: str) -> None:
    """Print rows; a table shows `columns`, JSON and CSV everything; `empty` is said where there is nothing."""
    if form is Format.JSON:
        print_json(list(rows))
    elif form is Format.CSV:
        _print_csv(rows, list(rows[0]) if rows else columns)
    elif rows:
        _print_table(rows, columns)
    else:
        say(empty)


def _print_table(rows: Sequence[Row], columns: Sequence[str]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        # Text keeps what came from feeds from being taken for rich's own markup.
        table.add_row(*(Text(one_line(_cell(row[column]))) for column in columns))
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 200
    console.print(table)


def _print_csv(rows: Sequence[Row], columns: Sequence[str]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_harmless(_cell(row[column])) for column in columns])


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from taking a text for a formula (OWASP, CSV injection)."""
    return "'" + cell if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, list | tuple):
        return " ".join(str(item) for item in value)
    if isinstance(value, float):
        return f"{value:.2f}"
    return str(value)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
