// How a run ended, in the last line and in the exit status.
import Events

extension Event.Ending {
  /// The exit status of `orrery run` for this ending.
  var status: ExitStatus {
    switch self {
    case .verified, .unverified, .rehearsed: .success
    case .failed: .failed
    case .refuted: .refuted
    case .denied: .denied
    case .conflicted: .conflicted
    case .needsReconciliation: .needsReconciliation
    case .cancelled: .interrupted
    }
  }

  /// What became of the world, in a sentence.
  var sentence: String {
    switch self {
    case .verified: "committed, verified"
    case .unverified: "committed, unverified (nothing said how to tell: see --accept)"
    case .rehearsed: "rehearsed: nothing was committed"
    case .refuted:
      "refuted: it claimed to be done, and the world says otherwise; nothing was committed"
    case .failed: "failed: nothing was committed"
    case .denied: "denied: what it did lacks permission; nothing was committed"
    case .conflicted: "in conflict: the directory has changed meanwhile; nothing was committed"
    case .cancelled: "cancelled: nothing was committed"
    case .needsReconciliation:
      "needs reconciliation: nobody can tell whether an act took place; look, then decide"
    }
  }
}
