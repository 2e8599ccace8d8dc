import Deploy
import GatewayTesting
import Testing

/// A site of two files whose bytes say which generation they are.
func sampleFiles(_ word: String) -> [String: [UInt8]] {
    ["west/site.toml": Array("name = \"\(word)\"".utf8), "profiles/p.toml": Array(repeating: 65, count: 100) + Array(word.utf8)]
}

func sampleManifest(_ word: String) throws -> Manifest {
    try #require(Manifest(sampleFiles(word), site: "west", revision: word, created: 1, by: "li@desk", source: "3fa91c2"))
}

@Suite("A power cut at every step of a change")
struct PowerCutTests {
    /// A board with generation 1 in place.
    private func board() throws -> CuttingStorage {
        let storage = CuttingStorage()
        let store = BoardStore(storage)
        #expect(try store.add(sampleManifest("old"), sampleFiles("old")) == 1)
        try store.point(to: 1)
        return storage
    }

    /// A whole push, confirmed or reverted by its deadline; what the guard does, without the daemon.
    private func push(_ storage: CuttingStorage, isConfirmed: Bool) throws {
        let store = BoardStore(storage)
        let number = try store.add(sampleManifest("new"), sampleFiles("new"))
        let change = Transaction(from: 1, to: number, fallbacks: [], nonce: "n", by: "li", boot: "a", now: 0, patience: .init())
        try store.store(change)
        for event: Transaction.Event in [.started, .done, .healthy] { _ = try store.take(event, now: 1) }
        if isConfirmed {
            for event: Transaction.Event in [.confirm(change.token), .deadline] { _ = try store.take(event, now: 2) }
        } else {
            for event: Transaction.Event in [.deadline, .done, .healthy] { _ = try store.take(event, now: 2) }
        }
        try store.prune()
    }

