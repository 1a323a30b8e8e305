// How the small worlds write symbols and read choices.

extension MutableSpan<Float> {
  /// Writes a symbol of `count` as a one at its place; all zeros for nil.
  mutating func writeSymbol(_ symbol: Int?, of count: Int, at start: Int) {
    for i in 0..<count { self[start + i] = 0 }
    if let symbol { self[start + symbol] = 1 }
  }
}

/// The choice that an action names: the nearest of `0..<count`; NaN is 0.
func choice(_ action: Float, of count: Int) -> Int {
  guard action == action else { return 0 }
  return Int(min(Float(count - 1), max(0, action.rounded())))
}
