# The two commands of the README, `make demo` and `make test`, and what they are made of.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test build lint format clean bootstrap

SWIFT_BUILD := swift build -c release
SWIFT_SOURCES := Sources Tests Benchmarks/Orrery Benchmarks/Durable Package.swift

help:
	@echo "make demo    from nothing to a robot that has learned, and a report about it"
	@echo "make test    lint, build, and every test"
	@echo "make lint    check the format of the sources"
	@echo "make format  put the sources into that format"
	@echo "make clean   remove what was built"

bootstrap:
	@scripts/bootstrap

# Tests and program come from one build: the same flags, so that nothing is compiled twice.
build: bootstrap
	$(SWIFT_BUILD) --build-tests

demo: bootstrap
	$(SWIFT_BUILD) --product orrery
	.build/release/orrery demo $(DEMO)

test: lint build
	scripts/check-aarch64
	swift test -c release --skip-build

lint:
	swift format lint --strict --recursive $(SWIFT_SOURCES)

format:
	swift format --in-place --recursive $(SWIFT_SOURCES)

clean:
	swift package clean
