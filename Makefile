# Bamai (把脉). The two commands of the README: `make run` and `make test`.

SWIFT ?= swift
PACKAGES = e2fsprogs mosquitto mosquitto-clients libgpiod-dev libmosquitto-dev libcurl4-openssl-dev libsqlite3-dev libsimdjson-dev libssl-dev libtomlplusplus-dev openssh-client openssh-server pkg-config openssl g++ make python3 tinyproxy \
  libargon2-dev libpq-dev postgresql chromium chromium-driver fonts-noto-cjk curl
BUILD = $(SWIFT) build -c release --static-swift-stdlib

.PHONY: help run test desk-load simulate soak outage faults fuzz instructions bench wear bench-peers score tune calibrate scenarios embedded identical uml unit deb deb-check deb-twice board board-test setup build format lint clean fleet-test

help:
	@echo "make run        install, build, and watch a simulated street fall ill and recover"
	@echo "make test       everything that is tested every day"
	@echo "make simulate   the whole gateway under seeded disaster (SEEDS=200, or SEED=7 to repeat one)"
	@echo "make fuzz       coverage-guided fuzzing of the segment decoder (FUZZ_SECONDS=60)"
	@echo "make soak       the same for an hour and more, with long lives"
	@echo "make outage     72 simulated hours without the platform, then everything must arrive"
	@echo "make faults     a push with a fault at every durable step of the board's side, and a push to fifty boards"
	@echo "make fleet-test the fleet alone: fifty sshd and fifty bamaid (FLEET=50), a bad canary, kill -9, dead hosts"
	@echo "make uml        once, six minutes: a Linux kernel as a process that has GPIO chips; make test then tests on real chips"
	@echo "make bench      every figure beside peers and limits in the same run (a quarter of an hour; PARTS=\"latency\" for less)"
	@echo "make instructions what a reading costs in instructions, beside what it cost before"
	@echo "make bench-peers bamaid beside thingsboard-gateway and mosquitto's bridge: outage and kill -9 (20 min; QUICK=1: 10)"
	@echo "make wear       bytes that a reading costs a flash card, beside plain SQLite in the same run (FOLDER=.build/wear)"
	@echo "make score      the anomaly core on recordings with known truth, beside baselines"
	@echo "make tune       search the anomaly core's numbers anew (an hour and more)"
	@echo "make embedded   compile the anomaly core for a microcontroller"
	@echo "make identical  the anomaly core says the same bits on x86-64 and ARM"
	@echo "make unit       how exposed the daemon is, as systemd counts it: at most 2.0"
	@echo "make desk-load  the review desk with a thousand gateways, then a million events while an officer works (PART=0.1 for a tenth)"
	@echo "make deb        packages for Debian 12 (amd64) and 13 (amd64, arm64), into .build-deb (roots are kept in ~/.cache/bamai)"
	@echo "make deb-check  install, upgrade, start, remove and purge them; arm64 under qemu;  make deb-twice: the same bytes twice too"
	@echo "make board      the image of a virtual ARM board in QEMU (boards/qemu-virt), made once"
	@echo "make board-test the arm64 package on that board: twenty pulled plugs, upgrade, pushes, purge (CUTS=10, DEB=a package)"
	@echo "make build      release builds of bamaid, bamai and, with Swift 6.2 or newer, bamai-desk"
	@echo "make format     swift format, in place;  make lint: the same, only telling"

# Debian packages by name, only when one is missing, so that a second run needs neither root nor network.
setup:
	@command -v $(SWIFT) >/dev/null || { echo "Swift 6.0 or newer is needed on the PATH: https://www.swift.org/install"; exit 1; }
	@missing=$$(for p in $(PACKAGES); do dpkg -s $$p >/dev/null 2>&1 || echo $$p; done); \
	if [ -n "$$missing" ]; then \
	  echo "installing: $$missing"; \
	  sudo=$$([ $$(id -u) = 0 ] || echo sudo); \
	  $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi

# The desk needs a newer Swift than the board's programs.
HAS_DESK = $(SWIFT) --version 2>/dev/null | grep -qE 'Swift version (6\.[2-9]|6\.[1-9][0-9]|[7-9]|[1-9][0-9])'

build: setup
	$(BUILD) --product bamaid
	$(BUILD) --product bamai
	@if $(HAS_DESK); then echo "$(BUILD) --product bamai-desk"; $(BUILD) --product bamai-desk; \
	  else echo "SKIPPED: bamai-desk needs Swift 6.2 or newer"; fi

run: build
	@exec firmware-config/street/run

test: setup
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build

# The kernel for tests on real GPIO chips, in ~/.cache/bamai (or BAMAI_CACHE); boards/uml/run starts it with a command of yours.
uml:
	@boards/uml/build

