# A thin front door: CMakeLists.txt says how things are built, tools/ and tests/ do the rest.
#
#   make          build               make lint     formatting, clang-tidy, file sizes
#   make demo     build, show a wall  make format   format the sources
#   make test     build, run tests    make install  DESTDIR=, PREFIX=/usr/local
#   make bench    build, measure      make deps     install what building and testing need
#   make fuzz     run every fuzz target, SECONDS=30 each, then the whole program for PIPELINE=900
#   make soak     does anything grow in half an hour? (SOAK_SECONDS=1800)
#   make faults   fail every call in turn: hours on few cores, SCENES= and KINDS= choose
#   make corpus   compare every picture of the public test sets with the reference decoders
#   make docs     write the manual, docs/options.md and completions from the tables
#
# PRESET=debug|asan|tsan|clang picks another build; DEPS=no never installs anything.
PRESET = release
PREFIX ?= /usr/local
SECONDS = 30
PIPELINE = 900
SOAK_SECONDS = 1800
BUILD = build/$(PRESET)
# The distribution's, for which it packages what tests need, before any other on the PATH.
PYTHON = $(firstword $(wildcard /usr/bin/python3) python3)
# Of tests that wait most of the time, for animations, time-outs, displays; of others half as many (tests/CMakeLists.txt).
JOBS = $$(($$(getconf _NPROCESSORS_ONLN) * 2))

all: deps-build configure
	cmake --build --preset $(PRESET) --target frieze

demo: all
	@tools/demo $(BUILD)/frieze

everything: deps-test configure
	cmake --build --preset $(PRESET)

test: everything
	@tests/run $(PRESET) $(BUILD) $(JOBS)

bench: deps-bench all
	tests/bench/run $(BUILD)/frieze

fuzz: deps-build deps-lint all
	@cmake --preset fuzz >/dev/null
	cmake --build --preset fuzz
	tests/fuzz/run build/fuzz $(SECONDS)
	$(PYTHON) tests/fuzz/pipeline.py $(BUILD)/frieze $(PIPELINE)

soak: deps-test all
	tests/soak/run $(BUILD)/frieze $(SOAK_SECONDS)

faults: deps-test
	@cmake --preset asan >/dev/null
	cmake --build --preset asan --target frieze_faults
	$(PYTHON) tests/faults/nth_call.py build/asan/tests/faults/frieze $(SCENES) $(KINDS)

corpus: deps-test all
	tests/corpus/run $(BUILD)/frieze

lint: deps-lint configure
	tools/lint $(BUILD)

format: deps-lint
	find src tests tools -name '*.[ch]' -exec clang-format -i {} +

docs: configure
	cmake --build --preset $(PRESET) --target docs

install: all
	cmake --install $(BUILD)

clean:
	rm -rf build

deps:
	@tools/deps build test lint

deps-build:
	@tools/deps build

deps-test:
	@tools/deps build test

deps-bench:
	@tools/deps build test bench

deps-lint:
	@tools/deps build lint

configure:
	@cmake --preset $(PRESET) -DCMAKE_INSTALL_PREFIX='$(PREFIX)' >/dev/null

# The order of prerequisites counts: nothing is configured before it is installed.
.NOTPARALLEL:
.PHONY: all demo everything test bench corpus fuzz soak faults lint format docs install clean configure deps deps-build deps-test deps-bench deps-lint
