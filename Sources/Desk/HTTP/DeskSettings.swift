/// How a desk runs.
package struct DeskSettings: Sendable {
    /// Certificates of its own server.
    package struct TLS: Sendable {
        /// Path of a PEM file with the certificate and those between it and the root.
        package var certificate: String
        /// Path of a PEM file.
        package var key: String
        /// Path of a PEM file: who signs gateways' certificates; nil: none are asked for.
        package var clientAuthority: String?

        package init(certificate: String, key: String, clientAuthority: String? = nil) {
            self.certificate = certificate
            self.key = key
            self.clientAuthority = clientAuthority
        }
    }

    package var host = "127.0.0.1"
    /// 0: one that is free.
    package var port = 8600
    package var tls: TLS?
    /// How people reach it, for links that are printed and fed; nil: where it listens.
    package var url: String?
    package var title = "把脉 Bamai"
    /// *Units*: seconds east of UTC, for all times that people see.
    package var utcOffsetSeconds = 28_800
    /// *Units*: days that episodes stay after they are done and over.
    package var keepDays: Int64 = 1100
    /// Requests of gateways that may wait for the store; the next is told to come back.
    package var ingestBacklog = 64

    package init() {}
}
