# Two commands do everything on a fresh Debian/Ubuntu machine with git, make and Python 3.11:
#   make demo    sets up and runs the main job; look into demo/ afterwards
#   make test    sets up (LibreOffice too) and runs every check

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DEMO   ?= demo
SUDO   := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
APT    := $(SUDO) apt-get update -qq && DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends

.PHONY: demo test check bench fuzz hostile setup system docs clean

demo: $(VENV)/.ready
	rm -rf "$(DEMO)"
	$(BIN)/huibao demo "$(DEMO)"

test: $(VENV)/.dev system check

check:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/reference.py --check
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

setup: $(VENV)/.dev

$(VENV)/.ready: pyproject.toml huibao.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV) && $(APT) python3-venv && $(PYTHON) -m venv $(VENV); }
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $@

# How long the work takes, beside other libraries on the same files; writes docs/benchmarks.md. A quarter of an hour;
# make bench SIZES=300 takes a few minutes, make bench PARTS="reading forms" measures those parts anew.
SIZES ?= 300 3000 10000
bench: $(VENV)/.bench system
	PYTHONPATH=.:tests $(BIN)/python -m bench --sizes "$(SIZES)" $(PARTS)

$(VENV)/.bench: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --editable ".[bench]"
	touch $@

# Files changed at random, for as long as you like: make fuzz SECONDS=3600. Finds are left in fuzz/.
SECONDS ?= 600
SEED    ?= 0
fuzz: $(VENV)/.dev system
	$(BIN)/python tests/fuzz.py $(SECONDS) $(SEED)

# What reading every hostile file takes, in time and memory: docs/reference/hostile-files.md.
hostile: $(VENV)/.dev system
	$(BIN)/python docs/hostile.py

# What the tests need from the system: LibreOffice as outside judge and python3-uno to work in it, poppler to look at
# pages, Chinese fonts: one for each face of a report, see tests/fonts.conf; a screen nobody sees, and a mouse for it.
system:
	@if ! command -v soffice >/dev/null || ! command -v pdftotext >/dev/null \
	  || ! command -v Xvfb >/dev/null || ! command -v xdotool >/dev/null || ! command -v import >/dev/null \
	  || ! /usr/bin/python3 -c 'import uno' 2>/dev/null || ! fc-list 2>/dev/null | grep -q UKai; then \
	  echo "Installing LibreOffice with python3-uno, poppler, Chinese fonts and a virtual screen …"; \
	  $(APT) libreoffice-calc libreoffice-writer python3-uno poppler-utils fontconfig \
	    fonts-noto-cjk fonts-arphic-ukai fonts-arphic-uming xvfb xdotool imagemagick; \
	fi

docs: $(VENV)/.dev system
	$(BIN)/python docs/reference.py
	$(BIN)/python docs/pictures.py "$(DEMO)/2020H1"
	$(BIN)/python docs/addin_pictures.py "$(DEMO)/2020H1"

clean:
	rm -rf $(VENV) demo dist fuzz .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
