"""`chuhai classify`: JSON lines in, one line out for each, in order; needs no configuration."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from crawler.classify import Reader
from crawler.knowledge import load
from crawler.markup import looks_like_html, plain
from crawler.models import Reading, Text
from crawler.storage.articles import move_to_json
from crawler.text import one_line
from crawler.units import as_utc


def classify(
    file: Annotated[Path | None, typer.Argument(help="A file of JSON lines; standard input without one.")] = None,
) -> None:
    """Read articles as JSON lines {id, title, body, published?, source?}, write what they report as JSON lines.

    An unreadable line gives {id, error}; the rest goes on, and the exit code is 1.
    """
    reader = Reader(load())
    failed = False
    stream = file.open("rb") if file else sys.stdin.buffer
    for result in results(stream, reader):
        failed |= "error" in result
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    raise typer.Exit(1 if failed else 0)


def results(stream: BinaryIO, reader: Reader) -> Iterator[dict[str, Any]]:
    """Give the result for each line that is not blank; an error names what is wrong with its line."""
    for number, raw in enumerate(stream, 1):
        if not raw.strip():
            continue
        id: object = None
        try:
            data = json.loads(raw)
            id = data.get("id") if isinstance(data, dict) else None
            yield to_json(id, reader.read(article(data)))
        except (ValueError, RecursionError) as error:
            yield {"id": id, "error": f"line {number}: {one_line(str(error))}"}


def article(data: object) -> Text:
    """Return the article a line holds; HTML becomes text.

    Raises:
        ValueError: when it is no object, or a field is of another type than documented.
    """
    if not isinstance(data, dict):
        raise ValueError("a JSON object with id, title and body is expected")
    title, body, published, source = (data.get(key) for key in ("title", "body", "published", "source"))
    for key, value in (("title", title), ("body", body), ("published", published), ("source", source)):
        if not isinstance(value, str | None):
            raise ValueError(f"{key} must be a text")
    at = as_utc(datetime.fromisoformat(published)) if published else None
    return Text(_words(title), _words(body), at, source)


def _words(text: str | None) -> str:
    """Return HTML as text, and text untouched: evidence is then a verbatim part of what was given."""
    return plain(text) if text and looks_like_html(text) else text or ""


def to_json(id: object, reading: Reading) -> dict[str, Any]:
    """Return a reading in the form of the contract: all keys always present."""
    return {
        "id": id,
        "relevant": reading.relevant,
        "confidence": round(reading.confidence, 4),
        "why_not": reading.why_not,
        "events": [move_to_json(move) for move in reading.moves],
    }
