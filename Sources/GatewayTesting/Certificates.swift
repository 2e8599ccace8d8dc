import Glibc

/// An authority, a server certificate for localhost, a client certificate, and a foreign authority, made with the openssl program.
package struct Certificates {
    /// Paths of PEM files; certificate and key.
    package let authority: String
    package let foreign: String
    package let server: (String, String)
    package let client: (String, String)

    /// Makes them in a folder; takes about a second.
    package init(folder: String) throws {
        func run(_ arguments: [String]) throws {
            let code = try ChildProcess("/usr/bin/openssl", arguments, output: folder + "/openssl.log").wait()
            guard code == 0 else { throw ChildProcessFailure(text: "openssl \(arguments.joined(separator: " ")) failed with \(code)") }
        }
        func authority(_ name: String) throws -> (String, String) {
            let (certificate, key) = (folder + "/\(name).pem", folder + "/\(name).key")
            try run([
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=\(name)",
                "-keyout", key,
                "-out", certificate,
            ])
            return (certificate, key)
        }
        let own = try authority("authority")
        foreign = try authority("foreign").0
        self.authority = own.0
        func signed(_ name: String, _ extra: [String]) throws -> (String, String) {
            let (certificate, key, request) = (folder + "/\(name).pem", folder + "/\(name).key", folder + "/\(name).csr")
            try run(
                [
                    "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=\(name)", "-keyout", key, "-out",
                    request,
                ]
                    + extra)
            try run([
                "x509", "-req", "-in", request, "-CA", own.0, "-CAkey", own.1, "-CAcreateserial", "-days", "2", "-copy_extensions", "copy", "-out",
                certificate,
            ])
            return (certificate, key)
        }
        server = try signed("localhost", ["-addext", "subjectAltName=DNS:localhost"])
        client = try signed("gateway", [])
    }
}
