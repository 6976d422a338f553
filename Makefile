# Every target sets the project up first, as `python3 server.py` does; when nothing has changed, that costs nothing.

PYTHON ?= $(shell [ -x .venv/bin/python ] && echo .venv/bin/python || echo python3)

OPENERP7 ?= data/openerp7

.PHONY: help run test check fmt bench kill docs assets openerp7 tools

help:
	@echo "make run     a server with demo data on 127.0.0.1:8069"
	@echo "make test    the whole test suite, on SQLite and PostgreSQL (ARGS=... for pytest)"
	@echo "make check   formatting, lint, types, layers, addons"
	@echo "make fmt     format the code and repair what can be repaired"
	@echo "make bench   measure"
	@echo "make kill    kill the server 60 times on each database in the middle of its work, and look what is left"
	@echo "make docs    the documentation as a web site, in site/"
	@echo "make assets  fetch the web client's scripts again"
	@echo "make openerp7  fetch OpenERP 7's own addons into OPENERP7=data/openerp7, and check all their data files"

run:
	python3 server.py run $(ARGS)

test:
	python3 server.py test $(ARGS)

check: tools
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	$(PYTHON) -c "from importlinter.cli import lint_imports_command; lint_imports_command()"
	$(PYTHON) server.py check

fmt: tools
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

bench:
	python3 server.py bench $(ARGS)

kill: tools
	$(PYTHON) -m tests.kill $(ARGS)

docs:
	GRIAL_EXTRAS=docs python3 server.py --version
	$(PYTHON) -m zensical build

assets: tools
	rm -rf core/http/static/vendor
	$(PYTHON) -m pip install --no-deps --quiet --editable .

openerp7: tools
	$(PYTHON) tools/openerp7.py $(OPENERP7)
	$(PYTHON) server.py check $(OPENERP7)/addons --summary

tools:
	@GRIAL_EXTRAS=test python3 server.py --version >/dev/null
