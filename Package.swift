// swift-tools-version: 6.0
// 6.0 is the floor: it is what Debian 13 ships, and what the ARM packages are built with.

import PackageDescription

/// Warnings are errors in our own Swift: a warning that is allowed once is allowed for ever.
let strict: [SwiftSetting] = [.unsafeFlags(["-warnings-as-errors"])]

let package = Package(
    name: "bamai",
    products: [
        .executable(name: "bamaid", targets: ["bamaid"]),
    ],
    targets: [
        // Floor 0: C libraries and their one Swift owner.
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CMosquitto", pkgConfig: "libmosquitto", providers: [.apt(["libmosquitto-dev"])]),
        .target(name: "CLinux"),
        .target(name: "CTomlPlusPlus", cxxSettings: [.unsafeFlags(["-fno-exceptions", "-fno-rtti"])]),
        .target(name: "CSimdJSON", cxxSettings: [.unsafeFlags(["-fno-rtti"])], linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "Linux", dependencies: ["CLinux"], swiftSettings: strict),
        .target(name: "MQTT", dependencies: ["CMosquitto"], swiftSettings: strict),

        // Floor 1: pure, no clock, no file, no Foundation.
        .target(name: "Pulse", swiftSettings: strict, linkerSettings: [.linkedLibrary("m")]),
        .target(name: "Lifeline", swiftSettings: strict, linkerSettings: [.linkedLibrary("m")]),

        // Floor 2.
        .target(name: "Decode", dependencies: ["Lifeline", "CSimdJSON"], swiftSettings: strict),
        .target(name: "Diagnosis", dependencies: ["Lifeline", "Pulse"], swiftSettings: strict),
        .target(name: "Site", dependencies: ["Lifeline", "CTomlPlusPlus"], swiftSettings: strict),
        .target(name: "Street", dependencies: ["Lifeline"], swiftSettings: strict),

        // Floor 3.
        .target(name: "Journal", dependencies: ["Lifeline", "CSQLite"], swiftSettings: strict),
        .target(name: "Intake", dependencies: ["Lifeline", "Site", "Linux", "MQTT"], swiftSettings: strict),
        .target(name: "Uplink", dependencies: ["Lifeline", "Site", "Journal", "Linux", "MQTT"], swiftSettings: strict),

        // Floor 4.
        .target(
            name: "Gateway",
            dependencies: ["Lifeline", "Pulse", "Decode", "Diagnosis", "Site", "Journal", "Intake", "Uplink", "Linux"],
            swiftSettings: strict),
        .target(name: "GatewayTesting", dependencies: ["Lifeline", "Journal", "CSQLite"], swiftSettings: strict),

        // Floor 5.
        .executableTarget(name: "bamaid", dependencies: ["Gateway"], swiftSettings: strict),

        // Tests: one target a room.
        .testTarget(name: "PulseTests", dependencies: ["Pulse"], swiftSettings: strict),
        .testTarget(name: "LifelineTests", dependencies: ["Lifeline"], swiftSettings: strict),
        .testTarget(name: "DecodeTests", dependencies: ["Decode", "Lifeline"], swiftSettings: strict),
        .testTarget(name: "DiagnosisTests", dependencies: ["Diagnosis", "Lifeline", "Pulse"], swiftSettings: strict),
        .testTarget(name: "SiteTests", dependencies: ["Site", "Lifeline"], swiftSettings: strict),
        .testTarget(name: "JournalTests", dependencies: ["Journal", "Lifeline", "GatewayTesting", "CSQLite"], swiftSettings: strict),
        .testTarget(name: "IntakeTests", dependencies: ["Intake", "Lifeline", "Site", "Linux", "MQTT", "GatewayTesting"], swiftSettings: strict),
        .testTarget(name: "UplinkTests", dependencies: ["Uplink", "Journal", "Lifeline", "Site", "Linux", "MQTT", "GatewayTesting"], swiftSettings: strict),
        .testTarget(name: "GatewayTests", dependencies: ["Gateway", "GatewayTesting", "Street", "Lifeline", "Site", "Journal", "MQTT", "Linux"], swiftSettings: strict),
    ],
    cxxLanguageStandard: .cxx17
)
