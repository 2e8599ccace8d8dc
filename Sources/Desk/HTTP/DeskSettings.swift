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
    /// *Units*: bytes of the store, beyond which the oldest of what is done and over goes; nil: no limit.
    package var storeBytesLimit: Int64? = 20 << 30
    /// Requests of gateways that are let in at once, and their bytes; the next is told to come back.
    package var ingestBacklog = 256
    package var ingestBacklogBytes = 64 << 20
    /// Networks of proxies whose `X-Forwarded-For` is believed.
    package var trustedProxies: [Network] = []

    /// People reach it by TLS, its own or that of a proxy in front.
    var isSecure: Bool { tls != nil || url?.hasPrefix("https://") == true }

    package init() {}
}
