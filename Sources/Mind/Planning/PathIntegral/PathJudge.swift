// Judges a batch of imagined paths, eight at a time.

import Environments
import WorldModels

/// The inner loop of the planner: what each sample costs.
struct PathJudge {
  let cost: PathCost
  let scene: Scene
  let crowd: CrowdTable
  /// The command before the plan's first.
  let last: (v: Float, w: Float)
  /// Metres to go from where the robot is, 0.4 m ahead.
  let start: Float

  /// Sums per sample, `[S]` each.
  struct Verdicts: Sendable {
    /// What the path costs in all.
    var costs: [Float]
    /// Its part that is danger: contact with what stands or moves, and the protective field.
    var dangers: [Float]

    init(samples: Int) {
      costs = [Float](repeating: 0, count: samples)
      dangers = costs
    }

    /// The cheapest sample, the first of equals.
    var cheapest: Int {
      var best = 0
      for i in 1..<costs.count where costs[i] < costs[best] { best = i }
      return best
    }

    /// The three lowest costs, in order.
    var lowest: SIMD3<Float> {
      var low = SIMD3<Float>(repeating: .infinity)
      for cost in costs {
        if cost < low.x {
          low = SIMD3(cost, low.x, low.y)
        } else if cost < low.y {
          low = SIMD3(low.x, cost, low.y)
        } else if cost < low.z {
          low.z = cost
        }
      }
      return low
    }
  }

  /// Writes what each path costs.
  func judge(_ paths: PathBatch, _ commands: CommandBatch, into verdicts: inout Verdicts) {
    let samples = paths.samples
    precondition(samples % 8 == 0, "\(samples) samples are not a multiple of eight")
    let site = scene.route.site
    paths.withUnsafeReading { x, y, heading, speed, doubt in
      commands.withUnsafeReading { v, w in
        crowd.entries.withUnsafeBufferPointer { crowd in
          site.distance.withUnsafeBufferPointer { distance in
            scene.route.toGo.withUnsafeBufferPointer { toGo in
              let field = Fields(
                distance: distance, toGo: toGo, columns: site.columns, rows: site.rows,
                scale: 1 / site.cell)
              for first in stride(from: 0, to: samples, by: 8) {
                var sum = Sums()
                var before = (v: Wide(repeating: last.v), w: Wide(repeating: last.w))
                for h in 0..<paths.steps {
                  let i = h * samples + first
                  let command = (
                    v: Wide(loading: v, at: i, lanes: 8), w: Wide(loading: w, at: i, lanes: 8)
                  )
                  smooth(command, after: before, &sum)
                  before = command
                  let here = Here(
                    x: Wide(loading: x, at: i, lanes: 8), y: Wide(loading: y, at: i, lanes: 8),
                    heading: Wide(loading: heading, at: i, lanes: 8),
                    speed: Wide(loading: speed, at: i, lanes: 8),
                    doubt: Wide(loading: doubt, at: i, lanes: 8))
                  let fade = fading(h)
                  stand(here, field, h, steps: paths.steps, fade: fade, &sum)
                  meet(here, crowd, at: h, fade: fade, &sum)
                }
                finish(sum, first, &verdicts)
              }
            }
          }
        }
      }
    }
  }

  /// Running sums of eight samples.
  private struct Sums {
    var cost = Wide.zero
    var danger = Wide.zero
    /// The probability that nothing has ended the path in a collision.
    var alive = Wide(repeating: 1)
    /// 1 until arrival, then 0.
    var underWay = Wide(repeating: 1)
  }

  /// Eight samples at one step.
  private struct Here {
    let x: Wide
    let y: Wide
    let speed: Wide
    let doubt: Wide
    let sine: Wide
    let cosine: Wide

    @inline(__always)
    init(x: Wide, y: Wide, heading: Wide, speed: Wide, doubt: Wide) {
      self.x = x
      self.y = y
      self.speed = speed
      self.doubt = doubt
      (sine, cosine) = sineCosine(heading)
    }
  }

  /// The fields of the site, open for reading.
  private struct Fields {
    let distance: UnsafeBufferPointer<Float>
    let toGo: UnsafeBufferPointer<Float>
    let columns: Int
    let rows: Int
    let scale: Float
  }

  /// exp(-rate · t) to first order in each step.
  private func fading(_ h: Int) -> Float {
    1 / (1 + Float(h) * Chassis.dt * (1 / cost.discount - 1))
  }

  @inline(__always)
  private func smooth(
    _ command: (v: Wide, w: Wide), after before: (v: Wide, w: Wide), _ sum: inout Sums
  ) {
    let dv = command.v - before.v
    let dw = command.w - before.w
    sum.cost += (dv * dv * cost.jerk + dw * dw * cost.swerve) * sum.alive
  }

