from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.config import ConfigError, LoadedConfig, load
from scheduler.config.watch import ConfigWatch, refused_words

GOOD = """\
version: 1
watchlists: [{name: A}]
sources: [{id: news, url: https://news.example/feed, every: 10m}]
"""
BETTER = GOOD.replace("10m", "5m")
BROKEN = GOOD.replace("10m", "often")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def watching(file: Path) -> ConfigWatch:
    return ConfigWatch(file, load(file, {}).digest, lambda: load(file, {}))


def every(answer: LoadedConfig | ConfigError | None) -> float:
    assert isinstance(answer, LoadedConfig)
    interval = answer.config.sources[0].every
    assert interval is not None
    return interval.total_seconds()


def test_an_unchanged_file_is_nothing_to_speak_of(file: Path) -> None:
    watch = watching(file)
    assert [watch.check() for _ in range(3)] == [None, None, None]


def test_a_change_is_taken_at_the_second_look_and_only_once(file: Path) -> None:
    watch = watching(file)
    file.write_text(BETTER, encoding="utf-8")
    assert watch.check() is None
    assert every(watch.check()) == 300
    assert watch.check() is None


def test_a_file_that_is_still_being_written_is_waited_for(file: Path) -> None:
    watch = watching(file)
    for end in range(len(BETTER) - 20, len(BETTER)):
        file.write_text(BETTER[:end], encoding="utf-8")
        assert watch.check() is None
    file.write_text(BETTER, encoding="utf-8")
    assert watch.check() is None
    assert every(watch.check()) == 300


def test_a_file_that_changes_between_look_and_loading_is_looked_at_again(file: Path) -> None:
    texts = iter([BETTER.replace("5m", "7m"), BETTER.replace("5m", "7m")])

    def load_late() -> LoadedConfig:
        file.write_text(next(texts), encoding="utf-8")
        return load(file, {})

    watch = ConfigWatch(file, load(file, {}).digest, load_late)
    file.write_text(BETTER, encoding="utf-8")
    assert [watch.check(), watch.check(), watch.check()] == [None, None, None]
    assert every(watch.check()) == 420


def test_a_broken_file_is_told_once_and_so_is_its_repair(file: Path) -> None:
    watch = watching(file)
    file.write_text(BROKEN, encoding="utf-8")
    assert watch.check() is None
    refusal = watch.check()
    assert isinstance(refusal, ConfigError)
    assert refused_words(refusal).startswith(f"{file}:3:61: sources[news].every: 'often' is no duration")
    assert watch.check() is None
    file.write_text(GOOD, encoding="utf-8")
    assert watch.check() is None
    assert every(watch.check()) == 600


def test_a_file_replaced_by_a_rename_is_a_change_like_any_other(file: Path) -> None:
    watch = watching(file)
    file.unlink()
    assert watch.check() is None
    (file.parent / "new").write_text(BETTER, encoding="utf-8")
    (file.parent / "new").replace(file)
    assert watch.check() is None
    assert every(watch.check()) == 300


def test_a_symbolic_link_that_is_swapped_is_a_change(tmp_path: Path) -> None:
    for name, text in (("one", GOOD), ("two", BETTER)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    link = tmp_path / "config.yaml"
    link.symlink_to("one")
    watch = watching(link)
    link.unlink()
    link.symlink_to("two")
    assert watch.check() is None
    assert every(watch.check()) == 300


def test_a_file_that_is_gone_is_told_once_and_taken_again_when_it_is_back(file: Path) -> None:
    watch = watching(file)
    file.unlink()
    assert watch.check() is None
    refusal = watch.check()
    assert isinstance(refusal, ConfigError)
    assert "no such file" in str(refusal)
    assert watch.check() is None
    file.write_text(GOOD, encoding="utf-8")
    assert watch.check() is None
    assert every(watch.check()) == 600


def test_a_refusal_on_one_line_counts_the_other_mistakes(file: Path) -> None:
    file.write_text(BROKEN.replace("name: A", "nam: A"), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(file, {})
    assert refused_words(caught.value).endswith("(and 2 more)")
