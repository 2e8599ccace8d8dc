import Lifeline

@testable import Doctor

/// Facts of machines, well and sick: together they reach every sentence that can be said.
enum Scenes {
    /// 2026-11-30T12:00:00Z.
    static let now: Int64 = 1_796_040_000
    static let day: Int64 = 86_400

    // MARK: - Hardware

    static func hardware(_ change: (inout HardwareFacts) -> Void = { _ in }) -> HardwareFacts {
        var facts = HardwareFacts()
        facts.model = .known("Raspberry Pi 4 Model B Rev 1.4")
        facts.board = .known(.init(file: "raspberry-pi-4", name: "Raspberry Pi 4 Model B"))
        facts.temperature = .known(48.7)
        facts.throttling = .known(0)
        facts.memory = .known(.init(total: 4 << 30, available: 3 << 30))
        facts.load = .known(.init(quarterHour: 0.12, processors: 4))
        facts.watchdog = .known(.init(identity: "Broadcom BCM2835 Watchdog timer", isActive: true, timeout: 15))
        facts.chips = .known(.init(count: 2, mayOpen: true, user: "bamai"))
        change(&facts)
        return facts
    }

    static let hardwareScenes: [(String, HardwareFacts)] = [
        ("well", hardware()),
        ("nothing answers", HardwareFacts()),
        (
            "another board",
            hardware {
                $0.wantedBoard = "raspberry-pi-5"
                $0.temperature = .known(81)
                $0.throttling = .known(1)
                $0.memory = .known(.init(total: 1 << 30, available: 80 << 20))
                $0.load = .known(.init(quarterHour: 9.3, processors: 4))
                $0.watchdog = .known(.init(identity: "bcm2835", isActive: false, timeout: 0))
                $0.chips = .known(.init(count: 1, mayOpen: false, user: "bamai"))
            }
        ),
        (
            "unknown board, hot",
            hardware {
                $0.board = .known(nil)
                $0.temperature = .known(86.2)
                $0.throttling = .known(0b0100)
                $0.memory = .known(.init(total: 1 << 30, available: 20 << 20))
                $0.watchdog = .known(nil)
                $0.chips = .known(.init(count: 1, mayOpen: nil, user: ""))
            }
        ),
        (
            "missing board file",
            hardware {
                $0.wantedBoard = "rock-3a"
                $0.board = .known(nil)
                $0.throttling = .known(1 << 16)
                $0.chips = .known(nil)
            }
        ),
        (
            "a PC that should be a board",
            hardware {
                $0.model = .known("LENOVO 20XW")
                $0.wantedBoard = "rock-3a"
                $0.board = .unknown(.lacking(said("device tree on this machine", "设备树")))
                $0.throttling = .known(1 << 18)
            }
        ),
        (
            "another one of its kind",
            hardware {
                $0.wantedBoard = "raspberry-pi-4"
                $0.wantedSerial = "10000000a1b2c3d4"
                $0.lines = [line(.known(.held(by: "w1-gpio")))]
            }
        ),
        (
            "a PC",
            hardware {
                $0.model = .known("LENOVO 20XW")
                $0.board = .unknown(.lacking(said("device tree on this machine", "设备树")))
                $0.throttling = nil
            }
        ),
    ]

    static func line(_ state: Answer<LineFacts.State>, pin: String = "P1-13") -> LineFacts {
        LineFacts(id: "gate", chip: "pinctrl-bcm2711", offset: 27, pin: pin, state: state)
    }

    static let lineScenes: [(String, LineFacts)] = [
        ("held by the gateway", line(.known(.heldByGateway))), ("free", line(.known(.free(isGatewayRunning: false)), pin: "")),
        ("forgotten", line(.known(.free(isGatewayRunning: true)))), ("another holder", line(.known(.held(by: "w1-gpio")))),
        ("a nameless holder", line(.known(.held(by: "")))), ("no chip", line(.known(.noChip(present: [])))),
        ("another chip", line(.known(.noChip(present: ["pinctrl-rp1"])))), ("two chips", line(.known(.severalChips))),
        ("beyond the chip", line(.known(.beyond(lines: 16)))), ("not for us", line(.unknown(.notAllowed("/dev/gpiochip0")))),
    ]

    // MARK: - Time

    static func time(_ change: (inout TimeFacts) -> Void = { _ in }) -> TimeFacts {
        var facts = TimeFacts(now: now)
        facts.isSynchronised = .known(true)
        facts.greatestError = 12_300
        facts.timeService = "chrony"
        facts.batteryClock = .known(.init(name: "rtc-ds1307", ahead: -1))
        facts.witnesses = [.init(said("when this program was built", "本程序的生成时间"), now - day)]
        facts.journal = .known(.init())
        facts.systemOffset = .known(0)
        facts.siteOffset = 28_800
        change(&facts)
        return facts
    }

