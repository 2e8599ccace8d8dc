/// Which version of MQTT to speak at the next attempt: 5.0, until the broker turns out not to know it.
package struct VersionChoice: Sendable {
    /// For the next attempt.
    package private(set) var version = MQTTVersion.v5
    /// The broker has said in so many words that it does not know 5.0: not asked again.
    private var isSettled = false
    private var mute = 0

    package init() {}

    /// A connection was accepted.
    package mutating func connected() { mute = 0 }

    /// A connection, or an attempt at one, ended. Returns true when the next attempt should follow at once, in the other version.
    package mutating func ended(_ failure: MQTTError?, wasConnected: Bool) -> Bool {
        switch failure?.kind {
        case .version where version == .v5:
            isSettled = true
            version = .v311
            return true
        case .mute:
            // Twice, because a broker that is just restarting hangs up without a word too.
            mute += 1
            if mute >= 2 {
                mute = 0
                version = version == .v5 ? .v311 : .v5
            }
        default:
            if wasConnected && !isSettled { version = .v5 }
        }
        return false
    }
}
