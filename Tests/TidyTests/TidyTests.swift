import Testing

@Suite("The house is tidy")
struct TidyTests {
    /// What each room may import of the house; everything else is the toolchain's or a C door.
    static let mayImport: [String: Set<String>] = [
        "Linux": ["CLinux"], "MQTT": ["CMosquitto"], "HTTP": ["CCurl"], "TLS": ["COpenSSL"],
        "Pulse": [], "Lifeline": [],
        "Decode": ["Lifeline", "CSimdJSON"], "Diagnosis": ["Lifeline", "Pulse"], "Site": ["Lifeline", "Pulse", "CTomlPlusPlus"],
        "Street": ["Lifeline"],
        "Journal": ["Lifeline", "CSQLite"], "Lines": ["Lifeline", "Site"],
        "Intake": ["Lifeline", "Site", "Lines", "Linux", "MQTT"],
        "Uplink": ["Lifeline", "Site", "Journal", "Linux", "MQTT", "HTTP"],
        "Score": ["Lifeline", "Pulse", "Site"],
        "Commissioning": ["Lifeline", "Decode", "Site"],
        "Doctor": ["Lifeline"],
        "Gateway": ["Lifeline", "Pulse", "Decode", "Diagnosis", "Site", "Lines", "Journal", "Intake", "Uplink", "Linux", "MQTT", "HTTP"],
        "Deploy": ["Lifeline", "Site", "Linux", "Intake"],
        "GatewayTesting": ["Lifeline", "Journal", "Intake", "Linux", "MQTT", "CSQLite"],
        "Desk": ["Lifeline", "Linux", "MQTT", "CSQLite", "CPostgres", "CArgon2"],
        "bamaid": ["Gateway", "Linux"],
        "bamai-desk": ["Desk", "Lifeline", "Linux", "ArgumentParser", "Logging"],
        "bamai": [
            "Gateway", "Street", "Site", "Lifeline", "Journal", "Intake", "Uplink", "Decode", "Diagnosis", "Pulse", "Score", "MQTT", "Linux",
            "ArgumentParser", "Commissioning", "Deploy", "Doctor", "TLS",
        ],
    ]
    /// Rooms that see no file, socket, clock or thread: they may not even import the C library.
    static let pure: Set<String> = ["Pulse", "Lifeline", "Decode", "Diagnosis", "Street", "Commissioning", "Lines", "Doctor"]
    /// The toolchain's own modules, and who may use them.
    static let toolchain: Set<String> = ["Glibc", "Synchronization"]

    /// What the desk alone may use: it runs on servers.
    static let ofServers: Set<String> = [
        "Dispatch", "HTTPTypes", "Hummingbird", "HummingbirdCore", "HummingbirdTLS", "Logging", "NIOCore", "NIOHTTP1", "NIOPosix", "NIOSSL",
        "ServiceLifecycle",
    ]

    static func imports(_ file: Tree.File) -> [(Int, String)] {
        file.lines.enumerated().compactMap { index, line in
            let words = line.split(separator: " ")
            guard let position = words.firstIndex(of: "import"), position < words.count - 1,
                words[..<position].allSatisfy({ $0.hasPrefix("@") || ["internal", "private", "fileprivate", "package", "public"].contains($0) })
            else { return nil }
            let module = words[position + 1] == "struct" || words[position + 1] == "func" ? words[position + 2] : words[position + 1]
            return (index + 1, String(module.split(separator: ".")[0]))
        }
    }

    @Test("There is something to look at")
    func notEmpty() {
        #expect(Tree.sources.count > 50)
        #expect(Tree.tests.count > 10)
    }

