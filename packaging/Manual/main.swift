// Manual: makes manual pages of what the programs and files say themselves, so that a page cannot be older than what it is about.
//
//   Manual bamai HELP.json        bamai(1) from `bamai --experimental-dump-help`
//   Manual bamaid HELP.txt        bamaid(8) from `bamaid --help`
//   Manual bamai-site SITE.toml   bamai-site(5) from the sample site, which shows every key

import Foundation

func fail(_ text: String) -> Never {
    FileHandle.standardError.write(Data("Manual: \(text)\n".utf8))
    exit(1)
}

let arguments = CommandLine.arguments.dropFirst()
guard arguments.count == 2, let page = arguments.first, let path = arguments.last else { fail("usage: Manual bamai|bamaid|bamai-site FILE") }
do {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    switch page {
    case "bamai": print(CommandPage(try JSONDecoder().decode(CommandHelp.Document.self, from: data).command).roff)
    case "bamaid": print(DaemonPage(help: String(decoding: data, as: UTF8.self)).roff)
    case "bamai-site": print(try SitePage(sample: String(decoding: data, as: UTF8.self)).roff)
    default: fail("there is no page \(page)")
    }
} catch {
    fail("\(path): \(error)")
}
