/// bamaid(8): the daemon's own help, and where the package puts things.
struct DaemonPage {
    let help: String

    var roff: String {
        var page = Roff(title: "bamaid", section: 8, summary: "the Bamai gateway: sensors to journal to alerts to the city's platform")
        page.heading("Synopsis")
        page.literal(["bamaid SITE"])
        page.heading("Description")
        page.literal(help.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
        page.heading("As a service")
        page.paragraph(
            "bamaid.service runs the site in /var/lib/bamai/current as the user bamai, once that site exists. The first one "
                + "is taken on at the board, the next ones come by bamai push:"
        )
        page.literal([
            "bamai board adopt /etc/bamai/west && systemctl start bamaid"
        ])
        page.paragraph(
            "systemctl reload bamaid takes a changed site over if it is valid. Members of the group bamai may ask the gateway with bamai(1).")
        page.paragraph(
            "The watchdog is fed only while the gateway makes progress; what hangs is started again, and the journal says where to go on. A journal on another "
                + "file system wants a drop-in (systemctl edit bamaid) with ReadWritePaths.")
        page.heading("Files")
        page.entry("/var/lib/bamai/current", ["The site that runs: a link into one of the generations beside it."])
        page.entry("/var/lib/bamai/journal.db", ["The journal, unless the site says otherwise."])
        page.entry("/run/bamai/control.sock", ["Where bamai(1) asks."])
        page.entry(
            "/etc/bamai/secrets",
            [
                "One file a secret. What LoadCredential of a drop-in names goes first; then files here that the user bamai can read, at each load of the "
                    + "site; then files that only root can read, as they were when the service was started."
            ])
        page.entry(
            "/etc/bamai/profiles, devices, codes, mappings, boards",
            ["Links into /usr/share/bamai, for sites below /etc/bamai; a folder in place of one stays."])
        page.heading("Environment")
        page.entry("CREDENTIALS_DIRECTORY", ["Set by systemd: where credentials are."])
        page.entry("NOTIFY_SOCKET, WATCHDOG_USEC", ["Set by systemd: readiness, reload and watchdog are reported."])
        page.heading("Removal")
        page.paragraph(
            "apt purge bamai deletes sites, generations, the journal, secrets and keys: everything below /var/lib/bamai and /etc/bamai. apt remove keeps them."
        )
        page.seeAlso([("bamai", 1), ("bamai-site", 5), ("systemd.exec", 5)])
        return page.text
    }
}
