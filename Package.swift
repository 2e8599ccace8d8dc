// swift-tools-version: 6.0
// 6.0 is the floor: it is what Debian 13 ships, and what the ARM packages are built with.

import PackageDescription

/// Warnings are errors in our own Swift: a warning that is allowed once is allowed for ever.
let strict: [SwiftSetting] = [.unsafeFlags(["-warnings-as-errors"])]

/// Tests run against optimised rooms that keep their assertions: unoptimised, reading a JSON text costs forty times as much, and a whole run an hour. Rooms in
/// which no test spends its time are `strict` alone: they are compiled in two thirds of the time.
let room: [SwiftSetting] = strict + [.unsafeFlags(["-O", "-assert-config", "Debug"], .when(configuration: .debug))]

/// What the daemon is made of does without the regular expressions that `contains` of a text would bring along: 1.8 MB of a board's memory card.
let lean: [SwiftSetting] = room + [.unsafeFlags(["-Xfrontend", "-disable-implicit-string-processing-module-import"])]

/// What runs at the start, at a reload or now and then is small rather than quick: a board's package is loaded over a mobile line.
let seldom: [SwiftSetting] = lean + [.unsafeFlags(["-Osize"], .when(configuration: .release))]

let package = Package(
    name: "bamai",
    products: [
        .executable(name: "bamaid", targets: ["bamaid"]),
        .executable(name: "bamai", targets: ["bamai"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
    ],
    targets: [
        // Floor 0: C libraries and their one Swift owner.
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CMosquitto", pkgConfig: "libmosquitto", providers: [.apt(["libmosquitto-dev"])]),
        .systemLibrary(name: "CGPIOD", pkgConfig: "libgpiod", providers: [.apt(["libgpiod-dev"])]),
        // Loads libcurl at run time, and only where the platform is reached by HTTPS.
        .target(name: "CCurl"),
        .target(name: "CLinux", dependencies: ["CGPIOD"]),
        .target(name: "CTomlPlusPlus", cxxSettings: [.unsafeFlags(["-fno-exceptions", "-fno-rtti"])]),
        .target(name: "CSimdJSON", cxxSettings: [.unsafeFlags(["-fno-rtti"])], linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "COpenSSL", linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .target(name: "Linux", dependencies: ["CLinux"], swiftSettings: seldom),
        .target(name: "MQTT", dependencies: ["CMosquitto"], swiftSettings: lean),
        .target(name: "HTTP", dependencies: ["CCurl"], swiftSettings: seldom),
        .target(name: "TLS", dependencies: ["COpenSSL"], swiftSettings: room),

        // Floor 1: pure, no clock, no file, no Foundation.
        .target(name: "Pulse", swiftSettings: lean, linkerSettings: [.linkedLibrary("m")]),
        .target(name: "Lifeline", swiftSettings: lean, linkerSettings: [.linkedLibrary("m")]),

        // Floor 2.
        .target(name: "Decode", dependencies: ["Lifeline", "CSimdJSON"], swiftSettings: lean),
        .target(name: "Diagnosis", dependencies: ["Lifeline", "Pulse"], swiftSettings: lean),
        .target(name: "Site", dependencies: ["Lifeline", "Pulse", "CTomlPlusPlus"], swiftSettings: seldom),
        .target(name: "Street", dependencies: ["Lifeline"], swiftSettings: lean),

        // Floor 3.
        .target(name: "Journal", dependencies: ["Lifeline", "CSQLite"], swiftSettings: lean),
        .target(name: "Lines", dependencies: ["Lifeline", "Site"], swiftSettings: seldom, linkerSettings: [.linkedLibrary("m")]),
        .target(name: "Intake", dependencies: ["Lifeline", "Site", "Lines", "Linux", "MQTT"], swiftSettings: lean),
        .target(name: "Uplink", dependencies: ["Lifeline", "Site", "Journal", "Linux", "MQTT", "HTTP"], swiftSettings: lean),

        .target(name: "Score", dependencies: ["Lifeline", "Pulse", "Site"], swiftSettings: room),

        .target(name: "Commissioning", dependencies: ["Lifeline", "Decode", "Site"], swiftSettings: strict),
        .target(name: "Doctor", dependencies: ["Lifeline"], swiftSettings: strict),

        // Floor 4.
        .target(
            name: "Gateway",
            dependencies: ["Lifeline", "Pulse", "Decode", "Diagnosis", "Site", "Lines", "Journal", "Intake", "Uplink", "Linux", "MQTT", "HTTP"],
            swiftSettings: seldom),
        .target(name: "Deploy", dependencies: ["Lifeline", "Site", "Linux", "Intake"], swiftSettings: strict),
        .target(name: "GatewayTesting", dependencies: ["Lifeline", "Journal", "Intake", "Linux", "MQTT", "CSQLite"], swiftSettings: room),

        // Floor 5.
        .executableTarget(name: "bamaid", dependencies: ["Gateway", "Linux"], swiftSettings: lean),
        .executableTarget(
            name: "bamai",
            dependencies: [
                "Gateway", "Street", "Site", "Lifeline", "Journal", "Intake", "Uplink", "Decode", "Diagnosis", "Pulse", "Score", "MQTT", "Linux",
                "Commissioning", "Deploy", "Doctor", "TLS",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: room),

        .executableTarget(
            name: "Bench", dependencies: ["GatewayTesting", "HTTP", "Journal", "Lifeline", "MQTT", "Pulse", "Site", "Uplink", "CSQLite"],
            path: "Tests/Bench", swiftSettings: strict),

        // The whole gateway in a seeded world, for tests and for nights.
        .target(
            name: "Simulation",
            dependencies: ["Gateway", "GatewayTesting", "Intake", "Journal", "Lifeline", "Linux", "MQTT", "Site", "Uplink"], path: "Tests/Simulation",
            swiftSettings: room),
        .executableTarget(name: "Simulate", dependencies: ["Simulation"], path: "Tests/Simulate", swiftSettings: room),

        // Memory that SQLite does not get: its allocator belongs to the process, so this is one of its own.
        .executableTarget(
            name: "MemoryFaults", dependencies: ["Journal", "Lifeline", "CSQLite"], path: "Tests/MemoryFaults", swiftSettings: room),

        // What a reading costs a flash card: `make wear`.
        .executableTarget(
            name: "Wear", dependencies: ["Journal", "Lifeline", "GatewayTesting", "CSQLite"], path: "Tests/Wear", exclude: ["run"],
            swiftSettings: strict, linkerSettings: [.unsafeFlags(["-Xlinker", "--export-dynamic"])]),

        // What one reading costs in instructions: `make instructions`.
        .executableTarget(
            name: "Hot",
            dependencies: ["Decode", "Diagnosis", "GatewayTesting", "Journal", "Lifeline", "MQTT", "Pulse", "Site", "Uplink"], path: "Tests/Hot",
            exclude: ["count", "instructions.json"], swiftSettings: strict),
        // Manual pages of what programs and samples say themselves: `make deb`.
        .executableTarget(name: "Manual", path: "packaging/Manual", swiftSettings: strict),

        .executableTarget(name: "Tune", dependencies: ["GatewayTesting", "Pulse", "Score"], path: "Tests/Tune", swiftSettings: strict),

        // Tests: one target a room.
        .testTarget(name: "PulseTests", dependencies: ["Pulse", "GatewayTesting"], swiftSettings: strict),
        .testTarget(name: "LifelineTests", dependencies: ["Lifeline", "GatewayTesting"], swiftSettings: strict),
        .testTarget(name: "DecodeTests", dependencies: ["Decode", "Lifeline", "Site", "GatewayTesting"], swiftSettings: strict),
        .testTarget(name: "DiagnosisTests", dependencies: ["Diagnosis", "Lifeline", "Pulse", "Site"], swiftSettings: strict),
        .testTarget(name: "StreetTests", dependencies: ["Street", "Lifeline", "Site", "Decode", "Diagnosis"], swiftSettings: strict),
        .testTarget(
            name: "CommandLineTests", dependencies: ["bamai", "GatewayTesting", "Journal", "Lifeline", "Linux", "Site"], exclude: ["Help"],
            swiftSettings: strict),
        .testTarget(name: "TidyTests", swiftSettings: strict),
        .testTarget(name: "DoctorTests", dependencies: ["Doctor", "Lifeline"], swiftSettings: strict),
        .testTarget(
            name: "DeployTests", dependencies: ["Deploy", "GatewayTesting", "Intake", "Journal", "Lifeline", "Linux", "Site", "bamai", "bamaid"],
            swiftSettings: strict),
        .testTarget(
            name: "CommissioningTests", dependencies: ["Commissioning", "Lifeline", "Decode", "Site", "Street", "GatewayTesting"],
            swiftSettings: strict),
        .testTarget(name: "ScoreTests", dependencies: ["Score", "Pulse", "GatewayTesting"], swiftSettings: strict),
        .testTarget(name: "SiteTests", dependencies: ["Site", "Lifeline", "GatewayTesting"], swiftSettings: strict),
        .testTarget(name: "LinesTests", dependencies: ["Lines", "Lifeline", "Site", "GatewayTesting"], swiftSettings: strict),
        .testTarget(name: "JournalTests", dependencies: ["Journal", "Lifeline", "GatewayTesting", "CSQLite", "MemoryFaults"], swiftSettings: strict),
        .testTarget(
            name: "IntakeTests", dependencies: ["Intake", "Lifeline", "Lines", "Site", "Linux", "MQTT", "GatewayTesting"], swiftSettings: strict),
        // On real chips: what is in it runs again inside User-mode Linux (`make uml`).
        .testTarget(
            name: "GPIOTests",
            dependencies: ["Intake", "Gateway", "Lifeline", "Lines", "Site", "Linux", "MQTT", "Journal", "GatewayTesting", "bamaid", "bamai"],
            exclude: ["Second"], swiftSettings: strict),
        .testTarget(
            name: "UplinkTests", dependencies: ["Uplink", "Journal", "Lifeline", "Site", "Linux", "MQTT", "HTTP", "GatewayTesting"],
            swiftSettings: strict),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "Gateway", "GatewayTesting", "Simulation", "Street", "Lifeline", "Lines", "Site", "Journal", "Intake", "Diagnosis", "Uplink", "MQTT",
                "Linux",
                "bamaid", "bamai",
            ],
            swiftSettings: strict),
    ],
    cxxLanguageStandard: .cxx17
)

// The desk runs on servers with a newer Swift than a board has: its rooms, and what they depend on, are there only for it.
#if compiler(>=6.2)
    package.products.append(.executable(name: "bamai-desk", targets: ["bamai-desk"]))
    package.dependencies += [
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.0.0"),
    ]
    package.targets += [
        .systemLibrary(name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(
            name: "Desk",
            dependencies: [
                "Lifeline", "Linux", "MQTT", "CSQLite", "CPostgres", "CArgon2",
                .product(name: "Hummingbird", package: "hummingbird"), .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"), .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "bamai-desk",
            dependencies: [
                "Desk", "Lifeline", "Linux", .product(name: "Logging", package: "swift-log"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: strict),
        .testTarget(
            name: "DeskTests",
            dependencies: ["Desk", "GatewayTesting", "Lifeline", "MQTT", "bamai-desk", "bamaid", .product(name: "Logging", package: "swift-log")],
            exclude: ["Help"],
            swiftSettings: strict),
    ]
#endif
