"""Write the next migration from the difference between the migrations so far and the tables in the code.

    python tools/make_migration.py 0002 "articles get a summary"

Read what it wrote: a renamed column looks to it like one dropped and one added.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic.command import revision
from alembic.config import Config

from crawler.storage.engine import open_engine, writing
from scheduler import migrations


def main(number: str, message: str) -> None:
    """Write `scheduler/migrations/versions/NUMBER_….py`."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/empty.db")
        migrations.upgrade(engine)
        config = Config()
        config.set_main_option("script_location", str(Path(migrations.__file__).parent))
        config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
        with writing(engine) as connection:
            config.attributes["connection"] = connection
            revision(config, message, autogenerate=True, rev_id=number)


if __name__ == "__main__":
    main(*sys.argv[1:3])
