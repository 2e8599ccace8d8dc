// bamaid: the gateway. `bamaid SITE` runs until SIGTERM; SIGHUP takes a changed site over.

import Gateway
import Glibc
import Linux

let arguments = CommandLine.arguments

func fail(_ text: String, _ code: Int32) -> Never {
    var line = "bamaid: \(text)\n"
    line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    exit(code)
}

switch arguments.dropFirst().first {
case "--version"?:
    print("bamaid \(Version.text)")
case "--help"?, nil:
    print(
        """
        usage: bamaid SITE

        SITE is a site's folder or its site.toml, such as firmware-config/sample.

        signals   TERM, INT   commit what was read, checkpoint, stop
                  HUP         take a changed site over, if it is valid
        exit      0 stopped by a signal, 1 could not run, 2 wrong use

        `bamai check SITE` validates a site, `bamai status` asks a running gateway.
        """)
    exit(arguments.count < 2 ? 2 : 0)
case let site? where site.hasPrefix("-"):
    fail("unknown option \(site); see bamaid --help", 2)
case let site?:
    do throws(SystemError) {
        let daemon = try Daemon(sitePath: site)
        if case .failed(let reason) = daemon.run() { fail(reason, 1) }
    } catch {
        fail("\(error)", 1)
    }
}
