/// The paths of The Things Stack's own fields.
///
/// *Source*: The Things Stack v3, MQTT server: `v3/{application}@{tenant}/devices/{device}/up`.
struct ThingsStackPaths {
    /// What the payload formatter made; absent when it failed, or when there is none.
    let decoded: Lexicon.Path
    let normalized: Lexicon.Path
    /// The payload in base64; absent when empty.
    let payload: Lexicon.Path

    static let decoded = ["uplink_message", "decoded_payload"]
    static let normalized = ["uplink_message", "normalized_payload"]
    /// The time of an uplink, where a device names no path.
    static let time = ["received_at"]
    /// Who sent it, where a device names no path.
    static let identity = ["end_device_ids", "dev_eui"]

    init(_ lexicon: inout Lexicon) {
        decoded = lexicon.path(ThingsStackPaths.decoded)
        normalized = lexicon.path(ThingsStackPaths.normalized)
        payload = lexicon.path(["uplink_message", "frm_payload"])
    }
}
