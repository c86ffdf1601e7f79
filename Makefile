# What people do with this checkout. `make help` lists it. Works as root or not, from any directory.
# PYTHON= chooses the Python (3.11 or newer), HOST= and PORT= where the demo listens.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
ARGS ?=
JOBS ?= 2
export HOST PORT ARGS

VENV := .venv
# always through `python -m`: scripts in a directory with spaces in its name cannot start themselves
RUN := $(VENV)/bin/python
PIP := $(RUN) -m pip install -qq --disable-pip-version-check --root-user-action=ignore --require-hashes
PACKAGES := config honoraria interpreting dispatch volunteers accounts realtime ui
TRANSLATIONS := $(wildcard ui/locale/*/LC_MESSAGES/*.po)
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help demo demo-stop demo-reset test faults lint types check bench messages lock worker clean

help: ## list what there is
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

demo: $(VENV)/base.stamp messages ## run the whole site with demo data at http://127.0.0.1:8000 (HOST=, PORT=)
	@TSUNAGI_MODE=demo exec $(RUN) manage.py demo

demo-stop: ## stop the running demo
	@test ! -x $(RUN) || $(RUN) -m config.demo.address stop

demo-reset: demo-stop ## throw the demo's data away; the next `make demo` starts over
	@test ! -x $(RUN) || $(RUN) -m config.embedded_postgres remove
	@rm -f var/demo.json var/demo.lock

# most tests in real browsers come by themselves afterwards: three pages in a call need both cores,
# and what they measure would otherwise depend on the neighbour. 5: nothing was chosen of this part
test: $(VENV)/dev.stamp messages ## run every test (ARGS="-k words" for some, JOBS=1 in one process)
	@for part in "-n $(JOBS) --dist loadfile --no-loadscope-reorder -m 'not browser or pages'" "-m 'browser and not pages'"; do \
		eval "$(RUN) -m pytest $$part $$ARGS" || { code=$$?; [ $$code -eq 5 ] || failed=$$code; }; done; exit $${failed:-0}

faults: $(VENV)/dev.stamp ## the long runs: many kills and outages, many random months of money (the short ones are in `make test`)
	@FAULTS_LONG=1 RACE_PROCESSES=60 WORKER_KILLS=25 $(RUN) -m pytest --timeout 1800 tests/faults tests/realtime/test_worker.py tests/dispatch/test_races.py tests/honoraria/test_every_yen.py $(ARGS)

lint: $(VENV)/dev.stamp ## look for slips: ruff, the order of the floors, bandit
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -c "from importlinter.cli import lint_imports_command as run; run()"
	@$(RUN) -m bandit -q -ll -r $(PACKAGES)

types: $(VENV)/dev.stamp ## check the types (mypy, strict)
	@TSUNAGI_MODE=test $(RUN) -m mypy $(ARGS)

check: $(VENV)/base.stamp ## migrations complete? settings fit for production?
	@TSUNAGI_MODE=demo $(RUN) manage.py makemigrations --check --dry-run
	@TSUNAGI_MODE=production SECRET_KEY="$$($(RUN) -c 'import secrets; print(secrets.token_urlsafe(60))')" \
		DATABASE_URL=postgresql://check@127.0.0.1/check PUBLIC_BASE_URL=https://check.example.jp \
		$(RUN) manage.py check --deploy --fail-level WARNING

bench: $(VENV)/dev.stamp ## measure; one JSON line per figure (ARGS=--quick for a short run)
	@$(RUN) -m bench $(ARGS)

messages: $(VENV)/base.stamp ## compile the translations
	@test -z "$(TRANSLATIONS)" || TSUNAGI_MODE=test $(RUN) manage.py compile_translations

lock: $(VENV)/dev.stamp ## lock the requirements again, with hashes (ARGS=--upgrade for newer ones)
	@for name in base dev; do $(RUN) -m uv pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes --no-annotate --no-header $(ARGS) requirements/$$name.in -o requirements/$$name.txt || exit 1; done

worker: $(VENV)/base.stamp ## run one worker with the settings of the environment
	@exec $(RUN) manage.py worker

clean: ## remove the environment, caches and compiled files; data in var/ stay
	rm -rf $(VENV) staticfiles .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .grimp_cache
	find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +
	find ui -name '*.mo' -delete

# ---- the environment: installed again only when its lock changes

$(RUN):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 以上が必要です。別の Python を使うには: make PYTHON=/path/to/python3.11" >&2; \
		echo "Python 3.11 or newer is needed; name another one with PYTHON=" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "Python の venv がありません。Debian / Ubuntu では: sudo apt install python3-venv" >&2; \
		echo "Python lacks venv; on Debian or Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	@echo "環境を作っています（初回のみ） / Creating the environment, once …"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)

$(VENV)/base.stamp: requirements/base.txt | $(RUN)
	@$(PIP) -r requirements/base.txt
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt | $(RUN)
	@$(PIP) -r requirements/dev.txt
	@touch $(VENV)/base.stamp $@
