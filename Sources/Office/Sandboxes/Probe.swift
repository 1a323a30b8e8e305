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

  /// - Parameter note: a file that remembers a trial which has shown all that is needed; see
  ///   `TrialNote`.
  init(runningAs user: UInt32?, withGroups: Bool, note: String? = nil) {
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
    guard let programs else { return }
    let remembered = note.map { TrialNote(at: $0, programs) }
    if let landlock = remembered?.landlock {
      succeed(programs, landlock)
    } else {
      attempt(programs, remembered)
    }
  }

  /// Says what a trial that came to its end has shown.
  private mutating func succeed(_ programs: Invocation.Programs, _ landlock: Int) {
    for layer in [Layer.userNamespace, .overlay, .seccomp] {
      report.layers[layer] = .present("works")
    }
    report.layers[.bubblewrap] = .present(programs.bubblewrap)
    report.layers[.landlock] =
      landlock > 0
      ? .present("version \(landlock)") : .missing(reason: "the kernel does not offer it")
  }

  /// Runs the trial, and says what it showed.
  private mutating func attempt(_ programs: Invocation.Programs, _ note: TrialNote?) {
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
      succeed(programs, trial.landlock)
      note?.write(trial.landlock)
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
