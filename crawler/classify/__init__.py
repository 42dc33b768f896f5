"""Articles to moves: `Reader` is the whole of it. Pure; trigger words and weights lie beside as TOML."""

from crawler.classify.reader import Reader

__all__ = ["Reader"]