# Half of the seeds are always the same; the others begin at the day's date, so that each day looks elsewhere. SEED=n repeats one.
SEEDS ?= 200
SIMULATE = .build/release/Simulate
simulate: setup
	$(BUILD) --product Simulate
	@if [ -n "$(filter-out undefined default file,$(origin SEED))" ]; then $(SIMULATE) $(SEED) 1; else \
	  $(SIMULATE) 1 $$(($(SEEDS) / 2)) && $(SIMULATE) $$(date +%Y%m%d)0000 $$(($(SEEDS) - $(SEEDS) / 2)); fi

# Long lives: ten times as many steps, as many seeds as are asked for.
SOAK_SEEDS ?= 2000
soak: setup
	$(BUILD) --product Simulate
	$(SIMULATE) $$(date +%s)000 $(SOAK_SEEDS) 6000
	$(MAKE) outage

# The platform is away for HOURS simulated hours at fifty readings a second; then everything must arrive, the alerts first.
HOURS ?= 72
outage: build
	$(SWIFT) build --build-tests
	BAMAI_OUTAGE_HOURS=$(HOURS) BAMAI_BINARIES=$(CURDIR)/.build/release $(SWIFT) test --skip-build --filter OutageTests

# The desk alone: alerts at 200 a second for five minutes, then as many as it takes; PART=0.1 for a tenth of both, VIA=mqtt or https for one way.
PART ?= 1
VIA ?= both
desk-load: setup
	$(BUILD) --product bamai-desk
	python3 Tests/DeskLoad --part $(PART) --via $(VIA)

# Every durable step of a push: processes killed, the disk full, the power cut; `make test` takes one in sixteen, others each day. Then a fleet of FLEET boards.
FLEET ?= 50
faults: setup
	$(SWIFT) build --build-tests
	BAMAI_STEPS=all $(SWIFT) test --skip-build --filter FaultTests
	@$(MAKE) -s fleet-test

fleet-test: setup
	$(SWIFT) build --build-tests
	BAMAI_FLEET=$(FLEET) $(SWIFT) test --skip-build --filter FleetTests

# libFuzzer over the segment decoder, with the address sanitizer. What it finds worth keeping grows in .build-fuzz/corpus; a crash is left beside it.
FUZZ_SECONDS ?= 60
FUZZ = .build-fuzz
FUZZC = $(SWIFT)c -use-ld=lld -O -parse-as-library -swift-version 6 -package-name bamai -I $(FUZZ)
CODEC = $(addprefix Sources/Journal/,ByteSource.swift CRC32C.swift CodecError.swift ColumnScratch.swift IntegerColumn.swift SegmentCodec.swift \
  SegmentDecoder.swift SegmentEncoder.swift SeriesSlots.swift SlotPrediction.swift)

$(FUZZ)/fuzz: $(CODEC) $(wildcard Sources/Lifeline/*.swift) $(wildcard Tests/Fuzz/*.swift) Sources/GatewayTesting/SeededGenerator.swift
	@mkdir -p $(FUZZ)
	$(FUZZC) -wmo -emit-module -emit-module-path $(FUZZ)/Lifeline.swiftmodule -module-name Lifeline -c Sources/Lifeline/*.swift -o $(FUZZ)/Lifeline.o
	$(FUZZC) -wmo -sanitize=fuzzer,address -emit-module -emit-module-path $(FUZZ)/Journal.swiftmodule -module-name Journal -c $(CODEC) \
	  -o $(FUZZ)/Journal.o
	$(FUZZC) -wmo -emit-module -emit-module-path $(FUZZ)/GatewayTesting.swiftmodule -module-name GatewayTesting \
	  -c Sources/GatewayTesting/SeededGenerator.swift -o $(FUZZ)/GatewayTesting.o
	$(FUZZC) -sanitize=address -module-name Seeds Tests/Fuzz/Seeds.swift Tests/JournalTests/CodecSamples.swift $(FUZZ)/*.o \
	  -o $(FUZZ)/seeds
	$(FUZZC) -sanitize=fuzzer,address -module-name SegmentFuzz Tests/Fuzz/SegmentFuzz.swift $(FUZZ)/Lifeline.o $(FUZZ)/Journal.o -o $@

fuzz: $(FUZZ)/fuzz
	@ASAN_OPTIONS=detect_leaks=0 $(FUZZ)/seeds $(FUZZ)/seed Tests/Cases/segments
	@mkdir -p $(FUZZ)/corpus
	$(FUZZ)/fuzz $(FUZZ)/corpus $(FUZZ)/seed -max_total_time=$(FUZZ_SECONDS) -max_len=1024 -artifact_prefix=$(FUZZ)/ -print_final_stats=1

# Everything beside everything, in one run (a quarter of an hour; BENCH_RUNS=1 and PARTS="latency intake" for less). PUBLISH=1 puts the plot where the README shows it.
PARTS ?=
PEERS = .build-peers
SPOT = $(PEERS)/python-names.so
bench: build $(PEERS)/venv/done $(SPOT)
	$(BUILD) --product Bench
	$(BUILD) --product Wear
	@BENCH_SPOT=$(CURDIR)/$(SPOT):$$(ls $(CURDIR)/$(PEERS)/venv/lib/python3*/site-packages/libspot*.so) \
	BENCH_PACKAGE="$$(ls -t $(CURDIR)/.build-deb/*_arm64.deb 2>/dev/null | head -1)" \
	BENCH_WEAR="$(CURDIR)/Tests/Wear/run $(CURDIR)/.build/release/Wear $(FOLDER)" \
	BENCH_PEERS="$(CURDIR)/$(PEERS)/venv/bin/python $(CURDIR)/Tests/Peers/rates.py .build/release/bamaid --python $(PEERS)/venv/bin/python" \
	.build/release/Bench .build/release/bamaid $(PARTS)
	@if [ -n "$(PUBLISH)" ]; then mkdir -p docs && cp run/bench.svg run/bench.json docs/; fi

