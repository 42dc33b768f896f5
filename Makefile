# Two commands do all the set-up, in .venv beside this file: `make run` and `make test`.
# They need Python 3.11 or newer with pip and venv, and make; everything else they install, by hash.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check install

.PHONY: run test check lint unit format reference knowledge eval details scenarios fit migration samples articles demo demo-golden how-it-reads torture bench bench-reading lock clean

run: .venv/run            ## start the service on ./config.yaml
	$(BIN)/chuhai run

test: .venv/dev lint unit ## install and prove everything

check: .venv/run          ## check ./config.yaml and its tests
	$(BIN)/chuhai check

lint: .venv/dev           ## style, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: .venv/dev           ## all tests, a real PostgreSQL and the built wheel included
	$(BIN)/pytest

format: .venv/dev
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

reference: .venv/dev      ## write docs/reference and config.schema.json anew
	$(BIN)/python tools/generate_reference.py

knowledge: .venv/dev      ## write what is built of the reader's data: knowledge.json, required.json
	$(BIN)/python tools/build_knowledge.py

eval: .venv/dev           ## make eval DATA="labels.jsonl …" [OPTIONS="--errors --cross-validate --json"]: how good the reader is
	$(BIN)/python -m tools.evaluate $(DATA) $(OPTIONS)

details: .venv/dev        ## make details [OPTIONS="--errors --json"]: what is quoted of a move, letter for letter
	$(BIN)/python -m tools.details tests/corpus/details.jsonl $(OPTIONS)

scenarios: .venv/dev      ## make scenarios [OPTIONS="--errors --json"]: whether reports of one event come to one
	$(BIN)/python -m tools.scenarios tests/corpus/scenarios.jsonl $(OPTIONS)

fit: .venv/dev            ## make fit DATA="labels.jsonl …": write crawler/classify/weights.json anew
	$(BIN)/python -m tools.fit $(DATA) $(OPTIONS)

migration: .venv/dev      ## make migration NUMBER=0002 MESSAGE="what changed"
	$(BIN)/python tools/make_migration.py "$(NUMBER)" "$(MESSAGE)"

samples: .venv/dev        ## make samples DIR=…: serve the feeds of a folder on loopback, poll them twice
	$(BIN)/python tools/poll_samples.py "$(DIR)"

articles: .venv/dev       ## make articles DIR=… [OPTIONS=--errors]: read a folder's articles whole, compare with verdicts
	$(BIN)/python -m tools.articles "$(DIR)" $(OPTIONS)

demo: .venv/run           ## a month of sample news through the real program, offline
	@$(BIN)/chuhai demo

demo-golden: .venv/dev    ## write the demo's transcript, and what README.md shows of it, anew
	$(BIN)/chuhai demo > tests/acceptance/demo-transcript.txt
	$(BIN)/python -m tools.readme_samples

how-it-reads: .venv/dev   ## write what docs/how-it-reads.md shows of the reader anew
	$(BIN)/python -m tools.how_it_reads

torture: .venv/dev        ## make torture DIR=…: read every feed of a folder, broken ones too, twice
	$(BIN)/python tools/torture.py "$(DIR)"

bench: .venv/dev          ## what a poll costs, beside a plain script (bench/README.md)
	$(BIN)/python bench/poll_cost.py

bench-reading: .venv/dev  ## how fast the reader loads and reads, and with twice the names (bench/README.md)
	$(BIN)/python bench/reading.py

lock:                     ## write requirements/*.txt anew (needs uv)
	requirements/update.sh

clean:
	rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "chuhai needs Python 3.11 or newer; say which with make PYTHON=python3.12 run")'
	$(PYTHON) -m venv .venv

.venv/run: requirements/run.txt pyproject.toml | .venv/bin/python
	$(PIP) --require-hashes --requirement requirements/run.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@

.venv/dev: requirements/dev.txt pyproject.toml | .venv/bin/python
	$(PIP) --require-hashes --requirement requirements/dev.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@
