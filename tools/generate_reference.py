"""Writes config.schema.json and docs/reference/config.md from the code; run it after a change of the configuration."""

from __future__ import annotations

from pathlib import Path

from scheduler.config.docs import json_schema, reference

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Write both files and name them."""
    for name, text in (("config.schema.json", json_schema()), ("docs/reference/config.md", reference())):
        target = ROOT / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        print(f"{name}: {len(text.splitlines())} lines")


if __name__ == "__main__":
    main()
