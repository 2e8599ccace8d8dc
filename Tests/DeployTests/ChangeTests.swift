import Deploy
import Lifeline
import Testing

@Suite("A change, phase by phase")
struct ChangeTests {
    static func change(_ phase: Transaction.Phase, fallbacks: [Int] = []) -> Transaction {
        var change = Transaction(from: 4, to: 5, fallbacks: fallbacks, nonce: "ab", by: "li", boot: "a", now: 0, patience: .init())
        change.phase = phase
        return change
    }

    struct Row: Sendable {
        var phase: Transaction.Phase
        var event: Transaction.Event
        var next: Transaction.Phase
        var actions: [Transaction.Action] = []
        init(_ phase: Transaction.Phase, _ event: Transaction.Event, _ next: Transaction.Phase, _ actions: [Transaction.Action] = []) {
            (self.phase, self.event, self.next, self.actions) = (phase, event, next, actions)
        }
    }

    /// All that means something; every other pair of phase and event must change nothing.
    static let table: [Row] = [
        Row(.armed, .started, .switching, [.point(5), .reload]), Row(.armed, .deadline, .reverting, [.point(4), .reload]),
        Row(.armed, .boot("b"), .reverted, [.point(4)]),
        Row(.switching, .started, .switching, [.point(5), .reload]), Row(.switching, .done, .watching),
        Row(.switching, .deadline, .reverting, [.point(4), .reload]), Row(.switching, .boot("b"), .reverted, [.point(4)]),
        Row(.watching, .healthy, .waiting), Row(.watching, .unhealthy("x"), .watching),
        Row(.watching, .deadline, .reverting, [.point(4), .reload]), Row(.watching, .boot("b"), .reverted, [.point(4)]),
        Row(.waiting, .confirm("5-ab"), .probation), Row(.waiting, .unhealthy("x"), .reverting, [.point(4), .reload]),
        Row(.waiting, .deadline, .reverting, [.point(4), .reload]), Row(.waiting, .boot("b"), .reverted, [.point(4)]),
        Row(.probation, .unhealthy("x"), .reverting, [.point(4), .reload]), Row(.probation, .deadline, .kept),
        Row(.probation, .superseded, .kept), Row(.probation, .boot("b"), .probation),
        Row(.reverting, .started, .reverting, [.point(4), .reload]), Row(.reverting, .done, .settling),
        Row(.reverting, .boot("b"), .reverted, [.point(4)]),
        Row(.settling, .healthy, .reverted), Row(.settling, .deadline, .stranded), Row(.settling, .boot("b"), .reverted, [.point(4)]),
    ]

    static let events: [Transaction.Event] = [
        .started, .done, .healthy, .unhealthy("x"), .confirm("5-ab"), .confirm("5-xx"), .deadline, .boot("a"), .boot("b"), .superseded,
    ]

