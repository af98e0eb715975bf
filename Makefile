# The commands of this repository; `make` alone lists them.

CARGO ?= cargo

# sled keeps one lock for every transaction and read of a process, so many tests in one process mostly
# wait for each other, and tests that look at the clock would see it. More than four at once gains nothing.
CORES := $(shell nproc 2>/dev/null || echo 2)
export RUST_TEST_THREADS ?= $(shell [ $(CORES) -gt 4 ] && echo 4 || echo $(CORES))

.PHONY: help run test test-fast bench lint spec prepare

help:
	@echo 'make run        build Dateline and serve the sample reports on http://localhost:4817'
	@echo 'make test       every test, from a fresh machine'
	@echo 'make test-fast  the tests beside the code, about a minute once built'
	@echo 'make bench      what is promised of speed and size, as one table (ROWS=1,8 SIZES=100k,1M for a part)'
	@echo 'make lint       form and lints, as .ci/run has them'
	@echo 'make spec       write api-spec/openapi.json anew from the code'

run: prepare
	$(CARGO) build --release --locked
	./target/release/dateline demo

test: prepare
	$(CARGO) test --locked

test-fast:
	$(CARGO) test --locked --lib

# All rows and sizes without ROWS and SIZES.
bench: prepare
	$(CARGO) bench --locked --bench bench -- --rows '$(ROWS)' --sizes '$(SIZES)'

lint:
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets --locked -- -D warnings

# The server is asked, so that the file is what a client gets.
spec: prepare
	$(CARGO) build --locked
	.ci/spec > api-spec/openapi.json.new
	mv api-spec/openapi.json.new api-spec/openapi.json

prepare:
	@.ci/prepare
