# Bamai (把脉). The two commands of the README: `make run` and `make test`.

SWIFT ?= swift
PACKAGES = mosquitto mosquitto-clients libmosquitto-dev libsqlite3-dev libsimdjson-dev libtomlplusplus-dev pkg-config openssl g++ make
BUILD = $(SWIFT) build -c release --static-swift-stdlib

.PHONY: help run test bench setup build format lint clean

help:
	@echo "make run      install, build, and watch a simulated street fall ill and recover"
	@echo "make test     everything that is tested every day"
	@echo "make bench    rates and memory, beside mosquitto_sub in the same run"
	@echo "make build    release builds of bamaid and bamai"
	@echo "make format   swift format, in place;  make lint: the same, only telling"

# Debian packages by name, only when one is missing, so that a second run needs neither root nor network.
setup:
	@command -v $(SWIFT) >/dev/null || { echo "Swift 6.0 or newer is needed on the PATH: https://www.swift.org/install"; exit 1; }
	@missing=$$(for p in $(PACKAGES); do dpkg -s $$p >/dev/null 2>&1 || echo $$p; done); \
	if [ -n "$$missing" ]; then \
	  echo "installing: $$missing"; \
	  sudo=$$([ $$(id -u) = 0 ] || echo sudo); \
	  $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi

build: setup
	$(BUILD) --product bamaid
	$(BUILD) --product bamai

run: build
	@exec firmware-config/street/run

test: setup
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build

bench: build
	$(BUILD) --product Bench
	@exec .build/release/Bench .build/release/bamaid

format:
	$(SWIFT) format format -i -r Sources Tests Package.swift

lint:
	$(SWIFT) format lint -r Sources Tests Package.swift

clean:
	rm -rf .build run
