// Bounds on the memory and the number of all processes of a command together, by control groups.
//
// Both versions of the interface are known. A group is made below the one that orrery is in, or, where
// version 2 does not let it have controllers there, beside it. It is called orrery-PID-NUMBER: so that
// whoever comes after a crash knows which are nobody's.
package import Events
import Foundation
import Glibc
import Synchronization

/// Where groups can be made.
package struct ControlGroups: Sendable {
  private enum Version { case one, two }
  private let version: Version
  /// The directories in which groups are made: one for each controller, or one for all.
  private let parents: [String]
  private static let made = Atomic<Int>(0)

  /// A group of one command. It has to be removed.
  package struct Group: Sendable {
    /// Writing "0" into these lets a process in.
    package let doors: [String]
    package let directories: [String]
    fileprivate let counts: String
  }

  /// Finds a place where it works, or says why there is none.
  package static func find() -> (groups: ControlGroups?, explanation: String) {
    let mounts = Mounts()
    var reasons: [String] = []
    for candidate in candidates(mounts) {
      candidate.removeOrphans()
      do {
        let group = try candidate.make(Limits(memory: 1 << 30, processes: 64))
        candidate.remove(group)
        return (candidate, candidate.version == .one ? "version 1" : "version 2")
      } catch {
        reasons.append("\(error.path): \(String(cString: strerror(error.number)))")
      }
    }
    return (nil, reasons.first ?? "none are mounted")
  }

  private static func candidates(_ mounts: Mounts) -> [ControlGroups] {
    var out: [ControlGroups] = []
    let one = ["memory", "pids"].compactMap { mounts.directory(of: $0) }
    if one.count == 2 { out.append(ControlGroups(version: .one, parents: one)) }
    if let own = mounts.directory(of: "") {
      let above = URL(fileURLWithPath: own).deletingLastPathComponent().path
      out.append(ControlGroups(version: .two, parents: [own]))
      if above.hasPrefix("/sys/fs/cgroup") {
        out.append(ControlGroups(version: .two, parents: [above]))
      }
    }
    return out
  }

  /// A file of the kernel that did not take what was written.
  package struct Refusal: Error {
    var path: String
    var number: Int32
  }

  /// Makes a group with bounds.
  package func make(_ limits: Limits) throws(Refusal) -> Group {
    let number = Self.made.add(1, ordering: .relaxed).newValue
    let directories = parents.map { "\($0)/orrery-\(getpid())-\(number)" }
    let group = Group(
      // The launcher has one thread. A thread that moves itself takes no lock of the whole kernel, a
      // process does, which takes it some 25 ms for each group.
      doors: directories.map { $0 + (version == .one ? "/tasks" : "/cgroup.procs") },
      directories: directories,
      counts: directories[0] + (version == .one ? "/memory.oom_control" : "/memory.events"))
    do throws(Refusal) {
      for directory in directories where mkdir(directory, 0o755) != 0 {
        throw Refusal(path: directory, number: errno)
      }
      switch version {
      case .one:
        try write("\(limits.memory)", to: directories[0] + "/memory.limit_in_bytes")
        // Memory and swap together; it is there only where swap is counted.
        try? write("\(limits.memory)", to: directories[0] + "/memory.memsw.limit_in_bytes")
        try write("\(limits.processes)", to: directories[1] + "/pids.max")
      case .two:
        try write("\(limits.memory)", to: directories[0] + "/memory.max")
        try? write("0", to: directories[0] + "/memory.swap.max")
        try? write("1", to: directories[0] + "/memory.oom.group")
        try write("\(limits.processes)", to: directories[0] + "/pids.max")
      }
    } catch {
      remove(group)
      throw error
    }
    return group
  }

  /// Whether the kernel has killed processes of a group for memory.
  func hasRunOut(_ group: Group) -> Bool {
    let text = (try? String(contentsOfFile: group.counts, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").contains {
      $0.hasPrefix("oom_kill ") && !$0.hasSuffix(" 0")
    }
  }

  /// Removes a group in which there is no process.
  package func remove(_ group: Group) {
    for directory in group.directories { rmdir(directory) }
  }

  /// Removes the groups of those who are no more.
  private func removeOrphans() {
    for parent in parents {
      for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [] {
        let parts = name.split(separator: "-")
        if parts.count == 3, parts[0] == "orrery", let process = pid_t(parts[1]),
          kill(process, 0) != 0, errno == ESRCH
        {
          rmdir(parent + "/" + name)
        }
      }
    }
  }

  private func write(_ text: String, to path: String) throws(Refusal) {
    let file = open(path, O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { throw Refusal(path: path, number: errno) }
    defer { close(file) }
    if Glibc.write(file, text, text.utf8.count) < 0 { throw Refusal(path: path, number: errno) }
  }

  /// Where control groups are mounted, and which of them is ours.
  private struct Mounts {
    private let mounts: [[Substring]]
    private let own: [[Substring]]

    init() {
      func lines(_ path: String, _ separator: Character, _ splits: Int) -> [[Substring]] {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map {
          $0.split(separator: separator, maxSplits: splits, omittingEmptySubsequences: false)
        }
      }
      mounts = lines("/proc/self/mounts", " ", 3)
      own = lines("/proc/self/cgroup", ":", 2)
    }

    /// Our group of a controller of version 1, or of version 2 (no name).
    func directory(of controller: String) -> String? {
      let root = mounts.first {
        $0.count == 4
          && (controller.isEmpty
            ? $0[2] == "cgroup2"
            : $0[2] == "cgroup" && $0[3].split { ", ".contains($0) }.contains(controller[...]))
      }?[1]
      let path = own.first {
        $0.count > 2
          && $0[1].split(separator: ",", omittingEmptySubsequences: false)
            .contains(controller[...])
      }?[2]
      guard let root, let path else { return nil }
      let whole = path == "/" ? String(root) : String(root + path)
      // In a container the path may be one of the host's, which is not to be seen here.
      return access(whole, F_OK) == 0 ? whole : String(root)
    }
  }
}
