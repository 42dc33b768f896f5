#!/bin/sh
# Write both lock files anew: run.txt is what the service needs, dev.txt adds what tests and checks need.
# uv writes hashes and no index address; the build backend is locked too, so that no build fetches anything else.
set -eu
cd "$(dirname "$0")/.."
lock() { uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header "$@"; }
lock pyproject.toml --extra postgres --group pyproject.toml:dev --output-file requirements/dev.txt
lock pyproject.toml --extra postgres --group pyproject.toml:build --constraints requirements/dev.txt --output-file requirements/run.txt
