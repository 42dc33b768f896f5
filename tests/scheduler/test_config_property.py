from __future__ import annotations

from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from scheduler.config import ConfigError, parse

SHIPPED = (Path(__file__).parents[2] / "config.yaml").read_text(encoding="utf-8")
LINES = SHIPPED.splitlines(keepends=True)
SCRAPS = st.sampled_from(
    [*"[]{}:,#&*!|>'\"%@`~?-\t\n \r\x85\u2028\ufeff\x00", "- ", ": ", "${", "$$", "a: ", "<<: ", "  "]
)


def check(text: str) -> None:
    try:
        parse(text, Path("config.yaml"), {"HOME": "x"})
    except ConfigError as error:
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        assert error.problems
        for problem in error.problems:
            assert 1 <= problem.line <= len(lines)
            assert 1 <= problem.col <= len(lines[problem.line - 1]) + 1
            assert str(problem).startswith(f"config.yaml:{problem.line}:{problem.col}: ")


@given(st.one_of(st.text(), st.lists(st.one_of(SCRAPS, st.text(max_size=3))).map("".join)))
@example("? [a, b]\n: {c}")
@example("\ud800")
@example('a: "\\x"\n\u2028b: [')
def test_any_text_at_all_gives_a_configuration_or_errors_with_a_place_in_it(text: str) -> None:
    check(text)


@given(st.data())
def test_the_shipped_file_damaged_anywhere_gives_a_configuration_or_errors_with_a_place_in_it(
    data: st.DataObject,
) -> None:
    start = data.draw(st.integers(0, len(SHIPPED)), label="start")
    end = data.draw(st.integers(start, min(len(SHIPPED), start + 40)), label="end")
    scrap = data.draw(st.one_of(SCRAPS, st.text(max_size=5)), label="scrap")
    check(SHIPPED[:start] + scrap + SHIPPED[end:])


@given(st.integers(0, len(LINES)))
def test_the_shipped_file_cut_after_any_line_gives_a_configuration_or_errors_with_a_place_in_it(kept: int) -> None:
    check("".join(LINES[:kept]))
