# `make` or `make help` lists what can be done.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BUILDINGS ?= 8000
JOBS ?= 2
export PYTHON

VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
UI := web/ui
UI_SOURCES := $(shell find $(UI) -type f -not -path '*/node_modules/*' -not -path '*/test/*' 2>/dev/null)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## Show this list / この一覧を表示
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Setting up. A second time nothing is left to do: every step leaves a stamp that its inputs can outdate.

.PHONY: setup
setup: $(STAMPS)/run $(STAMPS)/launcher $(STAMPS)/compiled web/static/index.html tiles/static/scene.js ## Set everything up / 必要なものを準備

$(STAMPS)/venv:
	@.ci/tools python
	$(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/run: requirements.lock $(STAMPS)/venv
	@echo "Python: requirements.lock"
	@$(PIP) install --require-hashes -r requirements.lock
	@touch $@

$(STAMPS)/dev: requirements-dev.lock $(STAMPS)/run
	@echo "Python: requirements-dev.lock"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

# A path file and a short script instead of an installation: nothing outside the lock files is ever fetched. The safe path
# keeps a "data" or "web" of the folder we are called in from being taken for ours.
$(STAMPS)/launcher: Makefile $(STAMPS)/venv
	@pwd > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/machinami.pth"
	@printf '#!/bin/sh\nexport PYTHONSAFEPATH=1\nexec "%s/$(BIN)/python" -m web.cli "$$@"\n' "$$(pwd)" > $(BIN)/machinami
	@chmod +x $(BIN)/machinami
	@touch $@

$(UI)/node_modules/.stamp: $(UI)/package.json $(UI)/package-lock.json
	@.ci/tools node
	@echo "Node: package-lock.json"
	@cd $(UI) && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

web/static/index.html: $(UI_SOURCES) $(UI)/node_modules/.stamp
	@echo "Building the page"
	@cd $(UI) && npm run --silent build
	@touch $@

# Once after an installation, so that nobody's first import and first question wait for it.
COMPILED := $(wildcard gtfs/routing/*.py geo/network/*.py geo/check/*.py geo/citygml/*scan.py geo/citygml/number.py \
	geo/terrain/*.py tiles/footprint/*.py tiles/tileset/*.py)
$(STAMPS)/compiled: $(COMPILED) $(STAMPS)/run
	@echo "Compiling what runs often (a minute)"
	@$(BIN)/python -c "from gtfs.routing import warm; warm()" & router=$$!; \
		$(BIN)/python -m data.first_import && wait $$router
	@touch $@

# Built with the page.
tiles/static/scene.js: web/static/index.html
	@test -f $@ || (cd $(UI) && npm run --silent build:scene)
	@touch $@

# Using it

.PHONY: demo
demo: setup ## Make, import and show the sample city / みほん市を作って地図を表示 (HOST, PORT, BUILDINGS)
	@$(BIN)/machinami demo --host $(HOST) --port $(PORT) --buildings $(BUILDINGS)

# Testing it, what is quick first

.PHONY: test
test: setup $(STAMPS)/dev ## Run every check and test / すべての検査とテスト
	@.ci/tools browser
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/lint-imports
	$(BIN)/mypy
	cd $(UI) && npm run --silent check
	cd $(UI) && npm run --silent test
	$(BIN)/pytest -m "not browser" -n $(JOBS) --dist loadscope --no-loadscope-reorder
	$(BIN)/pytest -m browser

.PHONY: bench
bench: setup $(STAMPS)/dev ## Measure; JSON in build/bench/ and a table / 性能を測定 (ONLY=name)
	@.ci/tools bench
	@$(BIN)/python -m tests.benchmarks $(ONLY)

# Showing it

.PHONY: screenshots
screenshots: setup $(STAMPS)/dev ## Take the pictures of the docs anew / 文書の画面例を撮り直す (ONLY=name)
	@.ci/tools browser
	@$(BIN)/python -m tests.browser.screenshots $(ONLY)

.PHONY: notebook
notebook: setup $(STAMPS)/dev ## Run the notebook of the docs anew / 文書のノートブックを実行し直す
	@.ci/tools browser
	@$(BIN)/python -m tests.docs.notebook

# Keeping it

.PHONY: lock
lock: $(STAMPS)/venv ## Renew the lock files / ロックファイルを更新
	@command -v $(BIN)/uv >/dev/null || $(PIP) install uv
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --group dev \
		-c requirements.lock pyproject.toml -o requirements-dev.lock

.PHONY: clean
clean: ## Remove what was built, not the store / 生成物を削除 (ストアは残す)
	rm -rf $(VENV) $(UI)/node_modules web/static tiles/static build
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
