// The small worlds that only a memory solves, at any length.

import Environments

/// A world that only a memory solves, and how long its episodes are to be.
public enum MemoryWorld: Codable, Sendable, Hashable {
  /// Counting ones, modulo a number; the length is that of the sequence.
  case counting(modulus: Int)
  /// Finding the values of keys; the length is the number of pairs, which are shown and then asked.
  case recall
  /// Following a ball under so many cups that are swapped; the length is the number of swaps.
  case swaps(cups: Int)

  /// Keys there are to recall: the greatest length.
  private static let keys = 32
  private static let values = 4

  /// The name it goes by in tables.
  public var name: String {
    switch self {
    case .counting(modulus: 2): "counting modulo 2 (parity)"
    case .counting(let modulus): "counting modulo \(modulus)"
    case .recall: "recall by key"
    case .swaps(let cups): "swaps of \(cups) cups"
    }
  }

  /// How many answers there are to choose from.
  public var choices: Int {
    switch self {
    case .counting(let modulus): modulus
    case .recall: Self.values
    case .swaps(let cups): cups
    }
  }

  /// The accuracy of guessing.
  public var chance: Double { 1 / Double(choices) }

  /// Floats of an observation.
  var observationCount: Int {
    switch self {
    case .counting: Counting().spec.observationCount
    case .recall: recall(of: 1).spec.observationCount
    case .swaps(let cups): Swaps(cups: cups).spec.observationCount
    }
  }

  /// An episode of this length.
  func lesson(length: Int, seed: UInt64) -> Lesson {
    switch self {
    case .counting(let modulus):
      Lesson(of: Counting(modulus: modulus, length: length), choices: choices, seed: seed)
    case .recall: Lesson(of: recall(of: length), choices: choices, seed: seed)
    case .swaps(let cups):
      Lesson(of: Swaps(cups: cups, length: length), choices: choices, seed: seed)
    }
  }

  private func recall(of pairs: Int) -> Recall {
    Recall(keys: Self.keys, values: Self.values, pairs: pairs)
  }
}
