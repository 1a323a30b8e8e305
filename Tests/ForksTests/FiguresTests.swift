// How long forking takes, in small worlds and in large ones: printed on demand, never asserted.
import Events
import Forks
import Foundation
import Testing

/// Whether figures are wanted.
private let areFiguresWanted = ProcessInfo.processInfo.environment["ORRERY_FORK_FIGURES"] != nil

@Suite(.enabled(if: areFiguresWanted, "set ORRERY_FORK_FIGURES for figures"), .serialized)
struct FiguresTests {
  /// A world of files in directories of 50.
  private func world(of count: Int) throws -> World {
    let world = try World()
    for index in 0..<count {
      if index.isMultiple(of: 50) { try world.files.makeDirectory("d\(index / 50)") }
      try world.files.write("d\(index / 50)/f\(index)", "file \(index)\n")
    }
    return world
  }

  @Test(arguments: [2_000, 100_000]) func smallStepsInLargeWorlds(count: Int) throws {
    let world = try world(of: count)
    var times: [String: [Double]] = [:]
    var order: [String] = []
    func timed<Value>(_ name: String, _ work: () throws -> Value) rethrows -> Value {
      let begin = ContinuousClock.now
      let value = try work()
      let seconds = (ContinuousClock.now - begin) / .seconds(1)
      if times[name] == nil { order.append(name) }
      times[name, default: []].append(seconds * 1e3)
      return value
    }
    for round in 0..<21 {
      let run = world.run(UInt64(round + 1))
      let fork = try timed("fork") { try world.store.begin(run, of: world.base) }
      let layer = try timed("begin a layer") { try fork.beginLayer("step") }
      let writer = try fork.writer(in: layer)
      try timed("three changes by tools") {
        try writer.write(Array("other \(round)".utf8), to: path("d3/f150"))
        try writer.delete(path("d4/f\(200 + round)"))
        try writer.write(Array("new".utf8), to: path("d5/n\(round)"))
      }
      let effects = try timed("effects of the layer") { try fork.effects(of: layer) }
      #expect(effects.count == 3)
      if round < 11 {
        try timed("drop the layer") { try fork.drop(layer) }
      } else {
        try timed("keep the layer") { try fork.keep(layer) }
        try timed("commit") { try fork.commit(effects) }
        try timed("undo") { try world.store.undo(run) }
      }
      try timed("discard") { try world.store.discard(run) }
    }
    for name in order {
      let sorted = (times[name] ?? []).sorted()
      say(
        "\(count) files, \(name): \(middle(sorted)) ms (\(three(sorted[0])) to \(three(sorted.last ?? 0)))"
      )
    }
  }

  @Test(arguments: [1, 10, 100, 1_000, 10_000]) func commitsInProportionToEffects(count: Int) throws
  {
    let world = try world(of: 10_000)
    let fork = try world.begin()
    let layer = try fork.beginLayer("step")
    let writer = try fork.writer(in: layer)
    for index in 0..<count {
      try writer.write(Array("other \(index)".utf8), to: path("d\(index / 50)/f\(index)"))
    }
    let clock = ContinuousClock()
    var effects: [Effect] = []
    let walk = try clock.measure { effects = try fork.effects(of: layer) }
    let keep = try clock.measure { try fork.keep(layer) }
    let commit = try clock.measure { try fork.commit(effects) }
    let undo = try clock.measure { try world.store.undo(world.run()) }
    let discard = try clock.measure { try world.store.discard(world.run()) }
    let parts = [
      ("effects", walk), ("keep", keep), ("commit", commit), ("undo", undo), ("discard", discard),
    ]
    say(
      "\(count) effects: "
        + parts.map { "\($0) \(three($1 / .milliseconds(1))) ms" }.joined(separator: ", "))
  }

  private func middle(_ sorted: [Double]) -> String { three(sorted[sorted.count / 2]) }

  private func three(_ value: Double) -> String { String(format: "%.2f", value) }

  private func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
}
