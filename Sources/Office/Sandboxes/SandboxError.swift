// Why a command could not be run in a sandbox at all.

/// Why a command was not run, or not to its end. What a command itself does is an outcome, no error.
public enum SandboxError: Error, Hashable, CustomStringConvertible {
  /// A layer that isolation needs is not on this machine: nothing is run without it.
  case missing(Layer, reason: String)
  /// The world can not be shown in a sandbox, or not where it is.
  case refused(String)
  /// A stage of the launch failed, after it had worked at the start.
  case launch(stage: String, reason: String)
  /// The task that wanted the command was cancelled; its processes are gone.
  case cancelled

  /// The error in a sentence.
  public var description: String {
    switch self {
    case .missing(let layer, let reason):
      "no command can be isolated on this machine: \(layer.rawValue) is missing (\(reason)). "
        + layer.remedy
    case .refused(let reason): reason
    case .launch(let stage, let reason): "the sandbox could not be made: \(stage): \(reason)"
    case .cancelled: "cancelled"
    }
  }
}
