# Two commands for everyone: `make demo` and `make test`. Both need only python3 (3.11 or newer) and
# make; what they install is pinned with hashes in requirements/*.lock and stays inside .venv.
# The machine's own pip configuration (index, certificates, proxies) is used as it is.

PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

# Survey archives (a recipe chosen by --country) are read by pandas, which nothing else needs.
DEMO_LOCK := $(if $(findstring --country,$(ARGS)),stata,core)

.PHONY: demo test test-spark check format messages lock clean
.DELETE_ON_ERROR:

demo: $(VENV)/$(DEMO_LOCK).stamp
	@$(BIN)/fangpin demo $(ARGS)

# Tests start hundreds of processes. Where Python is told to leave the tree clean, what it compiled is
# kept beside it, or each of them would compile the whole program again.
KEPT := $(if $(PYTHONDONTWRITEBYTECODE),PYTHONDONTWRITEBYTECODE= PYTHONPYCACHEPREFIX=$(CURDIR)/$(VENV)/compiled)

test: $(VENV)/dev.stamp
	$(KEPT) $(BIN)/python -m pytest $(ARGS)

# Apart from `test`: PySpark is a download of 400 MB that nothing else needs. Java must be there.
test-spark: $(VENV)/spark.stamp
	$(KEPT) $(BIN)/python -m pytest -m spark tests/engines $(ARGS)

check: $(VENV)/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/fangpin pack check
	$(BIN)/fangpin pack test

format: $(VENV)/dev.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# docs/messages.md is made from the sources.
messages: $(VENV)/dev.stamp
	$(BIN)/python -m tests.docs.problem_codes

# The lock files name no host and no path; `uv` only resolves, pip installs.
COMPILE = $(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-annotate \
	--no-header --no-emit-index-url --no-emit-find-links --constraint requirements/held.in \
	pyproject.toml requirements/build.in

lock: $(VENV)/python.stamp
	$(PIP) install --quiet uv
	$(COMPILE) --output-file requirements/core.lock
	$(COMPILE) --constraint requirements/core.lock --extra stata --output-file requirements/stata.lock
	$(COMPILE) --constraint requirements/stata.lock --extra stata --extra dev \
		--output-file requirements/dev.lock
	$(COMPILE) --constraint requirements/dev.lock --extra stata --extra dev --extra spark \
		--output-file requirements/spark.lock

clean:
	rm -rf $(VENV)

$(VENV)/python.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "需要 Python 3.11 或更新版本；可用 make PYTHON=/path/to/python3.11 指定。"; \
		echo "Python 3.11 or newer is needed; name one with: make PYTHON=/path/to/python3.11"; \
		exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
		echo "无法创建虚拟环境：请安装 venv 模块（Debian/Ubuntu：apt-get install python3-venv）。"; \
		echo "No virtual environment could be made: install Python's venv module"; \
		echo "(Debian, Ubuntu: apt-get install python3-venv)."; \
		rm -rf $(VENV); exit 1; }
	@touch $@

$(VENV)/%.stamp: requirements/%.lock pyproject.toml | $(VENV)/python.stamp
	@echo "安装 requirements/$*.lock · installing requirements/$*.lock"
	@$(PIP) install --quiet --require-hashes --requirement requirements/$*.lock || { \
		echo "安装失败：需要能访问 Python 软件包索引（使用本机 pip 的设置：pip config list）。"; \
		echo "Installing failed: a Python package index must be reachable (this machine's pip"; \
		echo "settings are used; see them with: pip config list)."; \
		exit 1; }
	@$(PIP) install --quiet --no-deps --no-build-isolation --no-index --editable .
	@touch $@
