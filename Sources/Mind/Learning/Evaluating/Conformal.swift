// Whether a doubt can be turned into a promise.

/// Split conformal prediction (Papadopoulos et al., 2002; Vovk et al., 2005): what the doubt has to
/// be multiplied by is found on one half of the cases and tried on the other.
struct Conformal {
  private let calibration: [Double]
  private let test: [Double]

  /// Errors over doubts of both halves.
  init(calibration: [Double], test: [Double]) {
    self.calibration = calibration.sorted()
    self.test = test
  }

  /// The error over the doubt that the given share of cases does not exceed.
  func factor(_ share: Double) -> Double {
    let rank = Int((Double(calibration.count + 1) * share).rounded(.up))
    return rank <= calibration.count ? calibration[rank - 1] : .infinity
  }

  /// The share of the other half's cases within that factor.
  func coverage(_ share: Double) -> Double {
    let factor = factor(share)
    return Double(test.count { $0 <= factor }) / Double(max(test.count, 1))
  }
}
