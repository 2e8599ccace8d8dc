import Glibc

/// An authority, server certificates, a client certificate, and a foreign authority, made with the openssl program.
package struct Certificates: Sendable {
    /// Paths of PEM files; certificate and key.
    package let authority: String
    private let authorityKey: String
    package let foreign: String
    package let server: (String, String)
    package let client: (String, String)
    /// Server certificates that no client should believe: made out to another host, and out of date.
    package let stranger: (String, String)
    package let expired: (String, String)

    /// One set for all tests of a process, made when the first asks; its folder goes when the process ends.
    package static let shared: Result<Certificates, any Error> = {
        let folder = TestFolder.ofProcess("certificates")
        return Result { try Certificates(folder: folder) }
    }()

    /// Makes them in a folder; takes about two seconds.
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
        (self.authority, authorityKey) = own
        func signed(_ name: String, _ extra: [String], file: String? = nil, days: Int = 2) throws -> (String, String) {
            let (certificate, key, request) = (folder + "/\(file ?? name).pem", folder + "/\(file ?? name).key", folder + "/\(file ?? name).csr")
            try run(
                [
                    "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=\(name)", "-keyout", key, "-out",
                    request,
                ]
                    + extra)
            try run([
                "x509", "-req", "-in", request, "-CA", own.0, "-CAkey", own.1, "-CAcreateserial", "-days", String(days), "-copy_extensions", "copy",
                "-out",
                certificate,
            ])
            return (certificate, key)
        }
        server = try signed("localhost", ["-addext", "subjectAltName=DNS:localhost"])
        client = try signed("gateway", [])
        stranger = try signed("elsewhere.example", ["-addext", "subjectAltName=DNS:elsewhere.example"])
        expired = try signed("localhost", ["-addext", "subjectAltName=DNS:localhost"], file: "expired", days: -1)
    }

    /// One more server certificate of the authority, for localhost, valid for a time that is given: certificate and key.
    ///
    /// - Parameters:
    ///   - from: `YYYYMMDDHHMMSSZ`.
    ///   - until: the same.
    package func server(_ name: String, in folder: String, from: String, until: String) throws -> (String, String) {
        let (certificate, key, request) = (folder + "/\(name).pem", folder + "/\(name).key", folder + "/\(name).csr")
        let configuration = folder + "/\(name).cnf"
        // `x509 -req` takes moments only since OpenSSL 3.4; `ca` always did, and wants a place for its books.
        let text = """
            [ca]
            default_ca = books
            [books]
            new_certs_dir = \(folder)
            database = \(folder)/\(name).index
            rand_serial = yes
            default_md = sha256
            policy = anything
            copy_extensions = copy
            [anything]
            commonName = supplied

            """
        for (path, content) in [(configuration, text), (folder + "/\(name).index", "")] {
            guard let file = fopen(path, "w") else { throw ChildProcessFailure(text: "\(path) cannot be written") }
            fputs(content, file)
            fclose(file)
        }
        let made = [
            [
                "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost", "-keyout", key, "-out",
                request,
                "-addext", "subjectAltName=DNS:localhost",
            ],
            [
                "ca", "-batch", "-config", configuration, "-in", request, "-cert", authority, "-keyfile", authorityKey, "-startdate", from,
                "-enddate",
                until, "-out", certificate, "-notext",
            ],
        ]
        for arguments in made {
            let code = try ChildProcess("/usr/bin/openssl", arguments, output: folder + "/openssl.log").wait()
            guard code == 0 else { throw ChildProcessFailure(text: "openssl \(arguments.joined(separator: " ")) failed with \(code)") }
        }
        return (certificate, key)
    }
}
