// The argument list of a sandbox: everything that the launcher and bubblewrap are told.
import Events
import Forks
import Glibc

/// What a command is started with: the whole chain of programs, with the arguments of each.
struct Invocation: Sendable {
  /// The words of the launcher, its own name first.
  let arguments: [String]
  /// The variables of the command. Those of the launcher and of bubblewrap are the same: both ignore
  /// all of them but PATH, and PATH they do not use.
  let environment: [String: String]

  /// What the chain is made of on this machine.
  struct Programs: Sendable {
    var launcher: String
    var bubblewrap: String
    /// The user as whom everything runs, where that is another than ours.
    var user: uid_t?
    var isRoot: Bool { user == nil && geteuid() == 0 }
  }

  /// The chain for a command. `memory` and `processes` are bounds for the kernel to set on each process,
  /// where no control group has them; `groups` are the files that let a process into control groups.
  init(
    _ command: Command, in mount: OverlayMount, limits: Limits, permissions: Permissions,
    hasProxy: Bool, groups: [String], programs: Programs, system: System
  ) {
    let start = ([mount.target] + (command.directory.isRoot ? [] : [command.directory.description]))
      .joined(separator: "/")
    var words = [programs.launcher, "outer", "nice", "5"]
    words += groups.flatMap { ["cgroup", $0] }
    if let user = programs.user { words += ["user", "\(user)"] }
    words += mount.lower.flatMap { ["lower", $0] }
    words += ["upper", mount.upper, "work", mount.work, "target", mount.target, "--"]

    words += [programs.bubblewrap, "--unshare-pid", "--unshare-ipc", "--unshare-net"]
    words += ["--unshare-uts", "--unshare-cgroup-try", "--hostname", "orrery"]
    words += ["--new-session", "--die-with-parent", "--as-pid-1"]
    words += programs.isRoot ? Self.rightsOfRoot : ["--unshare-user"]
    words += Self.files(
      mount.target, limits: limits, permissions: permissions, programs: programs, system: system)
    words += ["--chdir", start, "--"]

    // The watch over the whole comes first, and says why it stopped it; these bounds, a quarter wider,
    // are for single processes that are quicker than it looks.
    words += ["/run/orrery-sandbox", "inner", "disk", "\(limits.disk / 4 * 5)"]
    for place in [mount.target, "/tmp", "/dev/shm"] { words += ["write", place] }
    if hasProxy { words += ["proxy", "\(proxyPort)"] }
    if groups.isEmpty {
      words += ["memory", "\(limits.memory / 4 * 5)", "processes", "\(limits.processes)"]
    }
    arguments = words + ["--"] + command.words
    environment = surroundings(
      of: command, in: mount.target, permissions: permissions, hasProxy: hasProxy, system: system)
  }

  /// Files may belong to anybody, and be written by root whoever they belong to; nothing else. These
  /// rights are those of the user namespace, and reach only what is mounted.
  private static let rightsOfRoot = [
    "--cap-drop", "ALL", "--cap-add", "CAP_CHOWN", "--cap-add", "CAP_DAC_OVERRIDE",
    "--cap-add", "CAP_FOWNER", "--cap-add", "CAP_FSETID",
  ]

  /// What is mounted, from the outside in.
  private static func files(
    _ world: String, limits: Limits, permissions: Permissions, programs: Programs, system: System
  ) -> [String] {
    var words = system.directories.flatMap { ["--ro-bind", $0, $0] }
    words += system.links.flatMap { ["--symlink", $0.target, $0.path] }
    for secret in system.secrets where status(of: secret.path) != nil {
      words +=
        secret.isDirectory
        ? ["--perms", "0700", "--tmpfs", secret.path, "--remount-ro", secret.path]
        : ["--ro-bind", "/dev/null", secret.path]
    }
    let shared = min(limits.disk, limits.memory)
    words += ["--perms", "1777", "--size", "\(limits.disk)", "--tmpfs", "/tmp"]
    words += ["--perms", "0700", "--dir", home, "--proc", "/proc", "--dev", "/dev"]
    words += [
      "--perms", "1777", "--size", "\(shared)", "--tmpfs", "/dev/shm", "--remount-ro", "/dev",
    ]
    if programs.isRoot {
      // To the kernel this is root still, who owns these files: no right is asked for.
      words += ["--remount-ro", "/proc"]
      for path in ["/proc/sys", "/proc/sysrq-trigger", "/proc/fs"] where status(of: path) != nil {
        words += ["--ro-bind", path, path]
      }
    }
    if !world.isPath(within: "/var") { words += ["--symlink", "../tmp", "/var/tmp"] }
    words += ["--ro-bind", programs.launcher, "/run/orrery-sandbox"]
    for directory in permissions.read.sorted() where !directory.isPath(within: world) {
      words += ["--ro-bind-try", directory, directory]
    }
    return words + ["--bind", world, world, "--remount-ro", "/"]
  }
}
