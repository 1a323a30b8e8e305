// Who works on a run.
import Foundation

/// A process that works on runs: named so that others can tell whether it still lives.
///
/// In words it is `<boot>/<process>/<start>`: the boot of the machine, the number of the process, and
/// when that process began, because numbers are used again.
public struct Owner: Sendable, Hashable, CustomStringConvertible {
  public let description: String

  /// This process.
  public static let this = Owner(
    description: "\(boot)/\(getpid())/\(start(of: getpid()) ?? "?")")

  /// Whether the process that these words name is gone for sure.
  public static func isGone(_ owner: String) -> Bool {
    let parts = owner.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, let process = Int32(parts[1]) else { return false }
    if parts[0] != boot { return true }
    return start(of: process) != String(parts[2])
  }

  private static let boot: String = {
    let text = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
    return text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "boot"
  }()

  /// When a process began, in ticks of its boot: field 22 of its line in /proc (proc(5)). Where there
  /// is no /proc, a process that takes signals counts as the same.
  private static func start(of process: Int32) -> String? {
    guard FileManager.default.fileExists(atPath: "/proc/self/stat") else {
      return kill(process, 0) == 0 ? "?" : nil
    }
    guard let line = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let end = line.lastIndex(of: ")")
    else { return nil }
    let fields = line[end...].split(separator: " ")
    return fields.count > 20 ? String(fields[20]) : nil
  }
}