    @Test("Imports respect the floors")
    func floors() {
        for file in Tree.sources {
            guard let allowed = TidyTests.mayImport[file.room] else {
                Issue.record("\(file.path): the room \(file.room) has no floor in the tidy test")
                continue
            }
            for (line, module) in TidyTests.imports(file) {
                let isToolchain = TidyTests.toolchain.contains(module) && !TidyTests.pure.contains(file.room)
                let isFoundation = module == "Foundation" && file.room == "bamai"
                let isOfServers = file.room == "Desk" && TidyTests.ofServers.contains(module)
                #expect(
                    allowed.contains(module) || isToolchain || isFoundation || isOfServers,
                    "\(file.path):\(line): \(file.room) may not import \(module)")
            }
        }
    }

    @Test("The pure rooms read no clock, open no file and draw no luck")
    func pure() {
        let forbidden = [
            "ContinuousClock", "SuspendingClock", "clock_gettime", "gettimeofday", "fopen(", "open(\"", "Task.sleep", "SystemRandomNumberGenerator",
            ".random(in:", "Thread", "pthread_", "getenv(",
        ]
        for file in Tree.sources where TidyTests.pure.contains(file.room) {
            for (index, line) in file.lines.enumerated() where !line.contains("///") {
                for word in forbidden {
                    // A generator that is handed in is no luck of one's own.
                    if word == ".random(in:" && line.contains("using:") { continue }
                    #expect(!line.contains(word), "\(file.path):\(index + 1): \(word)")
                }
            }
        }
    }

    @Test("Pulse imports nothing at all")
    func pulseIsAlone() {
        for file in Tree.sources where file.room == "Pulse" { #expect(TidyTests.imports(file).isEmpty, "\(file.path)") }
    }

    @Test("No file has more than 600 lines, no line of code more than 160 characters")
    func small() {
        for file in Tree.sources + Tree.native + Tree.tests {
            #expect(file.lines.count <= 601, "\(file.path) has \(file.lines.count) lines")
        }
        // A sentence for people is not broken: where there is one, the line may be as long as it takes.
        for file in Tree.sources + Tree.native {
            for (index, line) in file.lines.enumerated() where line.count > 160 && !line.contains("\"") {
                Issue.record("\(file.path):\(index + 1) is \(line.count) characters long")
            }
        }
    }

    @Test("Everything that crosses a room's edge is explained")
    func documented() {
        let explained = [
            "package func", "package mutating func", "package static func", "package struct", "package final class", "package enum",
            "package protocol",
        ]
        let required = TidyTests.requirements
        for file in Tree.sources where !file.path.hasPrefix("Sources/bamai") {
            for (index, line) in file.lines.enumerated() {
                let text = line.drop { $0 == " " }
                // What a protocol asks for is explained there.
                if required.contains(where: { text.hasPrefix("package func \($0)(") || text.hasPrefix("package mutating func \($0)(") }) { continue }
                guard explained.contains(where: { text.hasPrefix($0) }) else { continue }
                // Operators and what a protocol of the language asks for explain themselves.
                if text.contains("func <") || text.contains("func ==") || text.contains("func hash(into") { continue }
                #expect(hasDoc(file, above: index), "\(file.path):\(index + 1): no doc comment: \(text.prefix(60))")
            }
        }
    }

    /// The names of the functions that the house's protocols ask for.
    static let requirements: Set<String> = {
        var names: Set<String> = []
        for file in Tree.sources where file.lines.contains(where: { $0.contains("protocol ") }) {
            for line in file.lines {
                let text = line.drop { $0 == " " }
                guard text.hasPrefix("func ") else { continue }
                names.insert(String(text.dropFirst(5).prefix { $0.isLetter || $0.isNumber }))
            }
        }
        return names
    }()

    private func hasDoc(_ file: Tree.File, above index: Int) -> Bool {
        var line = index - 1
        while line >= 0 {
            let text = file.lines[line].drop { $0 == " " }
            if text.hasPrefix("///") { return true }
            guard text.hasPrefix("@") else { return false }
            line -= 1
        }
        return false
    }

    @Test("The language of the floor: no trailing comma in a call, which Swift 6.0 refuses")
    func trailingCommas() {
        for file in Tree.sources {
            for index in file.lines.indices.dropFirst() {
                let text = file.lines[index].drop { $0 == " " }
                guard text.hasPrefix(")") else { continue }
                let before = file.lines[index - 1]
                #expect(before.last != ",", "\(file.path):\(index): trailing comma before )")
            }
        }
    }

    @Test("All programs are of one version")
    func version() {
        func texts(_ path: String, _ mark: String) -> [Substring] {
            Tree.sources.filter { $0.path == path }.flatMap(\.lines).filter { $0.contains(mark) }.compactMap {
                $0.split(separator: "\"").dropFirst().first
            }
        }
        let gateway = texts("Sources/Gateway/Version.swift", "static let text =")
        #expect(gateway.count == 1)
        // The desk shares no room with the gateway that could tell it.
        #expect(texts("Sources/bamai-desk/BamaiDesk.swift", "version: \"") == gateway)
    }

    @Test("Names of the field, not of the workshop")
    func names() {
        for file in Tree.sources {
            for (index, line) in file.lines.enumerated() {
                let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
                guard let kind = words.firstIndex(where: { ["struct", "class", "enum", "protocol", "actor"].contains($0) }), kind + 1 < words.count
                else { continue }
                for bad in ["Manager", "Helper", "Util", "Utils", "Service", "Handler"] where words[kind + 1].hasSuffix(bad) {
                    // MessageHandler is the word of libmosquitto's own documentation for what takes messages.
                    if words[kind + 1] == "MessageHandler" { continue }
                    Issue.record("\(file.path):\(index + 1): \(words[kind + 1])")
                }
            }
        }
    }
}
