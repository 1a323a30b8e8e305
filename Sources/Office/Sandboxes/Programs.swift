// Where the programs are that a sandbox is made by.
import CSandbox
import Foundation
import Glibc

/// The launcher, beside the program or the library that this code is in.
func findLauncher() -> String? {
  var places = [Bundle.main.executableURL?.deletingLastPathComponent().path]
  let image = String(cString: sandbox_image())
  places.append(URL(fileURLWithPath: image).deletingLastPathComponent().path)
  return places.compactMap { $0.map { $0 + "/orrery-sandbox" } }.first { access($0, X_OK) == 0 }
}

/// Bubblewrap, from where the system keeps its programs: PATH is not asked, since anybody may set it.
func findBubblewrap() -> String? {
  ["/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap", "/run/current-system/sw/bin/bwrap"]
    .first { access($0, X_OK) == 0 }
}