    static func clock(_ change: (inout TimeFacts.JournalClock) -> Void) -> TimeFacts.JournalClock {
        var clock = TimeFacts.JournalClock()
        change(&clock)
        return clock
    }

    static let timeScenes: [(String, TimeFacts)] = [
        ("well", time()),
        ("nothing answers", TimeFacts(now: now)),
        (
            "not synchronised for three hours",
            time {
                $0.isSynchronised = .known(false)
                $0.batteryClock = .known(nil)
                $0.journal = .known(
                    clock {
                        $0.unsynchronisedSince = now - 3 * 3600
                        $0.awaiting = 2345
                    })
                $0.systemOffset = .known(3600)
            }
        ),
        (
            "1970",
            time {
                $0.now = 125
                $0.isSynchronised = .known(false)
                $0.timeService = nil
                $0.batteryClock = .known(.init(name: "rtc-pcf8523", ahead: -7200))
                $0.journal = .known(clock { $0.lost = 17 })
                $0.systemOffset = .known(28_800)
            }
        ),
        (
            "no battery clock, and none needed",
            time {
                $0.batteryClock = .known(nil)
                $0.greatestError = nil
                $0.timeService = nil
                $0.siteOffset = nil
            }
        ),
        ("a battery clock that is silent", time { $0.batteryClock = .known(.init(name: "rtc0", ahead: nil)) }),
        ("a battery clock that runs ahead", time { $0.batteryClock = .known(.init(name: "rtc0", ahead: 90_000)) }),
    ]

    // MARK: - Storage

    static func storage(_ change: (inout StorageFacts) -> Void = { _ in }) -> StorageFacts {
        var facts = StorageFacts()
        facts.path = "/var/lib/bamai/journal.db"
        facts.journal = .known(.init(bytes: 92 << 20, maxBytes: 512 << 20, span: 7 * day))
        facts.integrity = .known(.whole)
        facts.space = .known(.init(total: 16 << 30, free: 9 << 30, totalFiles: 1_000_000, freeFiles: 900_000))
        facts.mount = .known(.init(point: "/", type: "ext4", options: ["rw", "noatime"]))
        facts.wear = .known(.eMMC(lifeTenths: 2, reserve: 1))
        facts.setAside = .known([])
        facts.logs = .known("ext4")
        facts.writtenADay = 9.4e6
        change(&facts)
        return facts
    }

    static func mounted(_ type: String, _ options: [String] = ["rw", "relatime"]) -> StorageFacts {
        storage { $0.mount = .known(.init(point: "/mnt/data", type: type, options: options)) }
    }

    static let storageScenes: [(String, StorageFacts)] = [
        ("well", storage()),
        ("nothing answers", StorageFacts()),
        (
            "full, and readings were lost",
            storage {
                $0.journal = .known(.init(bytes: 511 << 20, maxBytes: 512 << 20, span: 40 * day, lostForRoom: 12))
                $0.integrity = .known(.damaged("row 3 missing from index"))
                $0.space = .known(.init(total: 16 << 30, free: 100 << 20, totalFiles: 1_000_000, freeFiles: 12))
                $0.mount = .known(.init(point: "/", type: "ext4", options: ["ro"]))
                $0.wear = .known(.eMMC(lifeTenths: 11, reserve: 3))
                $0.setAside = .known([.init(name: "journal.db.damaged-1", bytes: 12 << 20)])
                $0.logs = .known("tmpfs")
                $0.writtenADay = nil
            }
        ),
        (
            "being copied, little room",
            storage {
                $0.journal = .known(.init(bytes: 1 << 20, maxBytes: 512 << 20, span: 600, isSalvaging: true))
                $0.integrity = .known(.unfinished)
                $0.space = .known(.init(total: 4 << 30, free: 410 << 20, totalFiles: 0, freeFiles: 0))
                $0.wear = .known(.silent("mmcblk0", .card))
            }
        ),
        (
            "damaged segments",
            storage {
                $0.journal = .known(.init(bytes: 1 << 20, maxBytes: 512 << 20, span: 30 * day, damagedSegments: 2))
                $0.space = .known(.init(total: 40 << 30, free: 3 << 30, totalFiles: 0, freeFiles: 0))
                $0.wear = .known(.silent("sda", .disk))
            }
        ),
        ("worn", storage { $0.wear = .known(.eMMC(lifeTenths: 9, reserve: 1)) }),
        ("virtual", storage { $0.wear = .known(.silent("vda", .virtual)) }),
        ("no right", storage { $0.journal = .unknown(.notAllowed("/var/lib/bamai/journal.db")) }),
        ("memory", mounted("tmpfs")), ("overlay", mounted("overlay")), ("network", mounted("nfs4")), ("FAT", mounted("vfat")),
        ("no barriers", mounted("ext4", ["rw", "nobarrier"])), ("sync", mounted("ext4", ["rw", "sync"])), ("plain", mounted("xfs", ["rw"])),
    ]
}
