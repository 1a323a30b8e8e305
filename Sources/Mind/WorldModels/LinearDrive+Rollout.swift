// Rolling a linear drive forward under many sequences of commands at once.

/// Where a rollout begins: what is known about the robot now.
public struct RolloutStart: Sendable, Hashable {
  /// Metres in the map frame.
  public var x: Float
  /// Metres in the map frame.
  public var y: Float
  /// Radians in the map frame.
  public var heading: Float
  /// Rim speed of the left wheel, m/s.
  public var left: Float
  /// Rim speed of the right wheel, m/s.
  public var right: Float
  /// The commands on their way to the left wheel, newest first.
  public var commandsLeft: WheelCommands
  /// The commands on their way to the right wheel, newest first.
  public var commandsRight: WheelCommands

  /// A robot that stands with no command under way.
  public init(x: Float = 0, y: Float = 0, heading: Float = 0) {
    self.x = x
    self.y = y
    self.heading = heading
    left = 0
    right = 0
    commandsLeft = .zero
    commandsRight = .zero
  }
}

extension LinearDrive {
  /// Writes the paths that `commands` would drive from `state`; `doubt` is set to 0.
  public func imagine(
    _ commands: CommandBatch, from state: RolloutStart, into paths: inout PathBatch
  ) {
    precondition(
      commands.samples == paths.samples && commands.steps == paths.steps,
      "\(commands.samples)x\(commands.steps) commands into \(paths.samples)x\(paths.steps) paths")
    let step = (
      left: WheelStep(lag: lagLeft, delay: delay), right: WheelStep(lag: lagRight, delay: delay)
    )
    let samples = commands.samples
    commands.v.withUnsafeBufferPointer { v in
      commands.w.withUnsafeBufferPointer { w in
        guard let v = v.baseAddress, let w = w.baseAddress else { return }
        paths.withUnsafeColumns { columns in
          var start = 0
          while start < samples {
            let lanes = min(8, samples - start)
            roll(
              v, w, into: columns, start: start, lanes: lanes, samples: samples,
              steps: commands.steps, from: state, by: step)
            start += 8
          }
        }
      }
    }
  }

  /// Rolls out up to eight neighbouring samples.
  private func roll(
    _ v: UnsafePointer<Float>, _ w: UnsafePointer<Float>, into out: PathColumns,
    start: Int, lanes: Int, samples: Int, steps: Int, from state: RolloutStart,
    by step: (left: WheelStep, right: WheelStep)
  ) {
    let reach = step.left.reach
    var x = Wide(repeating: state.x)
    var y = Wide(repeating: state.y)
    var heading = Wide(repeating: state.heading)
    var left = Wide(repeating: state.left)
    var right = Wide(repeating: state.right)
    var olderLeft = Wide(repeating: gainLeft * state.commandsLeft[min(reach, 7)])
    var olderRight = Wide(repeating: gainRight * state.commandsRight[min(reach, 7)])
    let half = Chassis.track / 2
    for h in 0..<steps {
      let newerLeft: Wide
      let newerRight: Wide
      if h >= reach {
        let i = (h - reach) * samples + start
        let forward = Wide(loading: v, at: i, lanes: lanes)
        let turn = Wide(loading: w, at: i, lanes: lanes) * half
        newerLeft = (forward - turn) * gainLeft
        newerRight = (forward + turn) * gainRight
      } else {
        newerLeft = Wide(repeating: gainLeft * state.commandsLeft[reach - h - 1])
        newerRight = Wide(repeating: gainRight * state.commandsRight[reach - h - 1])
      }
      let ranLeft =
        left * step.left.run + olderLeft * step.left.runOlder + newerLeft * step.left.runNewer
      let ranRight =
        right * step.right.run + olderRight * step.right.runOlder + newerRight * step.right.runNewer
      left = left * step.left.keep + olderLeft * step.left.older + newerLeft * step.left.newer
      right =
        right * step.right.keep + olderRight * step.right.older + newerRight * step.right.newer
      let turned = (ranRight - ranLeft) * (slipTurn / Chassis.track)
      let ran = (ranLeft + ranRight) * (0.5 * slipForward)
      let direction = sineCosine(heading + turned * 0.5)
      x += ran * direction.cosine
      y += ran * direction.sine
      heading += turned
      let i = h * samples + start
      x.store(in: out.x, at: i, lanes: lanes)
      y.store(in: out.y, at: i, lanes: lanes)
      heading.store(in: out.heading, at: i, lanes: lanes)
      ((left + right) * (0.5 * slipForward)).store(in: out.speed, at: i, lanes: lanes)
      Wide.zero.store(in: out.doubt, at: i, lanes: lanes)
      olderLeft = newerLeft
      olderRight = newerRight
    }
  }
}

/// The columns of a batch of paths, open for writing.
public struct PathColumns {
  /// Metres.
  public let x: UnsafeMutablePointer<Float>
  /// Metres.
  public let y: UnsafeMutablePointer<Float>
  /// Radians.
  public let heading: UnsafeMutablePointer<Float>
  /// m/s.
  public let speed: UnsafeMutablePointer<Float>
  /// Metres.
  public let doubt: UnsafeMutablePointer<Float>
}

extension PathBatch {
  /// Opens all columns for writing at once.
  public mutating func withUnsafeColumns(_ body: (PathColumns) -> Void) {
    x.withUnsafeMutableBufferPointer { x in
      y.withUnsafeMutableBufferPointer { y in
        heading.withUnsafeMutableBufferPointer { heading in
          speed.withUnsafeMutableBufferPointer { speed in
            doubt.withUnsafeMutableBufferPointer { doubt in
              guard let x = x.baseAddress, let y = y.baseAddress,
                let heading = heading.baseAddress, let speed = speed.baseAddress,
                let doubt = doubt.baseAddress
              else { return }
              body(PathColumns(x: x, y: y, heading: heading, speed: speed, doubt: doubt))
            }
          }
        }
      }
    }
  }
}

extension Wide {
  /// Eight neighbours of a buffer, or the `lanes` that are left of it.
  @inlinable
  @inline(__always)
  public init(loading source: UnsafePointer<Float>, at i: Int, lanes: Int) {
    if lanes == 8 {
      self = UnsafeRawPointer(source + i).loadUnaligned(as: Wide.self)
    } else {
      self = .zero
      for lane in 0..<lanes { self[lane] = source[i + lane] }
    }
  }

  /// Writes the first `lanes` numbers to a buffer.
  @inlinable
  @inline(__always)
  public func store(in target: UnsafeMutablePointer<Float>, at i: Int, lanes: Int) {
    if lanes == 8 {
      UnsafeMutableRawPointer(target + i).storeBytes(of: self, as: Wide.self)
    } else {
      for lane in 0..<lanes { target[i + lane] = self[lane] }
    }
  }
}
