// How replays travel in the page: compact JSON whose columns are 16-bit whole numbers in base64.
//
// Lengths are centimetres, angles milliradians, shares thousandths; each clamped to 16 bits, little
// endian; -32768 stands for a number that was not finite. A take has the columns `x`, `y`, `h`;
// `lidar` has the beams of every `every`-th step. `seen` of a mover lists the steps at which it
// comes in or out of sight, beginning out of sight. `decisions` is one stream; each decision is
//
//     step, interval
//     candidates, then for each: points, (x, y) × points
//     points of the plan, (x, y, doubt) × points
//     points of the foretold path, (x, y) × points
//     forecasts, then for each: weight, radius, isPhantom, points, (x, y, spread) × points

/// Replays as JSON that fits into a page: every replay in full, and of the decisions and lidar as
/// many as `bytesMax` allows.
func replayData(_ replays: [Recording], bytesMax: Int) -> String {
  var json = ""
  for every in [1, 2, 3, 4, 6, 8, 12] {
    json = "[" + replays.map { encoded($0, every: every) }.joined(separator: ",") + "]"
    if json.utf8.count <= bytesMax { break }
  }
  return json
}

private func encoded(_ replay: Recording, every: Int) -> String {
  let place = replay.place
  let racks = replay.place.racks.filter { $0.count == 2 }
  let stations = place.stations.map { "[\(quoted($0.name)),\(centimetres($0.at))]" }
  let edges = place.edges.filter { $0.count == 2 && $0.allSatisfy(place.nodes.indices.contains) }
  return """
    {"title":\(quoted(replay.title)),"seed":"\(replay.seed)","dt":\(json(replay.dt)),\
    "radius":\(json(replay.robotRadius)),"tolerance":\(json(replay.goalTolerance)),\
    "goal":[\(centimetres(replay.goal))],"place":{"name":\(quoted(place.name)),\
    "width":\(json(place.width)),"height":\(json(place.height)),\
    "racks":[\(racks.flatMap { $0 }.map(centimetres).joined(separator: ","))],\
    "nodes":[\(place.nodes.map(centimetres).joined(separator: ","))],\
    "edges":[\(edges.flatMap { $0 }.map(String.init).joined(separator: ","))],\
    "stations":[\(stations.joined(separator: ","))]},\
    "takes":[\(replay.takes.map { encoded($0, every: every) }.joined(separator: ","))]}
    """
}

private func encoded(_ take: Take, every: Int) -> String {
  let count = min(take.x.count, take.y.count, take.heading.count)
  let beams = take.lidar.first?.count ?? 0
  let lidarEvery = 2 * every
  var lidar = Column()
  for step in stride(from: 0, to: take.lidar.count, by: lidarEvery)
  where take.lidar[step].count == beams {
    lidar.append(lengths: take.lidar[step])
  }
  var decisions = Column()
  var last = -every
  for decision in take.decisions where decision.step >= last + every {
    decisions.append(decision)
    last = decision.step
  }
  let events = take.events.map { "[\($0.step),\($0.duration),\"\($0.kind.rawValue)\"]" }
  return """
    {"name":\(quoted(take.contender)),"role":"\(take.role.rawValue)",\
    "outcome":\(quoted(take.outcome)),"count":\(count),\
    "x":\(Column(lengths: take.x.prefix(count)).base64),\
    "y":\(Column(lengths: take.y.prefix(count)).base64),\
    "h":\(Column(angles: take.heading.prefix(count)).base64),\
    "lidar":{"beams":\(beams),"every":\(lidarEvery),"data":\(lidar.base64)},\
    "route":\(Column(points: take.route).base64),\
    "movers":[\(take.movers.map(encoded).joined(separator: ","))],\
    "decisions":\(decisions.base64),"events":[\(events.joined(separator: ","))]}
    """
}

private func encoded(_ mover: Take.Mover) -> String {
  var toggles: [String] = []
  var isVisible = false
  for (step, now) in mover.isVisible.enumerated() where now != isVisible {
    toggles.append(String(step))
    isVisible = now
  }
  return """
    {"radius":\(json(mover.radius)),"isForklift":\(mover.isForklift),\
    "x":\(Column(lengths: mover.x).base64),"y":\(Column(lengths: mover.y).base64),\
    "seen":[\(toggles.joined(separator: ","))]}
    """
}

/// A column of 16-bit numbers.
private struct Column {
  private var bytes: [UInt8] = []

  init() {}
  init(lengths: some Sequence<Float>) { append(lengths: lengths) }
  init(points: [Recording.Point]) { for point in points { append(lengths: [point.x, point.y]) } }
  init(angles: some Sequence<Float>) {
    for angle in angles { append(angle.remainder(dividingBy: 2 * .pi), scale: 1000) }
  }

  var base64: String { "\"\(Learning.base64(bytes))\"" }

  mutating func append(lengths: some Sequence<Float>) {
    for length in lengths { append(length, scale: 100) }
  }

  mutating func append(_ value: Float, scale: Float) {
    let scaled = (value * scale).rounded()
    append(scaled.isFinite ? Int(min(max(scaled, -32_767), 32_767)) : -32_768)
  }

  mutating func append(_ number: Int) {
    let word = UInt16(bitPattern: Int16(clamping: number))
    bytes.append(UInt8(truncatingIfNeeded: word))
    bytes.append(UInt8(truncatingIfNeeded: word >> 8))
  }

  mutating func append(_ path: [Recording.Point], with spread: [Float]? = nil) {
    append(path.count)
    for (i, point) in path.enumerated() {
      append(lengths: [point.x, point.y])
      if let spread { append(i < spread.count ? spread[i] : 0, scale: 100) }
    }
  }

  mutating func append(_ decision: Take.Decision) {
    append(decision.step)
    append(decision.interval, scale: 1000)
    append(decision.candidates.count)
    for path in decision.candidates { append(path) }
    append(decision.plan, with: decision.doubt)
    append(decision.foretold)
    append(decision.forecasts.count)
    for forecast in decision.forecasts {
      append(forecast.weight, scale: 1000)
      append(forecast.radius, scale: 100)
      append(forecast.isPhantom ? 1 : 0)
      append(forecast.path, with: forecast.spread)
    }
  }
}

private func centimetres(_ point: Recording.Point) -> String {
  "\(decimal(Double(point.x) * 100, 0, minus: "-")),\(decimal(Double(point.y) * 100, 0, minus: "-"))"
    .replacing("–", with: "0")
}

private func json(_ value: Float) -> String {
  value.isFinite ? decimal(Double(value), 3, minus: "-") : "0"
}

/// A JSON string that can neither end the script element that it lies in nor begin a comment there.
private func quoted(_ text: String) -> String {
  var out = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": out += "\\\""
    case "\\": out += "\\\\"
    case "<", ">", "&", "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{2028}", "\u{2029}":
      let digits = String(scalar.value, radix: 16)
      out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: out.unicodeScalars.append(scalar)
    }
  }
  return out + "\""
}
