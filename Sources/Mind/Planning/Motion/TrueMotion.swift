// The oracle of motion: rolls out the drive as it really is.

public import Environments
public import WorldModels

/// A motion model that is told the truth. Only for tables that ask what a better model could gain.
public struct TrueMotion: MotionModel, TruthSeer {
  private var drive = Drive(Quirks())
  private var state = DriveState(pose: Pose(x: 0, y: 0))

  /// A model that has yet to see the truth.
  public init() {}

  public mutating func begin() {}

  public mutating func see(_ truth: Truth) {
    drive = Drive(truth.quirks)
    state = truth.drive
  }

  public mutating func observe(_ reading: DriveReading, after command: (v: Float, w: Float)) {}

  public func imagine(_ commands: CommandBatch, into paths: inout PathBatch) {
    let samples = commands.samples
    paths.withUnsafeColumns { columns in
      for sample in 0..<samples {
        var state = state
        for h in 0..<commands.steps {
          let i = h * samples + sample
          drive.advance(&state, v: commands.v[i], w: commands.w[i])
          columns.x[i] = state.x
          columns.y[i] = state.y
          columns.heading[i] = state.heading
          columns.speed[i] = state.speed
          columns.doubt[i] = 0
        }
      }
    }
  }
}

/// A part of an oracle: something that is shown the truth before it is asked.
public protocol TruthSeer: Sendable {
  /// Shows what is really so now.
  mutating func see(_ truth: Truth)
}
