// What of the system a sandbox shows, and what it hides.
import Foundation
import Glibc

/// The directories of the system that a sandbox shows, read-only, and what in them is nobody's business.
struct System: Sendable {
  /// Directories that are shown as they are.
  let directories: [String]
  /// Links in the root, such as `/bin` to `usr/bin`: from and to.
  let links: [(path: String, target: String)]
  /// Files and directories below them that not everybody may read. Root could, and so could a command
  /// that root runs: they are covered.
  let secrets: [(path: String, isDirectory: Bool)]

  /// Directories that no world may be, or contain.
  static let reserved = ["/bin", "/dev", "/etc", "/lib", "/proc", "/run", "/sbin", "/sys", "/usr"]

  /// Looks at this machine.
  init() {
    var directories: [String] = []
    var links: [(path: String, target: String)] = []
    for path in ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/opt"] {
      if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) {
        links.append((path, target))
      } else if status(of: path) != nil {
        directories.append(path)
      }
    }
    self.directories = directories
    self.links = links
    var secrets: [(path: String, isDirectory: Bool)] = []
    for (root, depth) in [("/etc", 8), ("/opt", 2), ("/usr/local/etc", 4)] {
      collect(below: root, depth: depth, into: &secrets)
    }
    self.secrets = secrets
  }

  /// Whether a path is in what a sandbox shows of the system.
  func shows(_ path: String) -> Bool {
    (directories + links.map(\.path)).contains { path.isPath(within: $0) }
  }
}

/// Notes what lies in a directory and is not for everybody, and looks into what is.
private func collect(
  below directory: String, depth: Int, into secrets: inout [(path: String, isDirectory: Bool)]
) {
  for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] {
    let path = directory + "/" + name
    guard let mode = status(of: path)?.st_mode else { continue }
    switch mode & S_IFMT {
    case S_IFDIR:
      if mode & 0o5 != 0o5 {
        secrets.append((path, true))
      } else if depth > 1 {
        collect(below: path, depth: depth - 1, into: &secrets)
      }
    case S_IFLNK: break
    default: if mode & 0o4 == 0 { secrets.append((path, false)) }
    }
  }
}

/// What the file system says about a path, links not followed; nil where nothing is.
func status(of path: String) -> stat? {
  var status = stat()
  return lstat(path, &status) == 0 ? status : nil
}

extension String {
  /// Whether this path is another, or lies below it.
  func isPath(within other: String) -> Bool {
    self == other || hasPrefix(other == "/" ? other : other + "/")
  }
}
