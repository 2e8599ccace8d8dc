import Glibc
import Lifeline
import Linux

/// The board's end of one connection: answers the requests of a client, line by line, until it goes.
///
/// Nothing of a change depends on it once the guard runs; until then its end leaves the board as it was.
package final class BoardSession {
    let board: BoardFolder
    let daemon: any DaemonLink
    let device: DeviceIdentity
    let version: String
    let secretFolders: [String]
    let boot = Clocks.bootID()
    private let input: StreamReader
    private let output: Int32
    private var lock: FileLock?
    private var by = ""
    /// The generation that this session has laid out and that nothing means yet.
    private var draft: Int?
    private var verified: Int?
    private var isOver = false

    /// Guards that one session brings back; where so many die, one more will not do.
    static let revivalLimit = 5

    /// - Parameters:
    ///   - output: where answers go; the other side's end ends the session.
    ///   - version: this program's.
    ///   - secretFolders: where secrets lie while no daemon can be asked.
    package init(
        _ board: BoardFolder, input: Int32, output: Int32, version: String, secretFolders: [String], daemon: (any DaemonLink)? = nil,
        device: DeviceIdentity = .read()
    ) {
        self.board = board
        self.daemon = daemon ?? board.daemon()
        self.device = device
        self.version = version
        self.secretFolders = secretFolders
        self.input = StreamReader(input, lineLimit: BoardMessage.lineLimit)
        self.output = output
    }

    /// Serves until the other side goes, or says nothing for too long.
    package func run() {
        signal(SIGPIPE, SIG_IGN)
        send("hello") { $0.member("bamai", version) }
        while !isOver {
            let seconds = Int64(lock == nil ? BoardMessage.idleSeconds : BoardMessage.busySeconds)
            guard case .bytes(let line) = input.line(deadline: deadline(seconds)) else { break }
            guard let request = BoardMessage.read(line) else {
                refuse(["a request that is none; is bamai on both sides of the same version?"])
                break
            }
            guard request["bamai_board"].count == Int64(BoardMessage.version) else {
                refuse([
                    "this board speaks version \(BoardMessage.version) of the protocol, not \(request["bamai_board"].count): install the same bamai"
                ])
                break
            }
            serve(request)
        }
        dropDraft()
    }

    private func serve(_ request: JSONValue) {
        switch request["do"].text {
        case "identify": identify()
        case "history": sendHistory()
        case "fetch": fetch(Int(request["generation"].count))
        case "begin": begin(request["by"].text ?? "somebody")
        case "stage": stage(request)
        case "verify": verify(Int(request["generation"].count))
        case "arm": arm(request)
        case "confirm": confirm(request["token"].text ?? "")
        case "watch": watch(nonce: nil)
        default: refuse(["unknown request \"\(request["do"].text ?? "")\": the board's bamai is \(version)"])
        }
    }

    func deadline(_ seconds: Int64) -> Int64 { Clocks.monotonicNanoseconds() + seconds * 1_000_000_000 }

    func send(_ name: String, _ body: (inout JSONWriter) -> Void = { _ in }) { send(BoardMessage.answer(name, body)) }

    private func send(_ bytes: [UInt8]) {
        var done = 0
        while done < bytes.count {
            // SAFETY: the array lives through the call, and `done` is below its count.
            let count = bytes.withUnsafeBytes { Glibc.write(output, $0.baseAddress! + done, $0.count - done) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                isOver = true
                return
            }
            done += count
        }
    }

    /// Nothing was changed, and why.
    func refuse(_ why: [String], isInvalid: Bool = false) {
        send("refused") {
            $0.member("why", Array(why.prefix(40)))
            $0.member("invalid", isInvalid)
        }
    }

    // MARK: - Looking

    private func identify() {
        // Whoever asks first after guard and supervisor were killed brings the guard back.
        let isGuarded = GuardStart.revive(board)
        let store = board.store
        let current = store.current
        let health = daemon.health(windowSeconds: 1)
        send("identity") { json in
            json.member("serial", device.serial)
            json.member("model", device.model)
            json.member("compatible", device.compatible)
            json.member("adopted_gateway", board.identity?.gateway ?? "")
            json.member("adopted_serial", board.identity?.serial ?? "")
            json.member("root", board.root)
            json.member("generation", current ?? 0)
            json.member("flaw", current.flatMap { store.flaw($0) } ?? "")
            json.member("running_revision", health?.revision ?? "")
            json.member("running_gateway", health?.gateway ?? "")
            json.member("daemon", health?.version ?? "")
            json.member("free_bytes", FileSystem.free(holding: board.root) ?? 0)
            json.member("guarded", isGuarded)
            json.member("troubles", HealthGate.troubles(health, revision: current.flatMap { store.manifest($0)?.revision }))
            json.key("manifest")
            if let manifest = current.flatMap({ store.manifest($0) }) { json.raw(manifest.json.dropLast()) } else { json.null() }
            change(&json)
        }
    }

    /// The open or last change, as it is told.
    private func change(_ json: inout JSONWriter) {
        json.key("change")
        guard let change = board.store.transaction else { return json.null() }
        let now = Clocks.monotonicNanoseconds()
        json.beginObject()
        json.member("phase", change.phase.rawValue)
        json.member("from", change.from)
        json.member("to", change.to)
        json.member("runs", board.store.current ?? 0)
        json.member("by", change.by)
        json.member("cause", change.cause)
        json.member("nonce", change.nonce)
        json.member("age_s", change.boot == boot ? max(0, now - change.begun) / 1_000_000_000 : 0)
        json.member("left_s", change.phase.isFinal ? 0 : max(0, change.deadline - now) / 1_000_000_000)
        json.member("probation_s", change.patience.probation / 1_000_000_000)
        json.endObject()
    }

    private func sendHistory() {
        send("history") { json in
            json.member("current", board.store.current ?? 0)
            json.key("entries")
            json.beginArray()
            for entry in board.history {
                json.beginObject()
                entry.write(to: &json)
                json.endObject()
            }
            json.endArray()
            json.key("generations")
            json.beginArray()
            for number in board.store.numbers {
                guard let manifest = board.store.manifest(number) else { continue }
                json.beginObject()
                json.member("number", number)
                json.member("hash", manifest.hash)
                json.member("revision", manifest.revision)
                json.member("by", manifest.by)
                json.member("source", manifest.source)
                json.member("created_us", manifest.created)
                json.member("files", manifest.files.count)
                json.member("flaw", board.store.flaw(number) ?? "")
                json.endObject()
            }
            json.endArray()
            change(&json)
        }
    }

    private func fetch(_ number: Int) {
        guard let manifest = board.store.manifest(number) else { return refuse(["there is no generation \(number)"]) }
        var contents: [[UInt8]] = []
        for file in manifest.files {
            contents.append(board.storage.read("generations/\(number)/files/\(file.path)", limit: Manifest.byteLimit) ?? [])
        }
        send("files") { json in
            json.key("files")
            json.beginArray()
            for (file, bytes) in zip(manifest.files, contents) {
                json.beginObject()
                json.member("path", file.path)
                json.member("size", bytes.count)
                json.endObject()
            }
            json.endArray()
        }
        send(contents.flatMap { $0 })
    }

    // MARK: - Staging

    private func begin(_ by: String) {
        self.by = String(by.prefix(100))
        let holder = LockHolder(by: self.by, boot: boot, since: Clocks.monotonicNanoseconds())
        do throws(SystemError) {
            switch try board.lockSession(holder.text) {
            case .taken(let lock): self.lock = lock
            case .held(let text):
                let other = LockHolder(text).sentence(now: holder.since, boot: boot)
                return refuse(["another push is under way: \(other); try again when it is over"])
            }
        } catch {
            return refuse(["\(error): the folder \(board.root) must be there and writable; was this board adopted (bamai board adopt SITE)?"])
        }
        if let why = openChange() {
            lock = nil
            return refuse([why])
        }
        send("begun")
    }

    /// Why no other change may begin; nil where none is open, or the open one is on probation.
    private func openChange() -> String? {
        guard let change = board.store.transaction, !change.phase.isFinal, change.phase != .probation else { return nil }
        let age = max(0, Clocks.monotonicNanoseconds() - change.begun) / 1_000_000_000
        let phrase = change.phase == .waiting ? "waits to be confirmed" : "is \(change.phase.rawValue)"
        return "a change to generation \(change.to) by \(change.by) \(phrase), for \(age) s; try again when it has ended"
    }

    private func stage(_ request: JSONValue) {
        let sizes = request["manifest"]["files"].list.map { Int(clamping: $0["size"].count) }
        guard sizes.count <= Manifest.fileLimit, sizes.allSatisfy({ (0...Manifest.byteLimit).contains($0) }),
            sizes.reduce(0, +) <= Manifest.byteLimit
        else {
            refuse(["more than \(Manifest.fileLimit) files or \(Manifest.byteLimit >> 20) MiB"])
            isOver = true
            return
        }
        let total = sizes.reduce(0, +)
        guard case .bytes(let bytes) = input.bytes(total, deadline: deadline(300)) else {
            isOver = true
            return
        }
        // The manifest's hash covers what it says; `add` holds the bytes against it.
        guard lock != nil else { return refuse(["nothing may be staged before begin"]) }
        guard let manifest = Manifest(request["manifest"]), manifest.files.map(\.size) == sizes else {
            return refuse(["the manifest did not arrive as it was sent"])
        }
        var contents: [String: [UInt8]] = [:]
        var offset = 0
        for file in manifest.files {
            contents[file.path] = Array(bytes[offset..<offset + file.size])
            offset += file.size
        }
        if let free = FileSystem.free(holding: board.root), free < BoardCheck.room + 2 * Int64(total) {
            return refuse([
                "only \(free >> 10) KiB are free below \(board.root); a change of this size needs \((BoardCheck.room + 2 * Int64(total)) >> 10) KiB"
            ])
        }
        do throws(StorageFailure) {
            let known = Set(board.store.numbers)
            let number = try board.store.add(manifest, contents)
            if !known.contains(number) { draft = number }
            send("staged") {
                $0.member("generation", number)
                $0.member("new", !known.contains(number))
            }
        } catch {
            try? board.storage.remove("generations/.draft")
            refuse(["the generation cannot be laid out: \(error.text)"])
        }
    }

    private func dropDraft() {
        guard let number = draft, lock != nil else { return }
        draft = nil
        // What was looked at and not wanted leaves nothing.
        if board.store.current != number, board.store.transaction.map({ $0.phase.isFinal || $0.to != number }) ?? true {
            try? board.store.remove(number)
        }
    }

    private func verify(_ number: Int) {
        let check = BoardCheck(board, generation: number, daemon: daemon, secretFolders: secretFolders, version: version)
        guard check.objections.isEmpty else { return refuse(check.objections, isInvalid: check.isInvalid) }
        verified = number
        send("verified") { $0.member("warnings", Array(check.warnings.prefix(40))) }
    }

    // MARK: - Changing

    private func arm(_ request: JSONValue) {
        let number = Int(request["generation"].count)
        guard lock != nil, verified == number else { return refuse(["nothing may be armed that was not begun and verified"]) }
        guard let nonce = request["nonce"].text, (8...32).contains(nonce.utf8.count),
            nonce.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else { return refuse(["the nonce is no hexadecimal number"]) }
        func nanoseconds(_ name: String, _ usual: Int64) -> Int64 { request[name].isNull ? usual : request[name].count &* 1_000_000 }
        let usual = Transaction.Patience()
        let patience = Transaction.Patience(
            health: nanoseconds("health_ms", usual.health), confirm: nanoseconds("confirm_ms", usual.confirm),
            probation: nanoseconds("probation_ms", usual.probation))
        guard patience.isSensible else { return refuse(["health, confirm and probation are 1 s to 1 d each"]) }
        if let why = closeProbation() ?? openChange() { return refuse([why]) }
        guard let from = board.store.current, let now = board.store.manifest(from) else {
            return refuse(["no generation runs here; adopt the board first: bamai board adopt SITE"])
        }
        if let expected = request["expect"].text, !expected.isEmpty, !now.hash.hasPrefix(expected) {
            return refuse([
                "generation \(from) has the hash \(now.hash.prefix(12)), not \(expected.prefix(12)): somebody was quicker; look at the difference anew"
            ])
        }
        let fallbacks = board.confirmedGenerations(except: [from, number])
        let change = Transaction(
            from: from, to: number, fallbacks: fallbacks, nonce: nonce, by: by, boot: boot, now: Clocks.monotonicNanoseconds(), patience: patience)
        if let why = write(change) { return refuse([why]) }
        draft = nil
        guard raiseGuard(change) else { return }
        send("armed") { $0.member("token", change.token) }
        watch(nonce: nonce)
    }

    /// Ends a probation in favour of a new change; why that did not come to pass.
    private func closeProbation() -> String? {
        guard board.store.transaction?.phase == .probation else { return nil }
        guard GuardStart.revive(board) else { return "the last change is on probation and its guard cannot be started" }
        do throws(StorageFailure) { try board.ask(.supersede, by) } catch { return "the last change is on probation: \(error.text)" }
        let end = deadline(15)
        while Clocks.monotonicNanoseconds() < end {
            if board.store.transaction?.phase != .probation && !board.isGuarded { return nil }
            usleep(100_000)
        }
        return "the last change is on probation and its guard does not answer within 15 s"
    }

    /// Writes the change down, durably. Returns why not; the board is then as it was.
    private func write(_ change: Transaction) -> String? {
        let lock = guardLock(seconds: 5)
        guard lock != nil else { return "another guard holds this board" }
        defer { withExtendedLifetime(lock) {} }
        do throws(StorageFailure) {
            try board.keepReserve()
            for request in BoardFolder.Request.allCases { board.answered(request) }
            try board.writeBaseline(daemon.health(windowSeconds: Guard.window(change.patience)))
            try board.store.store(change)
            return nil
        } catch {
            // It may stand there all the same, where only the last sync failed.
            if board.store.transaction?.nonce == change.nonce { giveUp(change, "the change could not be written down: \(error.text)") }
            return "the change cannot be written down: \(error.text)"
        }
    }

    private func guardLock(seconds: Int64) -> FileLock? {
        let end = deadline(seconds)
        let holder = LockHolder(by: by, boot: boot, since: Clocks.monotonicNanoseconds())
        while true {
            if case .taken(let lock)? = try? board.lockGuard(holder.text) { return lock }
            if Clocks.monotonicNanoseconds() >= end { return nil }
            usleep(50_000)
        }
    }

    /// A change that never began ends where it stands. Precondition: the guard lock is held.
    private func giveUp(_ change: Transaction, _ why: String) {
        var over = change
        (over.phase, over.cause) = (.reverted, why)
        board.spendReserve()
        try? board.store.store(over)
    }

    private func raiseGuard(_ change: Transaction) -> Bool {
        let isStarted = GuardStart.launch(board)
        let end = deadline(isStarted ? 20 : 0)
        while Clocks.monotonicNanoseconds() < end {
            if board.store.transaction?.phase != .armed { return true }
            usleep(50_000)
        }
        guard let lock = guardLock(seconds: 1) else { return true }
        defer { withExtendedLifetime(lock) {} }
        guard board.store.transaction?.phase == .armed else { return true }
        giveUp(change, "no guard could be started")
        refuse(["no guard could be started on the board, so nothing was changed; see \(board.root)/guard.log"])
        return false
    }

    /// Tells how the change goes until it has an end, or the other side goes.
    private func watch(nonce: String?) {
        var told = ""
        var toldAt: Int64 = 0
        // Where the guard dies with its supervisor this session brings it back; not more often than this.
        var revivedAt = Clocks.monotonicNanoseconds()
        var revivals = 0
        while !isOver {
            guard let change = board.store.transaction, nonce == nil || change.nonce == nonce else {
                return refuse([nonce == nil ? "there was no change on this board yet" : "another change has taken the place of this one"])
            }
            let now = Clocks.monotonicNanoseconds()
            let words = "\(change.phase.rawValue) \(change.cause)"
            if words != told || now - toldAt >= BoardMessage.heartbeatSeconds * 1_000_000_000 {
                send("phase") { self.change(&$0) }
                (told, toldAt) = (words, now)
            }
            if change.phase.isFinal || change.phase == .probation { return }
            if input.isGone() {
                isOver = true
                return
            }
            if now - revivedAt > 3_000_000_000 {
                revivedAt = now
                if !board.isGuarded {
                    // Whoever connects anew finds the board as it is, and may try again.
                    guard revivals < BoardSession.revivalLimit else {
                        isOver = true
                        return
                    }
                    revivals += 1
                    _ = GuardStart.revive(board)
                }
            }
            usleep(100_000)
        }
    }

    private func confirm(_ token: String) {
        guard let change = board.store.transaction else { return refuse(["there is no change to confirm"]) }
        _ = GuardStart.revive(board)
        var answer = change.answer(to: token)
        if answer == .taken, change.phase == .waiting {
            do throws(StorageFailure) { try board.ask(.confirm, token) } catch {
                return refuse(["the confirmation cannot be left for the guard: \(error.text)"])
            }
            // The guard takes the request away once what came of it is durable.
            let end = deadline(20)
            while board.asked(.confirm) != nil, Clocks.monotonicNanoseconds() < end { usleep(20_000) }
            guard board.asked(.confirm) == nil, let after = board.store.transaction else {
                return refuse(["the guard does not answer within 20 s: whether the confirmation came in time is not known yet"])
            }
            answer = after.answer(to: token)
        }
        send("confirmation") {
            $0.member("answer", "\(answer)")
            self.change(&$0)
        }
    }
}
