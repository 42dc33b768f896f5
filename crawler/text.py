"""Words as people write them: folding with a map back to the original, clauses, sentences, language, clean lines."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0xAD])
_CONTROL = {c: " " for c in range(0xA0) if (c < 0x20 or c >= 0x7F) and chr(c) not in "\n\t"}
_UNSEEN: dict[int, str | None] = {**_CONTROL, **_INVISIBLE}
_SURROGATES = re.compile("[\ud800-\udfff]")
_NO_HAN = bytes(c for c in range(256) if not (0x34 <= c <= 0x9F or 0xF9 <= c <= 0xFA))
"""First bytes of UTF-16 that begin no Han character (U+3400 to U+9FFF, U+F900 to U+FAFF): counted so, not searched."""
_NO_LETTERS = bytes(c for c in range(128) if not chr(c).isalpha())
_KANA_HANGUL = re.compile("[\u3040-\u30ff\uac00-\ud7af]+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Z]|Mr|Mrs|Ms|Dr|St|No|Inc|Co|Corp|Ltd|vs|U\.S|U\.K|e\.g|i\.e|approx|Jan|Feb|Aug|Sept|Oct|Nov|Dec))\.$"
)
_SENTENCE_END = re.compile(r"[。！？!?](?:[”’」』\"')）]*)|\.(?:[”’\"')]*)(?=\s)|\n+")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_FEW = 10
"""One character in so many is beyond ASCII in a text that is folded run by run."""
_LEAD = re.compile(r"\s*+(?:\S++\s++){59}\S++")
_MOST_FORMS = 20_000
ITEM_END = re.compile(r"[；;｜|丨]+| / ")
"""What stands between the items of a digest's title."""
_QUOTE_MARKS = {ord(c): "'" for c in "‘’‛ʼ`´"} | {ord(c): '"' for c in "“”„‟"} | {ord(c): "-" for c in "‐‑‒–—―"}


def _simplified() -> Mapping[int, str]:
    rows = resources.files(__package__).joinpath("simplified.txt").read_text(encoding="utf-8").split("\n")
    pairs = "".join(row for row in rows if not row.startswith("#"))
    return {ord(traditional): simple for traditional, simple in zip(pairs[::2], pairs[1::2], strict=True)}


_SIMPLIFIED = _simplified()


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in the form names are compared in, with the way back to the original."""

    text: str
    """NFKC, case-folded, no Latin accents, Han characters simplified, quotes and dashes plain; may differ in length."""
    starts: tuple[int, ...] | range
    """For each folded character, the offset of the original character it came from; one more at the end."""

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the original that the folded span [start, end) came from."""
        first = self.starts[start]
        last = self.starts[end - 1] if end > start else first
        after = end
        while after < len(self.text) and self.starts[after] == last:
            after += 1
        return first, self.starts[after] if end > start else first

    def folded(self, offset: int) -> int:
        """Return the first folded position that came from the original offset, or from one behind it."""
        if isinstance(self.starts, range):
            return max(0, min(offset, len(self.starts)))
        return bisect_left(self.starts, offset)


def fold(text: str) -> Folded:
    """Return the text folded for comparison, with the offset of every character kept."""
    if text.isascii():
        return Folded(_plain(text), range(len(text) + 1))
    if (len(text) - len(text.encode("ascii", "ignore"))) * _FEW < len(text):
        folded, beyond = _folded_runs(text)
    else:
        folded, beyond = text.translate(_FORMS), text
    uneven = _FORMS.uneven.intersection(beyond)
    if any(unicodedata.combining(character) for character in uneven):
        return _fold_slowly(text.translate(_QUOTE_MARKS))
    return Folded(folded, _starts(text, uneven))


def _plain(text: str) -> str:
    """Return what is ASCII folded; of its characters only one is a quote mark of another form."""
    return text.replace("`", "'").lower()


def _folded_runs(text: str) -> tuple[str, str]:
    """Return the text folded, what is ASCII of it at once, and all that is not."""
    beyond: list[str] = []
    forms: list[str] = []

    def folded(run: re.Match[str]) -> str:
        beyond.append(run[0])
        forms.append(run[0].translate(_FORMS))
        return forms[-1]

    mostly = _BEYOND_ASCII.sub(folded, text)
    lower = "".join(forms)
    # hardly any script has letters whose folded form is no small letter
    return _plain(mostly) if lower == lower.lower() else text.translate(_FORMS), "".join(beyond)