    @Test("Every phase meets every event", arguments: Transaction.Phase.allCases)
    func everyPair(phase: Transaction.Phase) {
        for event in ChangeTests.events {
            var change = ChangeTests.change(phase)
            let before = change
            let actions = change.step(event, now: 9)
            if let row = ChangeTests.table.first(where: { $0.phase == phase && $0.event == event }) {
                #expect(change.phase == row.next && actions == row.actions, "\(phase) \(event)")
                if row.next == .reverting && phase != .reverting { #expect(!change.cause.isEmpty) }
            } else {
                #expect(change == before && actions.isEmpty, "\(phase) \(event)")
            }
        }
    }

    @Test("A revert that is unhealthy tries older confirmed ones, and ends at the former one")
    func fallbacks() {
        var change = ChangeTests.change(.settling, fallbacks: [2, 1])
        #expect(change.step(.deadline, now: 1) == [.point(2), .reload])
        #expect(change.step(.done, now: 2) == [] && change.phase == .settling)
        #expect(change.step(.deadline, now: 3) == [.point(1), .reload])
        _ = change.step(.done, now: 4)
        #expect(change.step(.deadline, now: 5) == [.point(4), .reload])
        #expect(change.phase == .stranded)
    }

    @Test("A board that starts a fourth time in probation goes back")
    func crashLoop() {
        var change = ChangeTests.change(.probation)
        for boot in ["b", "c", "d"] { #expect(change.step(.boot(boot), now: 1) == []) }
        #expect(change.step(.boot("e"), now: 1) == [.point(4)])
        #expect(change.phase == .reverted && change.cause == "the board started 4 times in probation")
    }

    @Test("Confirming: twice is no error, late and early and wrong are told apart")
    func confirmations() {
        let expected: [Transaction.Phase: Transaction.Confirmation] = [
            .armed: .early, .switching: .early, .watching: .early, .waiting: .taken, .probation: .taken, .kept: .taken, .reverting: .late,
            .settling: .late, .reverted: .late, .stranded: .late,
        ]
        for phase in Transaction.Phase.allCases {
            #expect(ChangeTests.change(phase).answer(to: "5-ab") == expected[phase])
            #expect(ChangeTests.change(phase).answer(to: "4-ab") == .wrongToken)
        }
    }

    @Test("A transaction is read as it was written; a torn one is none", arguments: Transaction.Phase.allCases)
    func json(phase: Transaction.Phase) {
        var change = ChangeTests.change(phase, fallbacks: [3, 2])
        change.cause = "a \"quoted\" cause"
        #expect(Transaction(json: change.json) == change)
        for count in 0..<(change.json.count - 2) { #expect(Transaction(json: Array(change.json.prefix(count))) == nil) }
    }

    @Test("Recovery without a change: what is not whole is not run")
    func recovery() {
        let torn = Recovery(.init(transaction: nil, current: 7, whole: [5, 6]), boot: "b", now: 0)
        #expect(torn.point == 6 && torn.alarm == "generation 7 is not whole; generation 6 runs instead")
        #expect(Recovery(.init(transaction: nil, current: 6, whole: [5, 6]), boot: "b", now: 0).point == nil)
        #expect(Recovery(.init(transaction: nil, current: 7, whole: []), boot: "b", now: 0).alarm == "no generation is whole")
        #expect(Recovery(.init(transaction: nil, current: nil, whole: []), boot: "b", now: 0).alarm == nil)
        // Never the one that nobody confirmed, where another is left.
        let unconfirmed = Recovery(.init(transaction: ChangeTests.change(.waiting), current: 5, whole: [3, 5]), boot: "b", now: 0)
        #expect(unconfirmed.point == 3)
        #expect(Recovery(.init(transaction: ChangeTests.change(.probation), current: 5, whole: [4, 5]), boot: "b", now: 0).needsGuard)
    }

    @Test("SHA-256 as in FIPS 180-4's examples")
    func hash() {
        #expect(SHA256.hex([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(SHA256.hex(Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            SHA256.hex(Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8))
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
        #expect(SHA256.hex([UInt8](repeating: 97, count: 1_000_000)) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test(
        "A path that leaves its folder is refused",
        arguments: ["../x", "/etc/x", "a//b", "a/./b", "a/../b", ".hidden", "a/.x", "", "a b", "a\\b", "ü", "a/", String(repeating: "a", count: 201)])
    func paths(path: String) {
        #expect(Manifest(["west/site.toml": [], path: []], site: "west", revision: "", created: 0, by: "", source: "") == nil)
    }

    @Test("A manifest is read as it was written; one whose hash does not fit is none")
    func manifest() throws {
        let manifest = try sampleManifest("new")
        #expect(Manifest(json: manifest.json) == manifest)
        var text = String(decoding: manifest.json, as: UTF8.self)
        text.replace("profiles/p.toml", with: "profiles/q.toml")
        #expect(Manifest(json: Array(text.utf8)) == nil)
        #expect(Manifest(["west/other.toml": []], site: "west", revision: "", created: 0, by: "", source: "") == nil)
    }
}
