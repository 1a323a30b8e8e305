// The environment of a command.
import Events
import Foundation

/// The port on the loopback of a sandbox where the proxy listens. The network is the sandbox's own, so
/// any number would do.
let proxyPort = 3128

/// The private directory for files that nobody keeps, and in it the home of a command, empty at first.
let temporary = "/tmp"
let home = temporary + "/home"

/// The variables of a command: few of ours, those it was permitted, and where the proxy is.
func surroundings(
  of command: Command, in world: String, permissions: Permissions, hasProxy: Bool,
  system: System, ours: [String: String] = ProcessInfo.processInfo.environment
) -> [String: String] {
  var out: [String: String] = [:]
  let names =
    ["LANG", "LANGUAGE", "TERM", "TZ", "USER", "LOGNAME"]
    + permissions.environment.filter { !Permissions.actsOnLoaders($0) }
  for (name, value) in ours where names.contains(name) || name.hasPrefix("LC_") {
    out[name] = value
  }
  let usual = ["/usr/local/bin", "/usr/bin", "/bin"]
  let shown = (ours["PATH"] ?? "").split(separator: ":").map(String.init).filter { directory in
    directory.hasPrefix("/")
      && (system.shows(directory) || directory.isPath(within: world)
        || permissions.read.contains { directory.isPath(within: $0) })
  }
  out["PATH"] = (shown + usual.filter { !shown.contains($0) }).joined(separator: ":")
  out["HOME"] = home
  out["TMPDIR"] = temporary
  if hasProxy {
    for name in ["http_proxy", "https_proxy", "all_proxy"] {
      out[name] = "http://127.0.0.1:\(proxyPort)"
      out[name.uppercased()] = out[name]
    }
    // Servers of the command's own are not asked for by the proxy.
    out["no_proxy"] = "localhost,127.0.0.1,::1"
    out["NO_PROXY"] = out["no_proxy"]
  }
  return out.merging(command.environment) { $1 }
}
