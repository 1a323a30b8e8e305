// What this machine can do, found out by doing it.
import Events
import Forks
import Foundation
import Glibc

/// One trial of every layer: a command that does nothing, in a fork of an empty directory.
struct Probe {
  var report = SandboxReport()
  let programs: Invocation.Programs?
  let system = System()
  let groups: ControlGroups?

  init(runningAs user: UInt32?, withGroups: Bool) {
    let launcher = findLauncher()
    let bubblewrap = findBubblewrap()
    let found: (groups: ControlGroups?, explanation: String) =
      withGroups ? ControlGroups.find() : (nil, "not wanted")
    groups = found.groups
    report.layers[.launcher] =
      launcher.map { .present($0) } ?? .missing(reason: "it was not found")
    report.layers[.controlGroups] =
      groups == nil ? .missing(reason: found.explanation) : .present(found.explanation)
    if let launcher, let bubblewrap {
      programs = Invocation.Programs(launcher: launcher, bubblewrap: bubblewrap, user: user)
    } else {
      programs = nil
      if bubblewrap == nil { report.layers[.bubblewrap] = .missing(reason: "there is no bwrap") }
    }
    if let programs { attempt(programs) }
  }

  /// Runs the trial, and says what it showed.
  private mutating func attempt(_ programs: Invocation.Programs) {
    let folder = FileManager.default.temporaryDirectory.path + "/orrery-probe-\(UUID().uuidString)"
    let parts = ["world", "upper", "work"].map { folder + "/" + $0 }
    for part in parts {
      try? FileManager.default.createDirectory(atPath: part, withIntermediateDirectories: true)
      if let user = programs.user { chown(part, user, user) }
    }
    defer {
      // The kernel leaves a directory of its own in `work`, with no rights for anybody.
      chmod(parts[2] + "/work", 0o700)
      try? FileManager.default.removeItem(atPath: folder)
    }
    let limits = Limits(seconds: 10)
    let mount = OverlayMount(lower: [parts[0]], upper: parts[1], work: parts[2], target: parts[0])
    let result = supervise(
      Supervision.Order(
        invocation: Invocation(
          Command(["true"]), in: mount, limits: limits, permissions: Permissions(),
          hasProxy: false, groups: [], programs: programs, system: system),
        inheritsInput: false, limits: limits, upper: parts[1], canceller: Canceller()))
    switch result {
    case .success(let trial):
      for layer in [Layer.userNamespace, .overlay, .bubblewrap, .seccomp] {
        report.layers[layer] = .present("works")
      }
      report.layers[.bubblewrap] = .present(programs.bubblewrap)
      report.layers[.landlock] =
        trial.landlock > 0
        ? .present("version \(trial.landlock)") : .missing(reason: "the kernel does not offer it")
    case .failure(let error):
      report.layers[error.layer] = .missing(reason: error.reason)
    }
  }
}

extension SandboxError {
  /// The layer without which a stage of the launch can not be.
  fileprivate var layer: Layer {
    switch self {
    case .launch(stage: "the user namespace", _), .launch(stage: "the map of ids", _),
      .launch(stage: "the bound of namespaces", _):
      .userNamespace
    case .launch(stage: "the overlay", _): .overlay
    case .launch(stage: "the filter of system calls", _): .seccomp
    case .launch(stage: "Landlock", _): .landlock
    case .launch(stage: "the launcher", _): .launcher
    default: .bubblewrap
    }
  }

  fileprivate var reason: String {
    if case .launch(let stage, let reason) = self { "\(stage): \(reason)" } else { description }
  }
}
