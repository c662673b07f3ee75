# Every command works from a clean clone, with Python 3.12 or newer and make; `make` lists them.
.DEFAULT_GOAL := help
.PHONY: help run demo bench bench-compare bench-shop bench-live test test-servers test-caches test-slow prove check format lock clean run-packages dev-packages sdk-packages

# Packages are installed without bytecode (see install.py); without it every start would compile them anew.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
# How many test processes run side by side.
JOBS ?= 2
# The slow ones wait a good deal of their time: three keep two cores busy.
SLOW_JOBS ?= 3
# Which servers the API is asked by, what becomes of guests' answers (--cache), and which tests ask it.
SERVERS ?= granian uvicorn daphne
CACHES ?= shared off
ASKED ?= tests
# The settings want addresses; what is checked here never connects to them.
NO_SERVERS := DEBUG=1 DATABASE_URL=postgres://127.0.0.1:1/none REDIS_URL=redis://127.0.0.1:1/0
PYTHONS := $(or $(PYTHON),python3.13 python3.12 python3.14 python3)

# A name may exist and still not run (a pyenv shim, for one), so each is tried.
define INSTALL
@for python in $(PYTHONS); do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; then \
		exec $$python backend/devstack/install.py $(1); \
	fi; \
done; \
echo 'shopwire: no Python 3.12 or newer (tried $(PYTHONS)); install one, or give PYTHON=/path/to/python' >&2; exit 1
endef

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: run-packages ## Start the whole shop on PORT (8000), with its own PostgreSQL, Valkey and Stripe sandbox
	@exec $(BIN)/python -m backend.devstack

demo: run-packages ## One buyer's journey through the running shop, with the live frames
	@exec $(BIN)/python -m backend.devstack.demo

bench: run-packages ## How fast the shop is, beside this machine and other shops (SCALE=1: 100,000 products too, every figure)
	@exec $(BIN)/python -m backend.devstack.bench $(if $(SCALE),--only reads deep writes memory sockets servers peers scale) $(BENCH)

bench-compare: run-packages ## Two runs of make bench side by side (A=commit B=commit, or the last two)
	@exec $(BIN)/python -m backend.devstack.bench.compare $(A) $(B)

bench-shop: run-packages ## The bench's shop and nothing else, until Ctrl-C (PRODUCTS=100000)
	@exec $(BIN)/python -m backend.devstack.bench.shop_only --products $(or $(PRODUCTS),10000)

bench-live: run-packages ## What the sockets can do, as ratios to a bare ASGI app (BENCH="--seconds 5 --servers uvicorn")
	@exec $(BIN)/python -m backend.devstack.bench_live $(BENCH)

test: dev-packages ## The test suite, on servers of its own
	$(BIN)/pytest -n $(JOBS)

test-servers: dev-packages ## The tests that ask the API, by each server that may carry it (ASKED=tests/orders)
	for server in $(SERVERS); do $(BIN)/pytest $(ASKED) -n $(JOBS) --server=$$server || exit 1; done

test-caches: dev-packages ## The tests that ask the API, without its cache and with nothing but it (ASKED=tests/catalog)
	for cache in $(CACHES); do $(BIN)/pytest $(ASKED) -n $(JOBS) --cache=$$cache || exit 1; done

test-slow: dev-packages sdk-packages ## The tests that take minutes: journeys, races, killed processes, other servers and caches
	$(BIN)/pytest -m slow -n $(SLOW_JOBS) --dist loadfile --no-loadscope-reorder
	$(MAKE) test-servers ASKED="tests/api tests/accounts/test_tokens.py tests/servers_inside"
	$(MAKE) test-caches ASKED="tests/api tests/catalog tests/reviews tests/cart tests/orders"

prove: dev-packages ## Show that the tests of docs/guarantees.md can fail, mechanism by mechanism (PROVE="S1 R")
	$(BIN)/python -m tests.guarantees.prove $(PROVE)

check: dev-packages ## Format, lint, types, import rules, migrations, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(NO_SERVERS) $(BIN)/mypy
	$(BIN)/lint-imports
	$(NO_SERVERS) $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(BIN)/pytest -n $(JOBS)

format: dev-packages ## Put every file into its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## Pin the newest versions of requirements/*.in (needs uv)
	@for name in base run dev; do \
		uv pip compile --quiet --upgrade --universal --python-version 3.12 --generate-hashes \
			--no-emit-index-url --custom-compile-command "make lock" \
			requirements/$$name.in --output-file requirements/$$name.txt || exit 1; \
	done

clean: ## Remove .venv and the caches; the data in .data stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './.data/*' -prune -exec rm -rf {} +

run-packages:
	$(call INSTALL,run)

dev-packages:
	$(call INSTALL,dev)

# The published JavaScript client, which the apps' socket is tried with.
sdk-packages: tests/sdk/node_modules/.package-lock.json

tests/sdk/node_modules/.package-lock.json: tests/sdk/package-lock.json
	npm ci --prefix tests/sdk --ignore-scripts --no-audit --no-fund
