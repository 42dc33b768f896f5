"""One service per database, and a copy of it to try things on; on both databases."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from crawler.storage import schema
from crawler.storage.engine import open_engine, reading, writing
from crawler.storage.lock import AlreadyRunningError, only_instance
from scheduler.copies import scratch_copy

HOLD = """
import sys
from crawler.storage.engine import open_engine
from crawler.storage.lock import only_instance
with only_instance(open_engine(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_holder_is_refused_by_the_pid_of_the_first_and_a_kill_leaves_no_trap(database_url: str) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, database_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    engine = open_engine(database_url)
    with pytest.raises(AlreadyRunningError, match=f"pid {holder.pid}"), only_instance(engine):
        pass
    holder.kill()
    holder.communicate()
    with only_instance(engine):
        pass
    engine.dispose()


def test_the_lock_is_free_again_after_it_was_left(engine: Engine) -> None:
    with only_instance(engine):
        pass
    with only_instance(engine):
        pass


def test_a_copy_holds_what_the_original_holds_and_leaves_it_alone(engine: Engine, database_url: str) -> None:
    with writing(engine) as connection:
        connection.execute(schema.sources.insert().values(id="kept", etag='"a"'))
    with scratch_copy(database_url) as copy:
        with reading(copy) as connection:
            assert connection.execute(select(schema.sources.c.etag)).scalar() == '"a"'
        with writing(copy) as connection:
            connection.execute(schema.sources.delete())
    with reading(engine) as connection:
        assert connection.execute(select(schema.sources.c.id)).scalar() == "kept"


def test_a_copy_of_a_database_that_does_not_exist_is_empty_and_does_not_make_it(tmp_path: Path) -> None:
    with scratch_copy(f"sqlite:///{tmp_path}/none/chuhai.db") as copy, reading(copy) as connection:
        assert connection.execute(select(schema.sources)).all() == []
    assert not (tmp_path / "none").exists()


def test_a_reader_sees_one_state_throughout(engine: Engine) -> None:
    with reading(engine) as reader:
        assert reader.execute(select(schema.sources.c.id)).all() == []
        with writing(engine) as writer:
            writer.execute(schema.sources.insert().values(id="later"))
        assert reader.execute(select(schema.sources.c.id)).all() == []
    with reading(engine) as reader:
        assert reader.execute(select(schema.sources.c.id)).scalar() == "later"