    /// What must hold on every board that has power again, before and after it has recovered.
    private func check(_ storage: CuttingStorage, _ place: String) throws {
        let before = BoardStore(storage)
        let found = try #require(before.current, "\(place): current leads nowhere")
        #expect(before.flaw(found) == nil, "\(place): \(before.flaw(found) ?? "")")
        let wasConfirmed = [.probation, .kept].contains(before.transaction?.phase)
        let wasOpen = before.transaction.map { !$0.phase.isFinal } ?? false
        let recovery = try before.recover(boot: "b", now: 5)
        #expect(recovery.alarm == nil, "\(place): \(recovery.alarm ?? "")")
        let after = BoardStore(storage)
        #expect(after.current == (wasConfirmed ? 2 : 1), "\(place): \(String(describing: after.transaction?.phase))")
        #expect(after.flaw(after.current ?? 0) == nil)
        if wasOpen { #expect(after.transaction?.phase == (wasConfirmed ? .probation : .reverted), "\(place)") }
        // The next push is not hindered by what the cut one left.
        let files = sampleFiles("third")
        let next = try after.add(sampleManifest("third"), files)
        #expect(after.flaw(next) == nil, "\(place)")
    }

    @Test("The board runs a whole generation, the confirmed one or the former, whatever was synced", arguments: [true, false])
    func everyStep(isConfirmed: Bool) throws {
        let whole = try board()
        let first = whole.steps
        try push(whole, isConfirmed: isConfirmed)
        #expect(BoardStore(whole).current == (isConfirmed ? 2 : 1))
        #expect(BoardStore(whole).transaction?.phase == (isConfirmed ? .kept : .reverted))
        #expect(whole.steps - first > 30)
        for cut in first..<whole.steps {
            for fate in CuttingStorage.Fate.allCases {
                let storage = try board()
                storage.cutAt = cut
                #expect(throws: StorageFailure.self) { try push(storage, isConfirmed: isConfirmed) }
                try check(storage.afterCut(fate), "cut \(cut), \(fate)")
                try cutAgain(storage.afterCut(fate), fate, "cut \(cut), \(fate)")
            }
        }
    }

    /// The power goes once more at every step of the recovery itself.
    private func cutAgain(_ storage: CuttingStorage, _ fate: CuttingStorage.Fate, _ place: String) throws {
        for step in 0..<200 {
            let attempt = storage.afterCut(.kept)
            attempt.cutAt = step
            if (try? BoardStore(attempt).recover(boot: "b", now: 5)) != nil { return }
            for second in CuttingStorage.Fate.allCases {
                let again = BoardStore(attempt.afterCut(second))
                let wasConfirmed = [.probation, .kept].contains(again.transaction?.phase)
                _ = try again.recover(boot: "c", now: 6)
                #expect(again.current == (wasConfirmed ? 2 : 1), "\(place), again at \(step), \(second)")
                #expect(again.flaw(again.current ?? 0) == nil)
            }
        }
        Issue.record("\(place): a recovery of more than 200 steps")
    }

    @Test("A confirmation that was answered outlives a power cut, and so does each phase before it", arguments: CuttingStorage.Fate.allCases)
    func durableAnswers(fate: CuttingStorage.Fate) throws {
        let storage = try board()
        let store = BoardStore(storage)
        let number = try store.add(sampleManifest("new"), sampleFiles("new"))
        let change = Transaction(from: 1, to: number, fallbacks: [], nonce: "n", by: "li", boot: "a", now: 0, patience: .init())
        try store.store(change)
        for event: Transaction.Event in [.started, .done, .healthy, .confirm(change.token)] {
            _ = try store.take(event, now: 1)
            #expect(BoardStore(storage.afterCut(fate)).transaction == store.transaction, "\(event)")
        }
        let after = BoardStore(storage.afterCut(fate))
        #expect(try after.recover(boot: "b", now: 2).needsGuard)
        #expect(after.current == number)
    }

    @Test("A harness that sees: without the sync of the link's folder a kept change is lost")
    func control() throws {
        let storage = try board()
        let number = try BoardStore(storage).add(sampleManifest("new"), sampleFiles("new"))
        try storage.link("current.new", to: "generations/\(number)/files/west")
        try storage.rename("current.new", to: "current")
        #expect(BoardStore(storage.afterCut(.kept)).current == 2)
        #expect(BoardStore(storage.afterCut(.lost)).current == 1)
        try storage.write("transaction.json", [1, 2, 3])
        try storage.sync("")
        #expect(storage.afterCut(.namesOnly).read("transaction.json", limit: 10) == [])
    }

    @Test("The same steps on a real disk")
    func disk() throws {
        let folder = TestFolder()
        let store = BoardStore(DiskStorage(root: folder.path))
        #expect(try store.add(sampleManifest("old"), sampleFiles("old")) == 1)
        try store.point(to: 1)
        #expect(try store.add(sampleManifest("old"), sampleFiles("old")) == 1, "the same files are the same generation")
        let number = try store.add(sampleManifest("new"), sampleFiles("new"))
        let change = Transaction(from: 1, to: number, fallbacks: [], nonce: "n", by: "li", boot: "a", now: 0, patience: .init())
        try store.store(change)
        #expect(store.transaction == change)
        #expect(try store.take(.started, now: 1) == [.reload])
        #expect(store.current == 2)
        #expect(try store.recover(boot: "b", now: 2).point == 1)
        #expect(store.current == 1 && store.transaction?.phase == .reverted)
        for index in 0..<25 { _ = try store.add(sampleManifest("\(index)"), sampleFiles("\(index)")) }
        try store.prune()
        #expect(store.numbers == [1, 2] + Array(8...27))
        folder.write("generations/27/files/west/site.toml", "edited")
        #expect(store.flaw(27) == "west/site.toml was changed")
        #expect(throws: StorageFailure.self) { try store.add(sampleManifest("x"), sampleFiles("y")) }
    }
}
