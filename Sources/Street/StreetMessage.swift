/// One message as a device or its network server publishes it.
package struct StreetMessage: Equatable, Sendable {
    /// *Units*: microseconds since the street's start: when it is to be published.
    package var due: Int64
    package var topic: String
    package var payload: [UInt8]
    /// *Range*: 0…1; the street's devices all ask for 1.
    package var qos: Int
}
