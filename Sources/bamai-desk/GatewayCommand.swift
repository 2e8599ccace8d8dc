import ArgumentParser
import Desk
import Glibc

struct GatewayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway", abstract: "Register the gateways that may send.",
        subcommands: [Add.self, Import.self, Disable.self, Enable.self, Expect.self, List.self])

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Register a gateway and print its token, once.",
            discussion:
                "A gateway that is registered already gets a new token; the former is void. A gateway on a broker alone needs no token: --no-token.")

        @OptionGroup var place: StoreOption
        @Argument(help: "The id of the gateway's site.")
        var gateway: String
        @Option(help: "What people call it.")
        var name = ""
        @Flag(name: .long, help: "It comes by client certificate or MQTT alone.")
        var noToken = false

        func run() throws {
            let token = noToken ? nil : "bamai_" + Token.make()
            try told { () throws(DatabaseError) in
                try DeskStore.open(place.store, desk: place.id).register(gateway, name: name, token: token, by: StoreOption.who, now: StoreOption.now)
            }
            if let token { print(token) } else { print("\(gateway) is registered") }
        }
    }

    struct Import: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Register many gateways, and print id and token of each, once.",
            discussion: "A line of the file is an id, and after a blank what people call it. All are registered, or none.")

        @OptionGroup var place: StoreOption
        @Argument(help: "The file; \"-\" is standard input.")
        var file: String

        func run() throws {
            var lines: [String] = []
            if file != "-" {
                // `readLine` reads standard input.
                let descriptor = open(file, O_RDONLY)
                guard descriptor >= 0, dup2(descriptor, STDIN_FILENO) == STDIN_FILENO else {
                    throw Failure("\(file) cannot be read: \(String(cString: strerror(errno)))")
                }
            }
            while let line = readLine() { if !line.allSatisfy(\.isWhitespace) { lines.append(line) } }
            let gateways = lines.map { line in
                let parts = line.split(separator: " ", maxSplits: 1)
                return GatewayRegistration(
                    id: String(parts[0]), name: parts.count > 1 ? String(parts[1]) : "", token: "bamai_" + Token.make())
            }
            try told { () throws(DatabaseError) in
                try DeskStore.open(place.store, desk: place.id).register(gateways, by: StoreOption.who, now: StoreOption.now)
            }
            for gateway in gateways { print("\(gateway.id) \(gateway.token ?? "")") }
        }
    }

    struct Disable: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Turn a gateway away from now on.")
        @OptionGroup var place: StoreOption
        @Argument(help: "The gateway's id.")
        var gateway: String
        func run() throws { try GatewayCommand.set(gateway, place, enabled: false) }
    }

    struct Enable: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a gateway in again.")
        @OptionGroup var place: StoreOption
        @Argument(help: "The gateway's id.")
        var gateway: String
        func run() throws { try GatewayCommand.set(gateway, place, enabled: true) }
    }

    struct Expect: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Say which configuration a gateway should run; another one is shown as drift.")
        @OptionGroup var place: StoreOption
        @Argument(help: "The gateway's id.")
        var gateway: String
        @Argument(help: "The revision, as bamai status shows it.")
        var revision: String

        func run() throws {
            let isKnown = try told { () throws(DatabaseError) in
                try DeskStore.open(place.store, desk: place.id).expect(revision: revision, of: gateway, by: StoreOption.who, now: StoreOption.now)
            }
            guard isKnown else { throw Failure("there is no gateway \(gateway); see bamai-desk gateway list") }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The registered gateways.")
        @OptionGroup var place: StoreOption

        func run() throws {
            let rows = try told { () throws(DatabaseError) in try DeskStore.open(place.store, desk: place.id).gateways() }
            for row in rows {
                let seen =
                    row.seen.map { $0.microseconds / 1_000_000 }.map { "\(max(0, StoreOption.now.microseconds / 1_000_000 - $0)) s ago" } ?? "never"
                print("\(row.id)  \(row.isEnabled ? "enabled" : "disabled")  heard \(seen)  \(row.alerts) alerts  \(row.name)")
            }
        }
    }

    fileprivate static func set(_ gateway: String, _ place: StoreOption, enabled: Bool) throws {
        let isKnown = try told { () throws(DatabaseError) in
            try DeskStore.open(place.store, desk: place.id).setGateway(gateway, enabled: enabled, by: StoreOption.who, now: StoreOption.now)
        }
        guard isKnown else { throw Failure("there is no gateway \(gateway); see bamai-desk gateway list") }
    }
}

/// Runs something on the store; its failure in one line.
func told<T>(_ body: () throws(DatabaseError) -> T) throws -> T {
    do throws(DatabaseError) { return try body() } catch { throw Failure(error.description) }
}
