import Lifeline

/// What a board says of itself when it is asked who it is.
package struct BoardReport: Sendable {
    package var serial: String
    package var model: String
    package var adopted: BoardFolder.Identity?
    package var generation: Int
    package var manifest: Manifest?
    /// What was changed in the generation on disk, by hand or by damage; empty where nothing was.
    package var flaw: String
    /// The revision that the daemon has loaded; empty where none answers.
    package var runningRevision: String
    package var runningGateway: String
    package var daemonVersion: String
    package var freeBytes: Int64
    package var change: ChangeReport?
    package var isGuarded: Bool
    /// What is wrong with the daemon, one sentence each; nil where the board's bamai is too old to say.
    package var troubles: [String]?

    /// From a board's `identity`.
    package init(_ message: JSONValue) {
        (serial, model) = (message["serial"].text ?? "", message["model"].text ?? "")
        let gateway = message["adopted_gateway"].text ?? ""
        adopted = gateway.isEmpty ? nil : BoardFolder.Identity(gateway: gateway, serial: message["adopted_serial"].text ?? "")
        generation = Int(message["generation"].count)
        manifest = Manifest(message["manifest"])
        flaw = message["flaw"].text ?? ""
        (runningRevision, runningGateway) = (message["running_revision"].text ?? "", message["running_gateway"].text ?? "")
        (daemonVersion, freeBytes) = (message["daemon"].text ?? "", message["free_bytes"].count)
        change = ChangeReport(message["change"])
        isGuarded = message["guarded"].flag ?? true
        troubles = message["troubles"].isNull ? nil : message["troubles"].list.compactMap(\.text)
    }

    /// Why this is not the board that a site is for, or not one that may be changed now; nil where it is.
    package func objection(gateway: String) -> String? {
        guard let adopted else { return "this board has no generation yet; on the board, once: bamai board adopt SITE" }
        if adopted.gateway != gateway { return "another board answers: it is gateway \(adopted.gateway), the site is for \(gateway)" }
        if !adopted.serial.isEmpty, !serial.isEmpty, adopted.serial != serial {
            return
                "another device answers: the card was adopted on serial \(adopted.serial), this is \(serial). Was the card moved or cloned? Where that "
                + "was meant: bamai board adopt --moved, on the board"
        }
        if !runningGateway.isEmpty, runningGateway != gateway { return "the daemon that runs there is gateway \(runningGateway), not \(gateway)" }
        return nil
    }
}

/// How a change stands, as its board tells it.
package struct ChangeReport: Equatable, Sendable {
    package var phase: Transaction.Phase
    package var from: Int
    package var to: Int
    /// The generation that is in place.
    package var runs: Int
    package var by: String
    package var cause: String
    package var nonce: String
    /// *Units*: seconds since it was armed, and until its phase ends.
    package var age: Int64
    package var left: Int64
    /// *Units*: seconds.
    package var probation: Int64

    /// Whether it may still be taken back for want of a confirmation, or is being taken back.
    package var isUndecided: Bool { !phase.isFinal && phase != .probation }

    /// nil where there was none.
    package init?(_ value: JSONValue) {
        guard let phase = value["phase"].text.flatMap(Transaction.Phase.init(rawValue:)) else { return nil }
        self.phase = phase
        (from, to, runs) = (Int(value["from"].count), Int(value["to"].count), Int(value["runs"].count))
        (by, cause, nonce) = (value["by"].text ?? "", value["cause"].text ?? "", value["nonce"].text ?? "")
        (age, left, probation) = (value["age_s"].count, value["left_s"].count, value["probation_s"].count)
    }
}
