import ArgumentParser
import Desk

struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Tokens of programs that read: exports, the CAP feed, metrics.",
        subcommands: [Add.self, Remove.self, List.self])

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a token and print it, once; a program that has one gets another.")
        @OptionGroup var place: StoreOption
        @Argument(help: "What the program is called.")
        var name: String

        func run() throws {
            let token = "bamai_" + Token.make()
            try told { () throws(DatabaseError) in
                try DeskStore.open(place.store, desk: place.id).addToken(name, token: token, by: StoreOption.who, now: StoreOption.now)
            }
            print(token)
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take a token back.")
        @OptionGroup var place: StoreOption
        @Argument(help: "What the program is called.")
        var name: String

        func run() throws {
            let isKnown = try told { () throws(DatabaseError) in
                try DeskStore.open(place.store, desk: place.id).removeToken(name, by: StoreOption.who, now: StoreOption.now)
            }
            guard isKnown else { throw Failure("there is no token of \(name); see bamai-desk token list") }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Which programs have one.")
        @OptionGroup var place: StoreOption

        func run() throws {
            for name in try told({ () throws(DatabaseError) in try DeskStore.open(place.store, desk: place.id).tokens() }) { print(name) }
        }
    }
}
