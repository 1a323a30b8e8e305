// Room for a block of imagined drives on their way.

import Networks
import Tensors

/// Where the numbers of a block lie while it is imagined, in memory that somebody else holds: `S`
/// samples of `K` steps, their `2S` wheels, the left ones first, `M` members of `H` units.
struct DriveSpace {
  typealias Numbers = UnsafeMutablePointer<Float>

  /// Samples of a block at most.
  static let samples = 16

  /// Steps of a drive.
  let steps: Int
  /// Numbers that the doubt of a step is asked with.
  let questions: Int
  /// How all wheels of a full block begin. `[2S]` each
  let wheels, rate, gate: Numbers
  /// Commands of one wheel, the queue first. `[taps − 1 + K]`
  let given: Numbers
  /// What the wheels aim at, and how far they would go. `[2S, K]` each
  let targets, distance: Numbers
  /// Of one member's drives: metres and radians of a step, and where it points. `[S, K]` each
  let forward, turned, middle, cosine, sine: Numbers
  /// Sums over the members. `[S, K]` each
  let x, y, heading: Numbers
  /// What the doubt is asked, thinks and says. `[S · K, …]`
  let asked, hidden, said: Numbers
  private let biases, paths: Numbers
  private let units: Int

  /// Numbers that a space takes.
  static func count(of core: DriveCore, steps: Int) -> Int {
    let doubt = core.doubtHidden.weight.shape
    let share = 2 + 2 + 2 * core.members.count + 5 + 3 + doubt[0] + doubt[1] + 3
    return samples * (2 * (3 + core.members.count * core.units) + steps * share)
      + DriveBase.taps - 1 + steps
  }

  /// The space of drives by `core` that begins at `base`.
  init(of core: DriveCore, steps: Int, at base: Numbers) {
    var free = base
    func take(_ count: Int) -> Numbers {
      defer { free += count }
      return free
    }
    let samples = Self.samples
    let doubt = core.doubtHidden.weight.shape
    self.steps = steps
    questions = doubt[0]
    units = core.units
    wheels = take(2 * samples)
    rate = take(2 * samples)
    gate = take(2 * samples)
    biases = take(2 * samples * core.members.count * units)
    given = take(DriveBase.taps - 1 + steps)
    targets = take(2 * samples * steps)
    distance = take(2 * samples * steps)
    paths = take(2 * samples * steps * core.members.count)
    forward = take(samples * steps)
    turned = take(samples * steps)
    middle = take(samples * steps)
    cosine = take(samples * steps)
    sine = take(samples * steps)
    x = take(samples * steps)
    y = take(samples * steps)
    heading = take(samples * steps)
    asked = take(samples * steps * doubt[0])
    hidden = take(samples * steps * doubt[1])
    said = take(samples * steps * 3)
    precondition(
      free - base == Self.count(of: core, steps: steps),
      "a space of \(free - base) numbers, not \(Self.count(of: core, steps: steps))")
  }

  /// What the context adds to the hidden units of a member. `[2S, H]`
  func bias(_ member: Int) -> Numbers { biases + member * 2 * Self.samples * units }

  /// Rim speeds after each step, of a member. `[2S, K]`
  func path(_ member: Int) -> Numbers { paths + member * 2 * Self.samples * steps }
}
