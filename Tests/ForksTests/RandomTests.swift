// Fork and commit against the same operations done directly, byte for byte.
import Basics
import Events
import Forks
import Foundation
import Synchronization
import Testing

/// Random work on a world, on a copy of it directly, and in a fork of it.
struct Rehearsal {
  let world: World
  let direct: World
  let before: Picture
  let fork: Fork
  /// Whether all of it was done in one layer: then links hold as they do without a fork.
  let isOneLayer: Bool

  init(seed: UInt64, in space: Namespace) throws {
    var random = Random(seed: seed, stream: 7)
    world = try World()
    direct = try World()
    for _ in 0..<random.index(below: 30) {
      let call = Call.random(&random)
      if !call.isForWorlds { continue }
      _ = call.perform(world.files)
      _ = call.perform(direct.files)
    }
    before = try Picture(of: world.base)
    fork = try world.begin(seed)
    let stepCount = 1 + random.index(below: 3)
    isOneLayer = stepCount == 1
    for step in 0..<stepCount {
      if random.chance(0.2) { try drop(&random, space) }
      try fork.step("step \(step)", in: space) { files in
        for _ in 0..<1 + random.index(below: 30) {
          let call = Call.random(&random)
          if !isOneLayer && call.changesLinkedFile(in: direct.files) { continue }
          let expected = call.perform(direct.files)
          let code = call.perform(files)
          #expect(code == expected, "seed \(seed): \(call)")
        }
      }
    }
  }

  private func drop(_ random: inout Random, _ space: Namespace) throws {
    let layer = try fork.beginLayer("dropped")
    try fork.work(in: layer, space) { files in
      for _ in 0..<10 { _ = Call.random(&random).perform(files) }
    }
    try fork.drop(layer)
  }

  /// What everything ends up as, as far as it does not depend on when it was done.
  var expected: Picture {
    get throws { try Picture(of: direct.base, isOneLayer ? .links : []) }
  }

  func actual() throws -> Picture { try Picture(of: world.base, isOneLayer ? .links : []) }
}

@Suite(.enabled(if: Namespace.isAvailable, Comment(rawValue: Namespace.reason)))
struct RandomTests {
  @Test func commitIsAsIfDoneDirectlyAndUndoAsIfNever() throws {
    let space = try Namespace()
    for seed in seeds(seedCount) {
      let rehearsal = try Rehearsal(seed: seed, in: space)
      let (world, fork) = (rehearsal.world, rehearsal.fork)
      let effects = try fork.effects()
      let expected = try rehearsal.expected
      let unlike = try differences(in: fork.tree(), from: direct(rehearsal))
      #expect(unlike == [], "seed \(seed)")
      try fork.commit(effects)
      let left = try rehearsal.actual().difference(from: expected)
      #expect(left == "", "seed \(seed)")
      let touched = Set(effects.flatMap { [$0.path, $0.removes].compactMap { $0?.bytes } })
      let changed = try changedNames(Picture(of: world.base, []), rehearsal.before)
      #expect(touched == changed, "seed \(seed)")
      try world.store.undo(fork.run)
      let after = try Picture(of: world.base)
      #expect(after.difference(from: rehearsal.before) == "", "seed \(seed)")
    }
  }

  @Test func crashesAnywhereLoseNothing() throws {
    let space = try Namespace()
    for seed in seeds(max(4, seedCount / 20)) {
      let rehearsal = try Rehearsal(seed: seed, in: space)
      let (world, run) = (rehearsal.world, rehearsal.fork.run)
      let effects = try rehearsal.fork.effects()
      let expected = try rehearsal.expected
      // Back and forth until a whole commit and a whole undo went through, with one crash more to
      // get past each time. A crash hits the recovery of the one before as well.
      for (isUndo, picture) in [(false, expected), (true, rehearsal.before)] {
        var crashes = 0
        while try !survives(rehearsal, effects, isUndo: isUndo, crashingAt: crashes) {
          crashes += 1
        }
        let aspects: Picture.Aspects = isUndo ? .all : rehearsal.isOneLayer ? .links : []
        let now = try Picture(of: world.base, aspects)
        #expect(now.difference(from: picture) == "", "seed \(seed), after \(crashes) crashes")
        #expect(try world.store.recover(run) == (isUndo ? .undone : .committed))
      }
    }
  }

  /// Commits (or undoes) with a crash before the change of the given number, and recovers. True where
  /// there was no crash any more.
  private func survives(
    _ rehearsal: Rehearsal, _ effects: [Effect], isUndo: Bool, crashingAt number: Int
  ) throws -> Bool {
    let store = rehearsal.world.store
    let crash = Countdown(number)
    do {
      // What crashed is opened anew, as another process would.
      switch try store.recover(rehearsal.fork.run, interrupt: crash.tick) {
      case .open:
        #expect(try Picture(of: rehearsal.world.base).difference(from: rehearsal.before) == "")
        if !isUndo { try store.fork(of: rehearsal.fork.run).commit(effects, interrupt: crash.tick) }
      case .committed where isUndo: try store.undo(rehearsal.fork.run, interrupt: crash.tick)
      default: break
      }
      return true
    } catch let error as ForkError where error == .interruption { return false }
  }

  private func direct(_ rehearsal: Rehearsal) throws -> Picture {
    try Picture(of: rehearsal.direct.base, [])
  }

  /// What a merged tree shows that is not in the picture, or is other there.
  private func differences(in tree: MergedTree, from picture: Picture) throws -> [Path] {
    var out: [Path] = []
    var count = 1
    try tree.walk(.root) { item throws(ForkError) in
      count += 1
      let entry = picture.entries[item.path.bytes]
      var bytes: [UInt8] = []
      if item.kind == .file { bytes = try tree.read(item.path) }
      if item.kind == .link { bytes = try tree.target(item.path) }
      let isSame = entry.map { UInt16($0.mode & 0o7777) == item.mode && $0.bytes == bytes }
      if isSame != true { out.append(item.path) }
      return true
    }
    return count == picture.entries.count ? out : out + [.root]
  }

  private func changedNames(_ new: Picture, _ old: Picture) throws -> Set<[UInt8]> {
    Set(
      Set(new.entries.keys).union(old.entries.keys).filter { name in
        guard var was = old.entries[name] else { return true }
        was.firstName = []
        was.modified = nil
        return new.entries[name] != was
      })
  }
}

/// Crashes at a tick.
final class Countdown: Sendable {
  private let counter = Counter()
  private let end: Int

  init(_ count: Int) { end = count }

  @Sendable func tick() throws(ForkError) {
    if counter.next() >= end { throw .interruption }
  }
}

/// Counts from 0 on.
final class Counter: Sendable {
  private let count = Atomic(0)

  func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).oldValue }
}
