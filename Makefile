# Gongmun. `make demo` runs the main job, `make test` the tests; both set up what they need first.

PYTHON ?= python3
PORT ?= 4200
# PORTAL_PORT: that of the portal, ten above PORT where it is not given.
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
# Only the Python that is there is used; none is downloaded.
export UV_PYTHON_DOWNLOADS := never
# Also behind a proxy of the agency's, whose certificate this machine trusts.
export UV_SYSTEM_CERTS ?= 1
# Prefect starts a process for each run: each would compile anew what none may keep.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup compiled many dev system demo up test test-long test-many check check-documents format simulate bench lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

system: ## check the system libraries (installs missing ones as root on Debian and Ubuntu)
	@sh deployments/system_libraries.sh $(PYTHON)

.uv/bin/uv:
	@$(PYTHON) -m venv .uv
	@.uv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock

$(BIN)/python: | system $(filter .uv/bin/uv,$(UV))
	@$(UV) venv --quiet --python $(PYTHON) $(VENV)

$(VENV)/installed: requirements.lock pyproject.toml | system $(BIN)/python
	@echo "Setting up / 준비하고 있습니다 …"
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/installed-dev: requirements-dev.lock $(VENV)/installed
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@

setup: $(VENV)/installed ## set up .venv from the hashed lock

compiled: setup ## bytecode beforehand, for services whose account may not write it here
	@$(BIN)/python -m compileall -q -j 0 $(VENV) gongmun tasks flows deployments

many: setup ## packages of many machines: documents in a bucket, workers that start containers
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-many.lock

dev: $(VENV)/installed-dev ## set up .venv for development as well

demo: setup ## run the main job on 40 real suggestions; everything is left under var/demo
	@$(BIN)/python -m deployments.demo

up: setup ## start server, deployments, mail, portal (PORT=4200, PORTAL_PORT, SAMPLE=1)
	@$(BIN)/python -m deployments.up --port $(PORT) $(if $(PORTAL_PORT),--portal-port $(PORTAL_PORT)) $(if $(SAMPLE),--sample)

test: dev ## run the tests, on two cores; minutes
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not long"

test-long: dev ## those of whole installations, of many documents and of many worlds; half an hour
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m long

test-many: dev ## two workers and two dispatchers on one PostgreSQL, one of each killed
	@GONGMUN_TEST_MANY=1 $(BIN)/python -m pytest tests/end_to_end/test_many.py

check: dev ## formatting, lint, types, imports
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

check-documents: dev ## every kind of document, both languages, through qpdf, outloud and our own checks (KIND=)
	@$(BIN)/python -m tests.documents.checking $(KIND)

format: dev ## format and sort
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

# SEEDS worlds from the world FIRST on, each of DAYS days.
simulate: setup ## two years with faults, and every promise checked: make simulate SEEDS=1000 FIRST=1 (DAYS, FORUMS)
	@$(BIN)/gongmun simulate --seeds $(or $(SEEDS),20) --first $(or $(FIRST),1) --jobs $(shell nproc) \
		$(if $(DAYS),--days $(DAYS)) $(if $(FORUMS),--forums $(FORUMS))

bench: dev ## measure: make bench NAME=documents
	@$(BIN)/python -m bench $(NAME)

lock: .uv/bin/uv ## compile the locks anew from pyproject.toml
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
		--no-header pyproject.toml -o requirements.lock
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
		--no-header pyproject.toml --extra many -c requirements.lock -o requirements-many.lock
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
		--no-header pyproject.toml --extra many --group dev -c requirements-many.lock -o requirements-dev.lock

clean: ## remove what was set up and what was run
	@rm -rf $(VENV) .uv var
