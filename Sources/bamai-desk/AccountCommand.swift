import ArgumentParser
import Desk

/// The roles as the command line names them.
enum RoleOption: String, CaseIterable, ExpressibleByArgument {
    case viewer, officer, admin

    var role: Role {
        switch self {
        case .viewer: .viewer
        case .officer: .officer
        case .admin: .admin
        }
    }
}

struct AccountCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Accounts of people.", subcommands: [Invite.self, Disable.self, List.self])

    struct Invite: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an account, or open one anew, and print a link to set its password.",
            discussion: "Also the way back in when an administrator has lost a password.")

        @OptionGroup var place: StoreOption
        @Argument(help: "The person's name.")
        var name: String
        @Option(help: "viewer, officer or admin.")
        var role: RoleOption = .officer
        @Flag(help: "Trained and named for lift rescue: may end an entrapment.")
        var competent = false
        @Option(help: "How people reach the desk, for the link.")
        var url = "http://127.0.0.1:8600"

        func run() throws {
            let token = Token.make()
            try told { () throws(DatabaseError) in
                try DeskStore.open(place.store, desk: place.id).invite(
                    name, role: role.role, isCompetent: competent, token: token, by: StoreOption.who, now: StoreOption.now)
            }
            print("\(url)/setup/\(token)")
        }
    }

    struct Disable: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Close an account and end its sessions.")
        @OptionGroup var place: StoreOption
        @Argument(help: "The person's name.")
        var name: String

        func run() throws {
            let isKnown = try told { () throws(DatabaseError) in
                try DeskStore.open(place.store, desk: place.id).disable(name, by: StoreOption.who, now: StoreOption.now)
            }
            guard isKnown else { throw Failure("there is no account \(name); see bamai-desk account list") }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Who may log in.")
        @OptionGroup var place: StoreOption

        func run() throws {
            for account in try told({ () throws(DatabaseError) in try DeskStore.open(place.store, desk: place.id).accounts() }) {
                let state = !account.isEnabled ? "disabled" : account.hasPassword ? "enabled" : "invited"
                print("\(account.name)  \(account.role.rawValue)\(account.isCompetent ? ", competent" : "")  \(state)")
            }
        }
    }
}