# libspot's C functions lie in a Python module, which wants four names of Python's when it is loaded.
$(SPOT): $(PEERS)/venv/done
	@echo 'void *PyExc_RuntimeError, *PyExc_MemoryError, *PyExc_ValueError, *_Py_NoneStruct;' | gcc -shared -fPIC -x c - -o $@

# What a reading costs in instructions, beside what it cost before (`Tests/Hot/count`).
instructions:
	@$(MAKE) -s setup PACKAGES="$(PACKAGES) valgrind"
	$(BUILD) --product Hot
	@Tests/Hot/count .build/release/Hot

# Where the figures come from a block device of its own too, this needs root and a free loop device; without them it is left out. FOLDER: on a disk.
FOLDER ?= .build/wear
wear: setup
	$(BUILD) --product Wear
	@Tests/Wear/run .build/release/Wear $(FOLDER)

# The peers' environment is made once; versions are pinned.
$(PEERS)/venv/done: Tests/Peers/requirements.txt
	python3 -m venv $(PEERS)/venv
	$(PEERS)/venv/bin/pip install -q -r Tests/Peers/requirements.txt
	touch $@

bench-peers: setup $(PEERS)/venv/done
	$(BUILD) --product bamaid
	@exec $(PEERS)/venv/bin/python Tests/Peers .build/release/bamaid

# Recordings that are not ours to ship; what is missing is said and left out.
DATA ?= $(or $(BAMAI_DATA),../shared/data)
SCENARIOS = .build-scenarios
SEED ?= 3
SITES ?= 24

# Simulated pipes, lifts and covers with known truth. wntr brings EPANET and its example networks.
scenarios: $(SCENARIOS)/seed-$(SEED)/covers/manifest.toml

$(SCENARIOS)/venv/done:
	python3 -m venv $(SCENARIOS)/venv
	$(SCENARIOS)/venv/bin/pip install -q wntr==1.5.0 six
	touch $@

