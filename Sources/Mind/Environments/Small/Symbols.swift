// How the small worlds write symbols, read choices and put things in order.
import Basics

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

extension Random {
  /// The numbers `0..<count` in an order by chance (Fisher and Yates). The standard library does not
  /// promise that its own shuffle stays the same.
  mutating func order(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for i in order.indices.reversed() { order.swapAt(i, index(below: i + 1)) }
    return order
  }
}