  /// Progress, and what stands.
  @inline(__always)
  private func stand(
    _ here: Here, _ field: Fields, _ h: Int, steps: Int, fade: Float, _ sum: inout Sums
  ) {
    let goal = scene.route.goal
    let aheadX = here.x + here.cosine * 0.4
    let aheadY = here.y + here.sine * 0.4
    var clearance = Wide.zero
    var toGo = Wide.zero
    for lane in 0..<8 {
      clearance[lane] = Route.bilinear(
        field.distance, here.x[lane], here.y[lane], columns: field.columns, rows: field.rows,
        scale: field.scale)
      toGo[lane] = Route.bilinear(
        field.toGo, aheadX[lane], aheadY[lane], columns: field.columns, rows: field.rows,
        scale: field.scale)
    }
    let gx = here.x - goal.x
    let gy = here.y - goal.y
    let near = scene.tolerance - 0.03
    let arrives = (gx * gx + gy * gy) .< near * near
    sum.underWay.replace(with: 0, where: arrives)

    let dt = Chassis.dt
    // Progress counts from here: whoever ends in a collision forgoes what he would have gained.
    var rate = cost.toGo * dt
    if h == steps - 1 { rate += cost.toGoAtEnd }
    sum.cost += (toGo * sum.underWay - start) * (rate * sum.alive)
    let going = sum.alive * sum.underWay
    let room = clearance - scene.robotRadius - here.doubt
    let lack = ((cost.room - room) * (1 / cost.room)).positive
    let backwards = (Wide.zero - here.speed).positive
    let step = backwards * (cost.reversing * dt) + lack * lack * (cost.closeness * dt * fade)
    sum.cost += step * going
    let touches = (clearance - scene.robotRadius) .< 0.01
    let crash = going.replacing(with: 0, where: .!touches) * (cost.collision * (0.4 + 0.6 * fade))
    sum.cost += crash
    sum.danger += crash
    sum.alive.replace(with: 0, where: touches)
  }

  /// Those who move: contact, and the protective field of this heading and speed.
  @inline(__always)
  private func meet(
    _ here: Here, _ crowd: UnsafeBufferPointer<CrowdTable.Entry>, at h: Int, fade: Float,
    _ sum: inout Sums
  ) {
    let count = self.crowd.count
    let forward = here.speed .>= 0
    let sign = Wide(repeating: -1).replacing(with: 1, where: forward)
    let speed = here.speed * sign
    // Who stands is not at fault, and who creeps may have somebody in his field: the judge's limits
    // are 0.05 and 0.1 m/s, and the models err.
    let moves = ((speed - 0.015) * (1 / 0.03)).positive.capped
    let hurries = ((speed - 0.06) * (1 / 0.05)).positive.capped
    let length = speed * 0.3 + speed * speed * 0.5 + 0.15
    let dt = Chassis.dt
    var danger = Wide.zero
    var survival = Wide(repeating: 1)
    for j in h * count..<(h + 1) * count {
      let mover = crowd[j]
      let dx = mover.x - here.x
      let dy = mover.y - here.y
      let ahead = (dx * here.cosine + dy * here.sine) * sign
      let aside = (dy * here.cosine - dx * here.sine).magnitudes
      let front = scene.robotRadius
      let beyond = (ahead - front - length).positive + (front - ahead).positive
      let beside = (aside - ProtectiveField.halfWidth).positive
      let gap = (beyond * beyond + beside * beside).squareRoot() - mover.radius
      let margin = cost.margin + cost.caution * mover.spread
      let intrusion = ((margin - gap) * (1 / (2 * margin))).positive.capped
      danger += intrusion * intrusion * hurries * (cost.violation * mover.weight * fade * dt)
      let distance = (dx * dx + dy * dy).squareRoot()
      let touch = ((margin - distance + (mover.radius + front)) * (1 / (2 * margin))).positive
        .capped
      // Who is close already may move along or apart.
      let closing = ((ahead / (distance + 0.01) - 0.2) * 4).positive.capped
      let eager = mover.isClose ? moves * closing : moves
      survival *= 1 - touch * touch * eager * mover.weight
    }
    let going = sum.alive * sum.underWay
    danger += (1 - survival) * (cost.contact * fade)
    sum.cost += danger * going
    sum.danger += danger * going
    sum.alive *= survival
  }

  private func finish(_ sum: Sums, _ first: Int, _ verdicts: inout Verdicts) {
    for lane in 0..<8 {
      verdicts.costs[first + lane] = sum.cost[lane]
      verdicts.dangers[first + lane] = sum.danger[lane]
    }
  }
}

extension Wide {
  /// Each number, or 0 where it is negative.
  @inline(__always)
  var positive: Wide { replacing(with: 0, where: self .< 0) }

  /// Each number, or 1 where it is more.
  @inline(__always)
  var capped: Wide { replacing(with: 1, where: self .> 1) }

  /// Each number without its sign.
  @inline(__always)
  var magnitudes: Wide {
    unsafeBitCast(unsafeBitCast(self, to: SIMD8<UInt32>.self) & 0x7FFF_FFFF, to: Wide.self)
  }
}

extension PathBatch {
  /// Opens all columns for reading.
  @inline(__always)
  func withUnsafeReading(
    _ body: (
      _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ heading: UnsafePointer<Float>,
      _ speed: UnsafePointer<Float>, _ doubt: UnsafePointer<Float>
    ) -> Void
  ) {
    x.withUnsafeBufferPointer { x in
      y.withUnsafeBufferPointer { y in
        heading.withUnsafeBufferPointer { heading in
          speed.withUnsafeBufferPointer { speed in
            doubt.withUnsafeBufferPointer { doubt in
              guard let x = x.baseAddress, let y = y.baseAddress,
                let heading = heading.baseAddress, let speed = speed.baseAddress,
                let doubt = doubt.baseAddress
              else { return }
              body(x, y, heading, speed, doubt)
            }
          }
        }
      }
    }
  }
}

extension CommandBatch {
  /// Opens both columns for reading.
  @inline(__always)
  func withUnsafeReading(
    _ body: (_ v: UnsafePointer<Float>, _ w: UnsafePointer<Float>) -> Void
  ) {
    v.withUnsafeBufferPointer { v in
      w.withUnsafeBufferPointer { w in
        guard let v = v.baseAddress, let w = w.baseAddress else { return }
        body(v, w)
      }
    }
  }
}
