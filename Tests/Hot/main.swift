import Decode
import Diagnosis
import GatewayTesting
import Glibc
import Journal
import Lifeline
import Pulse
import Site
import Uplink

// `Hot PART COUNT`: does one part of the line's work so many times and nothing else, so that an instruction counter sees what one reading costs. Two runs
// with different counts tell the work from the start (`Tests/Hot/count`). Parts: decode, encode, read, judge, diagnose, forward.

let arguments = CommandLine.arguments
guard arguments.count == 3, let count = Int(arguments[2]), count > 0 else {
    print("Hot decode|encode|read|judge|diagnose|forward COUNT")
    exit(2)
}
let work = Work()
switch arguments[1] {
case "decode": try work.decode(count)
case "encode": work.encode(count)
case "read": try work.read(count)
case "judge": work.judge(count)
case "diagnose": try work.diagnose(count)
case "forward": try work.forward(count)
default:
    print("no such part: \(arguments[1])")
    exit(2)
}
