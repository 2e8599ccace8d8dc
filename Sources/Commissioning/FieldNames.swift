/// Where senders of this field write what is no reading: who they are, what they are called, how well they are heard. The one table of such names.
enum FieldNames {
    /// Where a device's identity stands, in messages that no template claims; the first that is there counts.
    /// *Source*: ChirpStack v4, The Things Stack v3, and what loggers and platforms of utilities send.
    static let identities: [[String]] = [
        ["deviceInfo", "devEui"], ["end_device_ids", "dev_eui"], ["devEui"], ["devEUI"], ["dev_eui"], ["deviceId"], ["deviceID"], ["device_id"],
        ["devId"], ["deviceCode"], ["deviceSn"], ["imei"], ["IMEI"], ["sn"], ["SN"], ["mac"], ["id"],
    ]

    /// What people call the device.
    static let names: [[String]] = [
        ["deviceInfo", "deviceName"], ["end_device_ids", "device_id"], ["deviceName"], ["device_name"], ["friendly_name"], ["name"],
    ]

    /// How well it is heard: the path and the unit.
    static let signals: [(path: [String], unit: String)] = [
        (["rxInfo", "0", "rssi"], "dBm"), (["uplink_message", "rx_metadata", "0", "rssi"], "dBm"), (["rssi"], "dBm"), (["RSSI"], "dBm"),
        (["linkquality"], "lqi"), (["Wifi", "Signal"], "dBm"), (["csq"], "csq"),
    ]

    /// The maker's name for the kind of device.
    static let models: [[String]] = [
        ["deviceInfo", "deviceProfileName"], ["uplink_message", "version_ids", "model_id"], ["deviceModel"], ["model"],
    ]
}
