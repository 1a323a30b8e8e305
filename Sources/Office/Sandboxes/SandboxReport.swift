// What this machine has to isolate a command with.

/// The layers of a sandbox.
public enum Layer: String, Sendable, Hashable, CaseIterable {
  case launcher
  case userNamespace = "user namespaces"
  case overlay = "overlay file systems in user namespaces"
  case bubblewrap
  case seccomp
  case landlock = "Landlock"
  case controlGroups = "control groups"

  /// Whether nothing is run without it.
  ///
  /// Landlock is a second wall behind that of the mounts, and control groups have a substitute:
  /// bounds of the kernel on each process, and a watch over all of them.
  public var isRequired: Bool { self != .landlock && self != .controlGroups }

  /// What helps where it is missing.
  public var remedy: String {
    switch self {
    case .launcher: "The program orrery-sandbox has to lie beside orrery."
    case .userNamespace:
      "Linux 5.13 or later has them; the settings kernel.unprivileged_userns_clone, "
        + "user.max_user_namespaces and kernel.apparmor_restrict_unprivileged_userns may forbid them."
    case .overlay:
      "Linux 5.13 or later mounts them; the directory of the forks has to be on a file system with "
        + "extended attributes, such as ext4, xfs or btrfs."
    case .bubblewrap: "Install it: apt-get install bubblewrap, or dnf install bubblewrap."
    case .seccomp: "The kernel has to be built with CONFIG_SECCOMP_FILTER."
    case .landlock: "Linux 5.19 or later has it, where `landlock` is among the security modules."
    case .controlGroups:
      "Start orrery as root, or where pids and memory are delegated to it: "
        + "systemd-run --user --scope -p Delegate=yes orrery …"
    }
  }
}

/// Which layers are there, each tried once for real.
public struct SandboxReport: Sendable, Hashable, CustomStringConvertible {
  /// What is known of each layer.
  public var layers: [Layer: State] = [:]

  /// What is known of a layer.
  public enum State: Sendable, Hashable {
    /// It works; in a word, how.
    case present(String)
    /// It does not.
    case missing(reason: String)
    /// Nobody can tell, since one before it is missing.
    case untried
  }

  /// The first layer without which nothing is run, and why it is missing.
  public var obstacle: SandboxError? {
    for layer in Layer.allCases where layer.isRequired {
      if case .missing(let reason) = layers[layer] { return .missing(layer, reason: reason) }
    }
    return nil
  }

  /// A line for each layer.
  public var description: String {
    Layer.allCases.map { layer in
      switch layers[layer] ?? .untried {
      case .present(let how): "\(layer.rawValue): \(how)"
      case .missing(let reason): "\(layer.rawValue): missing (\(reason)). \(layer.remedy)"
      case .untried: "\(layer.rawValue): not tried"
      }
    }.joined(separator: "\n")
  }
}