class _Forms(dict[int, str]):
    """The form of every character seen so far, for `str.translate`."""

    def __init__(self) -> None:
        super().__init__()
        self.uneven: set[str] = set()
        """Those whose form has another length, and combining marks, which belong to the character before them."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        form = _form(character)
        if len(form) != 1 or unicodedata.combining(character):
            self.uneven.add(character)
        if len(self) < _MOST_FORMS:
            self[code] = form
        return form


@lru_cache(_MOST_FORMS)
def _form(cluster: str) -> str:
    plain = unicodedata.normalize("NFKC", cluster.translate(_QUOTE_MARKS)).casefold().translate(_SIMPLIFIED)
    bare = unicodedata.normalize("NFD", plain)
    # an accent is often left out: Citroën, Škoda, São Paulo
    return bare[0] if "a" <= bare[:1] <= "z" and all(map(unicodedata.combining, bare[1:])) else plain


def _starts(text: str, uneven: Collection[str]) -> tuple[int, ...] | range:
    """Return where each folded character came from; a text of which none changes its length needs no list."""
    if not uneven:
        return range(len(text) + 1)
    starts: list[int] = []
    position = 0
    for match in re.finditer(f"[{re.escape(''.join(uneven))}]", text):
        starts.extend(range(position, match.start()))
        starts.extend([match.start()] * len(_form(match[0])))
        position = match.end()
    starts.extend(range(position, len(text) + 1))
    return tuple(starts)


_FORMS = _Forms()


def _fold_slowly(plain: str) -> Folded:
    pieces: list[str] = []
    starts: list[int] = []
    for offset, cluster in _clusters(plain):
        piece = _form(cluster)
        pieces.append(piece)
        starts.extend([offset] * len(piece))
    starts.append(len(plain))
    return Folded("".join(pieces), tuple(starts))


def _clusters(text: str) -> list[tuple[int, str]]:
    """Split before every character that is no combining mark: what normalises together stays together."""
    found: list[tuple[int, str]] = []
    start = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or text[index] < "\u0300" or not unicodedata.combining(text[index]):
            found.append((start, text[start:index]))
            start = index
    return found if text else []


def clean(text: str) -> str:
    """Return the text without control, zero-width, direction and surrogate characters, runs of blanks made one.

    Line breaks stay.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if "  " in text or not "".join(lines).isprintable():
        lines = [_clean_line(line) for line in lines]
    return "\n".join(line for line in map(str.strip, lines) if line)


def _clean_line(line: str) -> str:
    if not line.isprintable():
        line = _SURROGATES.sub("\ufffd", line).translate(_UNSEEN)
    elif "  " not in line:
        return line
    return " ".join(line.split())


def one_line(text: str) -> str:
    """Return the text clean and on one line, fit for a title, a log line or a terminal."""
    return " ".join(clean(text).split())


def shorten(text: str, length: int) -> str:
    """Return the text, cut at a word or character with an ellipsis where it is longer than `length` characters."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > length * 0.7 else cut).rstrip(" ,;:，；、") + "…"


def language_of(text: str) -> str:
    """Return `zh`, `en` or `und`: by script, Han weighing double because a Han character is most of a word.

    Other languages in Latin script count as `en` only because nothing here reads them otherwise.
    """
    sample = text[:4000]
    plain = sample.encode("ascii", "ignore")
    latin = len(plain.translate(None, _NO_LETTERS))
    if sample.isascii():
        return "en" if latin >= 2 else "und"
    han = len(sample.encode("utf-16-be", "surrogatepass")[::2].translate(None, _NO_HAN))
    others = len(sample) - len(plain) - han
    if others > han / 2 and latin < 4 * han and sum(map(len, _KANA_HANGUL.findall(sample))) > han / 2:
        return "und"
    if han * 2 > latin / 2 and han >= 2:
        return "zh"
    return "en" if latin >= 2 else "und"


@lru_cache(8)  # reading, its evidence and its quotations ask for the same text
def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Return the spans of the sentences: trimmed, in order, never overlapping, empty ones left out."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if _abbreviated(text, match, start):
            continue
        spans.append((start, match.end()))
        start = match.end()
    spans.append((start, len(text)))
    return tuple(span for span in (_trim(text, a, b) for a, b in spans) if span[0] < span[1])


def sentence_end(text: str, offset: int) -> int:
    """Return where the sentence ends in which the offset lies; the end of the text where none does."""
    while (match := _SENTENCE_END.search(text, offset)) is not None:
        if not _abbreviated(text, match):
            return match.end()
        offset = match.end()
    return len(text)


def _abbreviated(text: str, end: re.Match[str], start: int = 0) -> bool:
    """Say whether a full stop belongs to an abbreviation that begins behind `start`."""
    looked_at = max(start, end.start() - 8)
    return end[0].startswith(".") and _ABBREVIATION.search(text, looked_at, end.start() + 1) is not None


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), max(start, start + len(piece.rstrip()))


def lead_end(text: str, language: str) -> int:
    """Return where the lead ends: after the first 60 words, or 150 Chinese characters (design rule of this project)."""
    if language == "zh":
        return min(len(text), 150)
    words = _LEAD.match(text)
    return words.end() if words else len(text)
