// What was tried once need not be tried for every command.
import Foundation
import Glibc

/// A note that a trial has shown all that a sandbox needs.
///
/// It is a file of one line: what the trial depended on (the boot of the machine, the user, and the
/// programs with their times of change), and the version of Landlock. Anything else counts for nothing,
/// and the trial is made again. A layer that is lost later is an error of the launch.
struct TrialNote {
  private let path: String
  private let key: String

  /// The version of Landlock that the trial has shown, 0 for none; nil where nothing is remembered.
  let landlock: Int?

  init(at path: String, _ programs: Invocation.Programs) {
    self.path = path
    let boot = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
    let parts = [programs.launcher, programs.bubblewrap].map { program in
      let changed = status(of: program)?.st_ctim
      return "\(program) \(changed?.tv_sec ?? 0).\(changed?.tv_nsec ?? 0)"
    }
    key = ([boot?.split(separator: "\n").first.map(String.init) ?? "", "\(geteuid())"] + parts)
      .joined(separator: " ")
    let line = try? String(contentsOfFile: path, encoding: .utf8)
    landlock = line.flatMap { [key] line in
      line.hasPrefix(key + " ") ? Int(line.dropFirst(key.count + 1)) : nil
    }
  }

  /// Remembers; where that can not be, the next trial is made again.
  func write(_ landlock: Int) {
    try? "\(key) \(landlock)".write(toFile: path, atomically: true, encoding: .utf8)
  }
}
