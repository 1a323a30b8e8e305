// How far a latent model sees, open loop, and whether its latents are worth anything.

import Basics
import Environments
public import Tensors
public import WorldModels

/// What a latent model foretells of episodes that it did not learn from.
public struct LatentForecast: Codable, Sendable {
  /// The errors so many steps ahead, under the actions that were taken.
  public struct Horizon: Codable, Sendable {
    /// Steps ahead.
    public var steps: Int
    /// 1 − the mean distance of the imagined latent from the real one, over that of the last one seen.
    public var skill: Double
    /// The same for the 95th percentiles.
    public var skillP95: Double
    /// The mean distance under the actions of other episodes, over that under the true ones.
    public var shuffled: Double
    /// The rank correlation of the heads' disagreement with the distance.
    public var calibration: Double
    /// 1 − the mean error over that of the last one seen, for each modality as it would be seen.
    public var modalities: [String: Double]
  }

  /// How far it sees.
  public var horizons: [Horizon]
  /// The least deviation of a dimension of the latents: 0 is collapse.
  public var deviationMin: Double
  /// The number of dimensions in use: e to the entropy of the covariance's spectrum.
  public var rank: Double
  /// The mean R² of a linear map from the latents to what was seen.
  public var probe: Double
  /// Windows that were foretold.
  public var windows: Int

  private static let lengths = [1, 5, 10, 20, 50]
  /// Rows that are read before anything is foretold, where there are as many.
  private static let context = 20

  /// Judges a model.
  ///
  /// - Parameter store: episodes, of which those are used that a training holds out.
  public init(of model: LatentModel, on store: EpisodeStore) throws(SafetensorsError) {
    let held = store.split(heldOut: LatentTraining.heldOutShare).heldOut
    let episodes = (held.episodes.isEmpty ? store : held)
    let longest = episodes.episodes.map(\.rowCount).max() ?? 1
    let length = min(longest, Self.context + (Self.lengths.last ?? 1) + 1)
    let long = episodes.filtered { $0.rowCount >= length }
    let replay = Replay(long, batch: 512, length: length, seed: 0)
    let sequence = LatentSequence.shards(of: try replay.batch(at: 0), store.spec, count: 1)[0]
    let start = min(Self.context, length / 3)
    let reading = model.read(sequence)
    let rollout = Rollout(model, reading, sequence, start: start, isShuffled: false)
    let shuffled = Rollout(model, reading, sequence, start: start, isShuffled: true)
    windows = sequence.batch
    horizons = Self.lengths.filter { start + $0 < length }.map { steps in
      Self.horizon(steps, model, rollout, shuffled, sequence, reading, start: start)
    }
    let covariance = SymmetricMatrix(
      covarianceOf: reading.latents.scalars, width: model.configuration.latent)
    deviationMin = covariance.diagonal.map { max(0, $0).squareRoot() }.min() ?? 0
    let spectrum = covariance.eigenvalues.map { max(0, $0) }
    let total = max(spectrum.reduce(0, +), 1e-300)
    let entropy = spectrum.reduce(0.0) { sum, value in
      let share = Float(value / total)
      return share > 1e-12 ? sum - Double(share * naturalLogarithm(share)) : sum
    }
    rank = Double(exponential(Float(entropy)))
    probe = Self.probe(reading, sequence, model.configuration)
  }

  private static func horizon(
    _ steps: Int, _ model: LatentModel, _ rollout: Rollout, _ shuffled: Rollout,
    _ sequence: LatentSequence, _ reading: LatentModel.Reading, start: Int
  ) -> Horizon {
    let rows = (0..<sequence.batch).map { $0 * sequence.length + start }
    let now = reading.latents.gathered(rows: rows)
    let then = reading.latents.gathered(rows: rows.map { $0 + steps })
    let (mean, doubt) = rollout.latents(after: steps)
    let errors = distances(mean, then)
    let copies = distances(now, then)
    let others = distances(shuffled.latents(after: steps).mean, then)
    var modalities: [String: Double] = [:]
    for (index, said) in model.observations(at: mean).enumerated() {
      let input = model.configuration.inputs[index]
      let seen = sequence.observations[index]
      func row(_ row: Int) -> ArraySlice<Float> {
        seen[row * input.count..<(row + 1) * input.count]
      }
      var (error, copy) = (0.0, 0.0)
      for (i, first) in rows.enumerated() {
        let truth = row(first + steps)
        error += distance(said[i * input.count..<(i + 1) * input.count], truth)
        copy += distance(row(first), truth)
      }
      // What never changes can not be foretold better than by copying.
      if copy > 0 { modalities[input.name] = 1 - error / copy }
    }
    return Horizon(
      steps: steps, skill: 1 - Basics.mean(errors) / Basics.mean(copies),
      skillP95: 1 - quantile(0.95, of: errors) / quantile(0.95, of: copies),
      shuffled: Basics.mean(others) / Basics.mean(errors),
      calibration: spearman(doubt, errors), modalities: modalities)
  }

  private static func distance(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Double {
    Double(zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot())
  }

  private static func distances(_ a: Tensor, _ b: Tensor) -> [Double] {
    (a - b).square().sum(axis: 1).sqrt().scalars.map(Double.init)
  }

  private static func probe(
    _ reading: LatentModel.Reading, _ sequence: LatentSequence,
    _ configuration: LatentModel.Configuration
  ) -> Double {
    let rows = sequence.batch * sequence.length
    var seen: [Float] = []
    let width = configuration.inputs.reduce(0) { $0 + $1.count }
    seen.reserveCapacity(rows * width)
    for row in 0..<rows {
      for (input, values) in zip(configuration.inputs, sequence.observations) {
        seen += values[row * input.count..<(row + 1) * input.count]
      }
    }
    return linearProbe(reading.latents.scalars, configuration.latent, seen, width)
  }
}

/// Every window imagined from one of its rows on.
private struct Rollout {
  /// The heads' latents after each step, from 1.
  private var latents: [[Tensor]] = []

  init(
    _ model: LatentModel, _ reading: LatentModel.Reading, _ sequence: LatentSequence, start: Int,
    isShuffled: Bool
  ) {
    let windows = Array(0..<sequence.batch)
    let rows = windows.map { $0 * sequence.length + start }
    // A turn by half gives everybody the actions of somebody else.
    let actors =
      isShuffled ? windows.map { ($0 + sequence.batch / 2) % sequence.batch } : windows
    let actions = model.actions(sequence.actions)
    let origin = reading.latents.gathered(rows: rows)
    var state = model.core.begin(origin, reading.summaries.gathered(rows: rows))
    for t in start + 1..<sequence.length {
      let taken = actions.gathered(rows: actors.map { $0 * sequence.length + t })
      state = model.core.step(state, taken)
      latents.append(model.core.latents(state, from: origin))
    }
  }

  /// The mean of the heads, and the deviation between them.
  func latents(after steps: Int) -> (mean: Tensor, doubt: [Double]) {
    let heads = latents[steps - 1]
    let share = 1 / Float(heads.count)
    let mean = heads.dropFirst().reduce(heads[0]) { $0 + $1 } * share
    let squares = heads.map { ($0 - mean).square().sum(axis: 1) }
    let variance = squares.dropFirst().reduce(squares[0]) { $0 + $1 } * share
    return (mean, variance.sqrt().scalars.map(Double.init))
  }
}
