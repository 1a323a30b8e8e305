// A world that asks for control: a mass on a table, pushed to a goal and stopped there.
import Basics

/// A mass in two dimensions with some drag; the action is the push along x and y, each in -1...1.
///
/// The observation is "position" [2], "velocity" [2] and "goal" [2]. The reward is the share of the way
/// to the goal that was gained, and what is left of it on arrival (within 0.1 m, slower than 0.3 m/s),
/// so that whoever arrives has scored 1.
public struct PointMass: Environment {
  /// The contract of the world.
  public let spec = EnvironmentSpec(
    name: "point-mass",
    modalities: [
      Modality("position", shape: [2], unit: "m"),
      Modality("velocity", shape: [2], unit: "m/s"),
      Modality("goal", shape: [2], unit: "m"),
    ],
    actions: .continuous([-1...1, -1...1]), dt: 0.1, stepsMax: 200)
  private var position = SIMD2<Float>.zero
  private var velocity = SIMD2<Float>.zero
  private var goal = SIMD2<Float>.zero
  private var way: Float = 1
  private var steps = 0
  private var arrived = false

  /// A mass at rest.
  public init() {}

  public mutating func reset(seed: UInt64, observation: inout MutableSpan<Float>) {
    var random = Random(seed: seed)
    self = PointMass()
    repeat {
      position = SIMD2(random.uniform(in: -2...2), random.uniform(in: -2...2))
      goal = SIMD2(random.uniform(in: -2...2), random.uniform(in: -2...2))
      way = distance
    } while way < 0.5
    show(&observation)
  }

  public mutating func step(
    _ action: Span<Float>, observation: inout MutableSpan<Float>
  ) -> Transition {
    guard steps < spec.stepsMax, !arrived else {
      show(&observation)
      return Transition(terminated: arrived, truncated: !arrived)
    }
    let before = distance
    let push = SIMD2(Self.within(action[0]), Self.within(action[1]))
    velocity += (push - 0.5 * velocity) * spec.dt
    position += velocity * spec.dt
    steps += 1
    let speed = (velocity * velocity).sum().squareRoot()
    arrived = distance < 0.1 && speed < 0.3
    show(&observation)
    return Transition(
      reward: (before - (arrived ? 0 : distance)) / way, terminated: arrived,
      truncated: !arrived && steps == spec.stepsMax)
  }

  private var distance: Float {
    let gap = goal - position
    return (gap * gap).sum().squareRoot()
  }

  private static func within(_ push: Float) -> Float {
    push == push ? min(1, max(-1, push)) : 0
  }

  private func show(_ observation: inout MutableSpan<Float>) {
    for (i, pair) in [position, velocity, goal].enumerated() {
      observation[2 * i] = pair.x
      observation[2 * i + 1] = pair.y
    }
  }
}
