/// What a start of the board finds, and what follows from it: a pure function, so that all of it fits into a table.
package struct Recovery: Equatable, Sendable {
    /// What lies in the board's folders.
    package struct Finding: Equatable, Sendable {
        package var transaction: Transaction?
        package var current: Int?
        /// Generations whose every file is what the manifest says.
        package var whole: [Int]

        package init(transaction: Transaction?, current: Int?, whole: [Int]) {
            (self.transaction, self.current, self.whole) = (transaction, current, whole)
        }
    }

    /// The change as it stands from now on.
    package var transaction: Transaction?
    /// Where `current` is to point; nil: it stays.
    package var point: Int?
    /// Whether the guard must go on: a probation is not over.
    package var needsGuard: Bool
    /// What people must know: nothing whole is left, or another generation than the one wanted was taken.
    package var alarm: String?

    /// Decides.
    package init(_ found: Finding, boot: String, now: Int64) {
        transaction = found.transaction
        var wanted = found.current
        if var change = found.transaction {
            for case .point(let number) in change.step(.boot(boot), now: now) { wanted = number }
            transaction = change
        }
        if let number = wanted, found.whole.contains(number) {
            point = number == found.current ? nil : number
        } else if let youngest = found.whole.filter({ $0 != found.transaction?.to || found.transaction?.phase == .kept }).max() ?? found.whole.max() {
            point = youngest == found.current ? nil : youngest
            if let wanted { alarm = "generation \(wanted) is not whole; generation \(youngest) runs instead" }
        } else if found.current != nil || found.transaction != nil {
            alarm = "no generation is whole"
        }
        needsGuard = transaction?.phase == .probation
    }
}

extension BoardStore {
    /// Puts the board's folders right before the daemon starts. May be cut at any step and done again.
    package func recover(boot: String, now: Int64) throws(StorageFailure) -> Recovery {
        let finding = Recovery.Finding(transaction: transaction, current: current, whole: numbers.filter { flaw($0) == nil })
        let recovery = Recovery(finding, boot: boot, now: now)
        if let number = recovery.point {
            try point(to: number)
        } else if finding.current != nil {
            try storage.sync("")
        }
        if let next = recovery.transaction, next != finding.transaction { try store(next) }
        for name in ["current.new", "transaction.new", "generations/.draft", "generations/.gone"] { try storage.remove(name) }
        return recovery
    }
}