$(SCENARIOS)/seed-$(SEED)/covers/manifest.toml: $(SCENARIOS)/venv/done $(wildcard Tests/Scenarios/*.py)
	$(SCENARIOS)/venv/bin/python Tests/Scenarios pipes --seed $(SEED) --sites $(SITES) --out $(SCENARIOS)/seed-$(SEED)/pipes
	$(SCENARIOS)/venv/bin/python Tests/Scenarios lifts --seed $(SEED) --sites $(SITES) --out $(SCENARIOS)/seed-$(SEED)/lifts
	$(SCENARIOS)/venv/bin/python Tests/Scenarios covers --seed $(SEED) --sites $(SITES) --out $(SCENARIOS)/seed-$(SEED)/covers

score: build scenarios
	@for part in "nab $(DATA)/NAB" "skab $(DATA)/SKAB" "batadal $(DATA)/BATADAL"; do \
	  echo; echo "== bamai score $$part"; \
	  if [ -d "$${part#* }" ]; then .build/release/bamai score $$part; else echo "SKIPPED: there is no folder $${part#* }"; fi; \
	done
	@for part in pipes lifts covers; do \
	  echo; echo "== bamai score csv $(SCENARIOS)/seed-$(SEED)/$$part --learning 14"; \
	  .build/release/bamai score csv $(SCENARIOS)/seed-$(SEED)/$$part --learning 14; \
	done
	@echo; echo "== bamai score street"; .build/release/bamai score street --rules

# Seeds 1 and 2 are for tuning, seed 3 is for scoring.
tune:
	$(MAKE) scenarios SEED=1
	$(MAKE) scenarios SEED=2
	$(BUILD) --product Tune
	.build/release/Tune --nab $(DATA)/NAB --scenarios $(SCENARIOS)/seed-1,$(SCENARIOS)/seed-2

# What a score promises, counted on a seed that nothing was tuned on.
calibrate:
	$(MAKE) scenarios SEED=4
	$(BUILD) --product Tune
	.build/release/Tune --calibrate --scenarios $(SCENARIOS)/seed-4

# The same sources as the gateway's, for a Cortex-M4: what is sick can be found in the sensor itself.
embedded:
	@mkdir -p .build-embedded
	$(SWIFT)c -target armv7em-none-none-eabi -enable-experimental-feature Embedded -wmo -parse-as-library -Osize -package-name bamai \
	  -module-name Pulse -c Sources/Pulse/*.swift -o .build-embedded/Pulse.o
	@echo "Pulse for armv7em: $$(size .build-embedded/Pulse.o | tail -1 | cut -f1) bytes of code"

# The same bits on a board as on a server: a replay elsewhere must give the same alerts with the same ids.
CROSS = gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static
EMBEDDED = -enable-experimental-feature Embedded -wmo -parse-as-library -O -package-name bamai -module-name Pulse
SWIFT_BIN = $(dir $(shell readlink -f $$(command -v $(SWIFT)c)))

identical:
	@$(MAKE) -s setup PACKAGES="$(CROSS)"
	@mkdir -p .build-identical
	@$(SWIFT)c -target x86_64-unknown-linux-gnu $(EMBEDDED) -c Sources/Pulse/*.swift Tests/Identical/Digest.swift -o .build-identical/x86.o
	@$(SWIFT)c -target aarch64-none-none-elf $(EMBEDDED) -c Sources/Pulse/*.swift Tests/Identical/Digest.swift -o .build-identical/arm.o
	@gcc -no-pie Tests/Identical/main.c .build-identical/x86.o -o .build-identical/x86 -lm
	@aarch64-linux-gnu-gcc -B$(SWIFT_BIN) -fuse-ld=lld -static Tests/Identical/main.c .build-identical/arm.o -o .build-identical/arm -lm
	@x86=$$(.build-identical/x86); arm=$$(qemu-aarch64-static .build-identical/arm); echo "x86-64 $$x86, arm64 $$arm"; [ "$$x86" = "$$arm" ]

# Compiled by Debian 13's own Swift in a root of its own, so this machine needs none of it; roots are made and entered as root.
PACKAGING = mmdebstrap git rsync
AS_ROOT = $$([ $$(id -u) = 0 ] || echo sudo --preserve-env=HOME,BAMAI_CACHE,BAMAI_MIRROR,BAMAI_OUT,BAMAI_FRESH,BAMAI_CLEAN)
DEBS ?=

deb:
	@$(MAKE) -s setup PACKAGES="$(PACKAGING)"
	@$(AS_ROOT) packaging/build $(DEBS)

deb-check:
	@$(MAKE) -s setup PACKAGES="$(PACKAGING) binutils systemd-container"
	@$(AS_ROOT) packaging/check

# What an attacker inside the daemon could still reach, as systemd counts it: at most 2.0 of 10.
unit:
	@$(MAKE) -s setup PACKAGES=systemd
	@folder=$$(mktemp -d) && cp packaging/debian/bamai.bamaid.service $$folder/bamaid.service && \
	systemd-analyze security --offline=true --threshold=20 --no-pager $$folder/bamaid.service > $$folder/said 2>&1 || { cat $$folder/said; rm -r $$folder; exit 1; }; \
	tail -1 $$folder/said; rm -r $$folder

deb-twice:
	@$(MAKE) -s setup PACKAGES="$(PACKAGING) binutils systemd-container"
	@$(AS_ROOT) packaging/check twice

# A virtual ARM board: Debian 13 in QEMU. The image lies in ${BAMAI_CACHE:-~/.cache/bamai}/board and is made anew when its recipe changes.
BOARD_PACKAGES = qemu-system-arm qemu-utils nbdkit fakeroot e2fsprogs cpio xz-utils gcc-aarch64-linux-gnu make mosquitto openssh-client python3

board:
	@$(MAKE) -s setup PACKAGES="$(BOARD_PACKAGES)"
	@boards/qemu-virt/build-image

# Real power cuts, real systemd and apt, on ARM instructions; twenty minutes or so, because each of them is translated.
DEB ?=
board-test: board
	$(BUILD) --product bamai
	@[ -n "$(DEB)" ] || $(MAKE) deb DEBS=trixie-arm64
	@exec python3 Tests/Board $(or $(DEB),$$(ls -t .build-deb/bamai_*_arm64.deb | head -1))

format:
	$(SWIFT) format format -i -r Sources Tests Package.swift

lint:
	$(SWIFT) format lint -r Sources Tests Package.swift

clean:
	rm -rf .build .build-* run
