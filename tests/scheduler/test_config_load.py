from __future__ import annotations

import stat
from pathlib import Path

import pytest

from scheduler.config import LARGEST_FILE, LAST_GOOD, ConfigError, LoadedConfig, load, load_last_good, parse, remember

ROOT = Path(__file__).parents[2]
SMALL = """\
version: 1
watchlists:
  - {name: All, send_to: "#ev"}
sources:
  - {id: news, url: https://news.example/feed, every: 15m}
"""


def understood(text: str, **environ: str) -> LoadedConfig:
    return parse(text, Path("config.yaml"), environ)


def refused(text: str, **environ: str) -> str:
    with pytest.raises(ConfigError) as caught:
        understood(text, **environ)
    return str(caught.value)


def test_the_shipped_configuration_runs_as_it_is() -> None:
    loaded = load(ROOT / "config.yaml", {})
    assert [source.id for source in loaded.config.sources] == ["cleantechnica", "36kr-articles", "36kr-newsflash"]
    assert len(loaded.config.watchlists) == 2
    assert (loaded.warnings, loaded.not_yet_in_force, loaded.config.slack.token) == ((), (), None)


def test_the_shipped_configuration_names_its_schema_for_editors_in_the_first_line() -> None:
    first = (ROOT / "config.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=./config.schema.json"


def test_three_keys_are_enough() -> None:
    config = understood(SMALL).config
    assert (config.companies, config.tests, config.slack.token) == ((), (), None)
    assert config.service.health_address == ("127.0.0.1", 9108)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old-mac"])
def test_line_ends_of_any_system_are_read(newline: str) -> None:
    assert understood(SMALL.replace("\n", newline)).config.sources[0].id == "news"


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + SMALL.encode())
    assert load(file, {}).config.sources[0].id == "news"


def test_words_that_other_yaml_readers_take_for_something_else_stay_words() -> None:
    text = SMALL.replace('send_to: "#ev"', "send_to: '#ev', markets: [NO, on], exclude: [off, 1_000, 2026-01-01, 0x1F]")
    watchlist = understood(text).config.watchlists[0]
    assert watchlist.markets == ("NO", "ON")
    assert watchlist.exclude == ("off", "1_000", "2026-01-01", "0x1F")


def test_times_of_day_need_no_quotes() -> None:
    quiet = understood(SMALL + "alerts: {quiet_hours: {from: 22:30, to: 07:00}}\n").config.alerts.quiet_hours
    assert quiet is not None
    assert (quiet.start.hour, quiet.start.minute) == (22, 30)


def test_a_key_without_value_is_as_good_as_absent() -> None:
    assert understood(SMALL + "companies:\nalerts:\n  max_per_hour: ~\n").config.alerts.max_per_hour == 20


def test_variables_are_filled_in_within_values_and_a_doubled_dollar_is_a_dollar() -> None:
    text = (
        SMALL.replace("https://news.example/feed", "'https://${HOST}/feed?a=$$b'") + "service: {contact: '${PAGE}'}\n"
    )
    config = understood(text, HOST="news.example", PAGE="https://me.example").config
    assert config.sources[0].url == ("https://news.example/feed?a=$b",)
    assert config.service.contact == "https://me.example"


def test_a_variable_whose_content_looks_like_a_variable_is_not_filled_in_again() -> None:
    text = SMALL.replace("name: All", "name: '${A}'")
    assert understood(text, A="${B}", B="no").config.watchlists[0].name == "${B}"


@pytest.mark.parametrize(
    ("environ", "token"),
    [
        pytest.param({"SLACK_BOT_TOKEN": "xoxb-1-a"}, "xoxb-1-a", id="set"),
        pytest.param({}, None, id="not-set"),
        pytest.param({"SLACK_BOT_TOKEN": ""}, None, id="empty"),
    ],
)
def test_the_slack_token_alone_may_be_unset(environ: dict[str, str], token: str | None) -> None:
    found = understood(SMALL + 'slack: {token: "${SLACK_BOT_TOKEN}", default_channel: "#ev"}\n', **environ)
    secret = found.config.slack.token
    assert (secret.get_secret_value() if secret else None) == token
    assert "xoxb" not in repr(found)


def test_a_path_is_relative_to_the_folder_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "token").write_text("xoxb-1-a", encoding="utf-8")
    file = tmp_path / "etc" / "config.yaml"
    file.write_text(SMALL + "slack: {token_file: token, default_channel: '#ev'}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    config = load(Path("etc/config.yaml"), {}).config
    assert config.storage.url.get_secret_value() == f"sqlite:///{tmp_path}/etc/data/chuhai.db"
    assert config.slack.token_file == tmp_path / "etc" / "token"


@pytest.mark.parametrize(
    "url",
    ["sqlite:////var/lib/chuhai.db", "postgresql://me@db/chuhai", "sqlite:///:memory:"],
    ids=["absolute", "pg", "mem"],
)
def test_an_address_that_is_not_relative_stays_as_it_is(url: str) -> None:
    assert understood(SMALL + f"storage: {{url: '{url}'}}\n").config.storage.url.get_secret_value() == url


def test_a_token_file_that_is_missing_or_empty_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(SMALL + "slack: {token_file: token, default_channel: '#ev'}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"config.yaml:6:21: slack.token_file: .*No such file"):
        load(file, {})
    (tmp_path / "token").write_text("\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="the file is empty"):
        load(file, {})


def test_a_file_that_is_missing_unreadable_huge_or_no_text_is_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "huge").write_bytes(b"#" * (LARGEST_FILE + 1))
    (tmp_path / "utf16").write_bytes(SMALL.encode("utf-16"))
    (tmp_path / "latin").write_bytes(SMALL.replace("All", "Tägliches").encode("latin-1"))
    reasons = {
        "absent": "no such file",
        ".": "cannot be read",
        "huge": "larger than",
        "utf16": "UTF-8",
        "latin": "UTF-8",
    }
    for name, reason in reasons.items():
        with pytest.raises(ConfigError, match=reason):
            load(tmp_path / name, {})
    with pytest.raises(ConfigError, match="latin:3:13: "):
        load(tmp_path / "latin", {})


def test_the_last_good_configuration_is_kept_unresolved_and_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(SMALL + "service: {contact: '${PAGE}'}\n", encoding="utf-8")
    kept = remember(file, load(file, {"PAGE": "https://me.example"}))
    assert (kept.name, stat.S_IMODE(kept.stat().st_mode)) == (LAST_GOOD, 0o600)
    assert "${PAGE}" in kept.read_text(encoding="utf-8")
    file.write_text("version: 2", encoding="utf-8")
    assert load_last_good(file, {"PAGE": "https://other.example"}).config.service.contact == "https://other.example"
    assert sorted(path.name for path in tmp_path.iterdir()) == [LAST_GOOD, "config.yaml"]


def test_without_a_last_good_configuration_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"chuhai-last-good.yaml:1:1: there is no such file"):
        load_last_good(tmp_path / "config.yaml", {})


def test_the_digest_is_that_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(SMALL, encoding="utf-8")
    before = load(file, {}).digest
    file.write_text(SMALL + "\n", encoding="utf-8")
    assert load(file, {}).digest != before
