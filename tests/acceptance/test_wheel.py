"""The built wheel, installed by itself: it holds all it needs."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout without fetching anything."""
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The command of an environment with the wheel, and the libraries of this one."""
    place = tmp_path_factory.mktemp("venv")
    venv.create(place, with_pip=False, symlinks=True)
    python = place / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)
    (site,) = place.glob("lib/python3*/site-packages")
    # A plain path: files that hook in this checkout are not followed from there.
    (site / "libraries.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    yield place / "bin"


def chuhai(installed: Path, folder: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("SLACK_", "CHUHAI_", "PYTHON"))}
    return subprocess.run(
        [installed / "chuhai", *arguments],
        cwd=folder,
        env=environ,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_runs_from_the_wheel_and_not_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    code = "import crawler, alerts, scheduler; print(crawler.__file__, alerts.__file__, scheduler.__file__)"
    shown = subprocess.run(
        [installed / "python", "-P", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert all(str(installed.parent) in path for path in shown.stdout.split())


def test_init_and_check_work_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    assert chuhai(installed, tmp_path, "init").returncode == 0
    assert (tmp_path / "config.yaml").read_text() == (ROOT / "config.yaml").read_text()
    checked = chuhai(installed, tmp_path, "check")
    assert checked.returncode == 0, checked.stderr


def test_it_reads_articles_with_the_knowledge_it_brings(installed: Path, tmp_path: Path) -> None:
    line = '{"id": 1, "title": "BYD enters Kenya with three electric cars"}\n'
    assert '"relevant": true' in chuhai(installed, tmp_path, "classify", stdin=line).stdout


def test_it_makes_its_database_by_the_migrations_it_brings(installed: Path, tmp_path: Path) -> None:
    chuhai(installed, tmp_path, "init")
    status = chuhai(installed, tmp_path, "status")
    assert status.returncode == 0, status.stderr
    assert "never polled" in status.stdout
    assert (tmp_path / "data" / "chuhai.db").is_file()


def test_it_holds_no_tests_and_no_secrets(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops - {name for name in tops if name.endswith(".dist-info")} == {"crawler", "alerts", "scheduler"}
    assert not [name for name in names if "test_" in name or name.endswith((".db", ".env"))]
