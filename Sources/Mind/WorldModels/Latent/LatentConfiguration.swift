// What a latent model is made of, from the contract of its world.

import Basics
public import Environments

extension LatentModel {
  /// The sizes of a latent model, and what its world shows and takes.
  public struct Configuration: Codable, Sendable, Hashable {
    /// What is seen, in the order of an observation.
    public var inputs: [Input]
    /// What can be done.
    public var actions: ActionSpace
    /// The bins of the reward.
    public var reward: TwoHot
    /// Floats of a token, and of the memory's summary.
    public var width = 64
    /// Heads of each layer of the memory.
    public var heads = 2
    /// The layers of the memory.
    public var mixers: [Backbone.Mixer] = [.gatedDelta, .gatedDelta]
    /// Floats of a latent, D: few where the world has few dimensions.
    public var latent = 16
    /// Floats of the imagination's state, S.
    public var state = 64
    /// Floats of an encoded action, E.
    public var action = 32
    /// Units of every head, H.
    public var hidden = 64
    /// Heads that foretell the next latent, M: where they disagree, nobody knows.
    public var members = 5

    /// A small model, for worlds of a few numbers.
    ///
    /// - Parameter rewardLimit: the largest reward there is, up to its sign.
    public init(of spec: EnvironmentSpec, rewardLimit: Float) {
      inputs = spec.modalities.map(Input.init)
      actions = spec.actions
      reward = TwoHot(count: 41, limit: rewardLimit)
    }

    /// A model of the standard size, for worlds of many numbers: 0.88 M parameters of it are used in
    /// an imagined step.
    public static func standard(
      of spec: EnvironmentSpec, rewardLimit: Float
    ) -> Configuration {
      var sizes = Configuration(of: spec, rewardLimit: rewardLimit)
      (sizes.width, sizes.heads) = (256, 8)
      sizes.mixers = [.gatedDelta, .gatedDelta, .slidingWindow(64), .gatedDelta]
      (sizes.latent, sizes.state, sizes.action, sizes.hidden) = (128, 256, 256, 256)
      return sizes
    }

    /// Floats of an action as the networks see it: ranges become -1...1, choices one-hot.
    public var actionCount: Int {
      switch actions {
      case .continuous(let ranges): ranges.count
      case .discrete(let count): count
      }
    }

    /// Actions as the networks see them, `[N, spec.actions.count]` to `[N, actionCount]`.
    public func encoded(_ raw: [Float]) -> [Float] {
      var out = [Float](repeating: 0, count: raw.count / actions.count * actionCount)
      encode(raw.span, into: &out)
      return out
    }

    /// The same, to the front of memory that is there.
    public func encode(_ raw: Span<Float>, into out: inout [Float]) {
      switch actions {
      case .continuous(let ranges):
        for i in raw.indices {
          let range = ranges[i % ranges.count]
          let half = max((range.upperBound - range.lowerBound) / 2, .leastNormalMagnitude)
          out[i] = min(1, max(-1, (raw[i] - range.lowerBound) / half - 1))
        }
      case .discrete(let count):
        for i in 0..<raw.count * count { out[i] = 0 }
        for i in raw.indices { out[i * count + choice(raw[i], of: count)] = 1 }
      }
    }

    /// The choices that discrete actions name.
    func choices(_ raw: [Float]) -> [Int] {
      guard case .discrete(let count) = actions else { return [] }
      return raw.map { choice($0, of: count) }
    }

    private func choice(_ raw: Float, of count: Int) -> Int {
      raw == raw ? Int(min(Float(count - 1), max(0, raw.rounded()))) : 0
    }
  }

  /// A modality as the model takes it in and foretells it.
  public struct Input: Codable, Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Floats it takes.
    public var count: Int
    /// How it is encoded.
    public var kind: Kind

    /// How a modality is encoded.
    public enum Kind: Codable, Sendable, Hashable {
      /// Real numbers, by their symlog.
      case vector
      /// One of so many classes.
      case symbol(Int)
    }

    /// A symbolic modality is one-hot, whose last class is "none" (all zeros), or a single 0 or 1.
    /// Anything else is taken for real numbers.
    init(_ modality: Modality) {
      name = modality.name
      count = modality.count
      switch (modality.kind, modality.count) {
      case (.continuous, _): kind = .vector
      case (.symbolic, 1): kind = modality.unit == "0 or 1" ? .symbol(2) : .vector
      case (.symbolic, let count): kind = modality.unit == "one-hot" ? .symbol(count + 1) : .vector
      }
    }

    /// Floats that its head puts out.
    var outputs: Int {
      switch kind {
      case .vector: count
      case .symbol(let classes): classes
      }
    }

    /// The class of each of `[N, count]`.
    func classes(_ values: [Float]) -> [Int] {
      if count == 1 { return values.map { $0 > 0.5 ? 1 : 0 } }
      return (0..<values.count / count).map { row in
        let hot = values[row * count..<(row + 1) * count].firstIndex { $0 > 0.5 }
        return hot.map { $0 - row * count } ?? count
      }
    }

    /// Which of `[N, count]` rows are there: a missing one holds something that is not a number.
    func isThere(_ values: [Float]) -> [Bool] {
      (0..<values.count / count).map { row in
        values[row * count..<(row + 1) * count].allSatisfy { $0 == $0 }
      }
    }
  }
}
