// Worlds that change underneath a fork, and steps that are in each other's way.
import Events
import Forks
import Foundation
import Synchronization
import Testing

/// What a fork does, what others do to the world meanwhile, and what comes of it.
struct Meanwhile: Sendable, CustomTestStringConvertible {
  var fork: @Sendable (Files) throws -> Void
  var others: @Sendable (Files) throws -> Void
  var conflicts: [String]
  var testDescription: String

  init(
    _ name: String, _ conflicts: [String], _ fork: @escaping @Sendable (Files) throws -> Void,
    _ others: @escaping @Sendable (Files) throws -> Void
  ) {
    testDescription = name
    self.conflicts = conflicts
    self.fork = fork
    self.others = others
  }

  static let all = [
    Meanwhile("another file", []) {
      try $0.write("a", "fork")
    } _: {
      try $0.write("b", "other")
    },
    Meanwhile("another file of the same directory", []) {
      try $0.write("d/x", "fork")
      try $0.write("d/new", "fork")
    } _: {
      try $0.write("d/e/y", "other")
      try $0.write("d/newer", "other")
    },
    Meanwhile("both wrote", ["a changed"]) {
      try $0.write("a", "fork")
    } _: {
      try $0.write("a", "other")
    },
    Meanwhile("bytes against mode", ["a changed"]) {
      try $0.write("a", "fork")
    } _: {
      try $0.setMode("a", 0o600)
    },
    Meanwhile("written and deleted", ["a vanished"]) {
      try $0.write("a", "fork")
    } _: {
      try $0.remove("a")
    },
    Meanwhile("deleted and written", ["a changed"]) {
      try $0.remove("a")
    } _: {
      try $0.append("a", "!")
    },
    Meanwhile("both deleted", ["a vanished"]) {
      try $0.remove("a")
    } _: {
      try $0.remove("a")
    },
    Meanwhile("both made", ["n appeared"]) {
      try $0.write("n", "fork")
    } _: {
      try $0.write("n", "other")
    },
    Meanwhile("renamed and written", ["a changed"]) {
      try $0.rename("a", "z")
    } _: {
      try $0.append("a", "!")
    },
    Meanwhile("a directory deleted, and a file made in it", ["d changed", "d/new appeared"]) {
      try $0.remove("d")
    } _: {
      try $0.write("d/new", "other")
    },
    Meanwhile("a directory emptied, and a file made in it", ["d/new appeared"]) {
      try $0.remove("d")
      try $0.makeDirectory("d")
    } _: {
      try $0.write("d/new", "other")
    },
    Meanwhile("written in a directory that was deleted", ["d vanished", "d/x vanished"]) {
      try $0.write("d/x", "fork")
    } _: {
      try $0.remove("d")
    },
    Meanwhile("a link in place of a directory", ["d changed", "d/x vanished"]) {
      try $0.write("d/x", "fork")
    } _: {
      try $0.rename("d", "moved")
      try $0.symlink("d", to: "moved")
    },
  ]
}

@Suite(.enabled(if: Namespace.isAvailable, Comment(rawValue: Namespace.reason)))
struct ConflictTests {
  @Test(arguments: Meanwhile.all, [true, false])
  func whatOthersTouchedIsNotTouched(case meanwhile: Meanwhile, wasReviewedBefore: Bool) throws {
    let world = try World()
    let space = try Namespace()
    try Deed.prepare(world.files)
    let fork = try world.begin()
    try fork.step("work", in: space, meanwhile.fork)
    var effects = try fork.effects()
    try meanwhile.others(world.files)
    if !wasReviewedBefore { effects = try fork.effects() }
    let before = try Picture(of: world.base)
    let found = try conflicts { try fork.commit(effects) }.map { "\($0.path) \($0.what.rawValue)" }
    if !found.isEmpty {
      #expect(try Picture(of: world.base).difference(from: before) == "")
      #expect(try world.store.recover(world.run()) == .open)
    }
    if wasReviewedBefore {
      #expect(found == meanwhile.conflicts)
    } else if found.isEmpty {
      // What was gone when the effects were looked at was looked at as such.
      let isSeen = meanwhile.testDescription == "both deleted"
      #expect(meanwhile.conflicts.isEmpty || isSeen)
    }
    if found.isEmpty { #expect(try world.store.recover(world.run()) == .committed) }
  }

  @Test func aConflictShowsThreeSides() throws {
    let world = try World()
    try world.files.write("a", "one")
    let fork = try world.begin()
    let layer = try fork.beginLayer("work")
    try fork.writer(in: layer).write(Array("three!".utf8), to: path("a"))
    try fork.keep(layer)
    let effects = try fork.effects()
    try world.files.write("a", "four")
    let found = try conflicts { try fork.commit(effects) }
    try #require(found.count == 1)
    #expect(found[0].then?.size == 3)
    #expect(found[0].now?.size == 4)
    #expect(found[0].fork?.size == 6)
  }

  @Test func onlyWhatWasReviewedIsCommitted() throws {
    let world = try World()
    try world.files.write("a", "one")
    let fork = try world.begin()
    let layer = try fork.beginLayer("work")
    try fork.writer(in: layer).write([1], to: path("a"))
    let effects = try fork.effects(of: layer)
    try fork.writer(in: layer).write([2], to: path("b"))
    #expect(throws: ForkError.wrongState("steps still work: work")) { try fork.commit(effects) }
    try fork.keep(layer)
    #expect(throws: ForkError.unreviewed([try path("b")])) { try fork.commit(effects) }
    #expect(try world.files.read("a") == "one")
  }

  @Test(arguments: [
    ("write", "a changed"), ("delete", "a vanished"), ("appear", "d appeared"),
    ("inside", "n/other appeared"), ("mode", "n changed"), ("same", ""),
  ])
  func undoRefusesWhatOthersHaveTouched(change: String, conflict: String) throws {
    let world = try World()
    try Deed.prepare(world.files)
    let before = try Picture(of: world.base)
    let fork = try world.begin()
    let layer = try fork.beginLayer("work")
    let writer = try fork.writer(in: layer)
    try writer.write(Array("fork".utf8), to: path("a"))
    try writer.delete(path("d"))
    try writer.makeDirectory(path("n"))
    try writer.write([], to: path("n/f"))
    try fork.keep(layer)
    try fork.commit(fork.effects())
    switch change {
    case "write": try world.files.write("a", "other")
    case "delete": try world.files.remove("a")
    case "appear": try world.files.write("d", "other")
    case "inside": try world.files.write("n/other", "other")
    case "mode": try world.files.setMode("n", 0o700)
    default: try world.files.write("a", "fork")
    }
    let changed = try Picture(of: world.base)
    let found = try conflicts { try world.store.undo(world.run()) }
    #expect(found.map { "\($0.path) \($0.what.rawValue)" } == (conflict.isEmpty ? [] : [conflict]))
    let after = try Picture(of: world.base)
    #expect(after.difference(from: conflict.isEmpty ? before : changed) == "")
  }
}

@Suite struct ParallelTests {
  /// What two steps do that work at the same time, and where they are at odds.
  static let pairs: [(String, String, [String])] = [
    ("write a", "write b", []), ("write a", "write a", ["a"]), ("write a", "delete a", ["a"]),
    ("delete a", "write a", ["a"]), ("delete a", "delete a", []), ("write n", "write n", ["n"]),
    ("same n", "same n", []), ("mkdir n", "mkdir n", []),
    ("mkdir n, write n/a", "mkdir n, write n/b", []), ("delete d", "write d/x", ["d/x"]),
    ("write d/x", "delete d", ["d/x"]), ("delete d", "write d/new", ["d/new"]),
    ("write d/new", "delete d", ["d/new"]), ("write d/new", "delete d, mkdir d", ["d/new"]),
    ("mode d", "write d/x", []), ("write d/x", "mode d", []), ("mode d", "mode d", []),
    ("mode d", "other d", ["d"]), ("write d/e/y", "write d/x", []),
  ]

  @Test(arguments: pairs)
  func stepsSeeWhatWasKeptBeforeThem(one: String, two: String, conflicts: [String]) throws {
    let world = try World()
    try Deed.prepare(world.files)
    let fork = try world.begin()
    let layers = try ["one", "two", "three"].map { try fork.beginLayer($0) }
    try perform(one, fork.writer(in: layers[0]), "1")
    try perform(two, fork.writer(in: layers[1]), "2")
    try fork.keep(layers[0])
    let found = try Self.found { try fork.keep(layers[1]) }
    #expect(found == conflicts)
    if !found.isEmpty { try fork.drop(layers[1]) }
    try fork.drop(layers[2])
    let expected = try World()
    try Deed.prepare(expected.files)
    let other = try expected.begin()
    let layer = try other.beginLayer("all")
    try perform(one, other.writer(in: layer), "1")
    if conflicts.isEmpty { try perform(two, other.writer(in: layer), "2") }
    try other.keep(layer)
    #expect(try fork.effects() == other.effects())
    try fork.commit(fork.effects())
    try other.commit(other.effects())
    let now = try Picture(of: world.base, [])
    #expect(now.difference(from: try Picture(of: expected.base, [])) == "")
  }

  private static func found(_ work: () throws -> Void) throws -> [String] {
    try ForksTests.conflicts(work).map(\.path.description)
  }

  private func perform(_ deeds: String, _ writer: LayerWriter, _ text: String) throws {
    for deed in deeds.split(separator: ", ") {
      let words = deed.split(separator: " ")
      let place = try path(String(words[1]))
      switch words[0] {
      case "write": try writer.write(Array(text.utf8), to: place)
      case "same": try writer.write([0], to: place)
      case "delete": if try writer.tree.item(at: place) != nil { try writer.delete(place) }
      case "mkdir":
        if try writer.tree.item(at: place) == nil { try writer.makeDirectory(place) }
      case "mode": try writer.setMode(0o700, of: place)
      default: try writer.setMode(0o711, of: place)
      }
    }
  }

  @Test func manyStepsAreFoldedIntoOne() throws {
    let world = try World()
    let fork = try world.begin()
    for step in 0..<40 {
      let layer = try fork.beginLayer("\(step)")
      #expect(try fork.mount(of: layer).lower.count <= 2)
      let writer = try fork.writer(in: layer)
      try writer.write(Array("\(step)".utf8), to: path("f\(step % 7)"))
      if step % 5 == 4 { try writer.delete(path("f\(step % 7)")) }
      try fork.keep(layer)
      try fork.settle("\(step)")
    }
    // An open layer keeps those under it from being folded, and a fork opened anew knows it.
    let open = try fork.beginLayer("open")
    for step in 0..<3 {
      let layer = try fork.beginLayer("\(step)")
      try fork.writer(in: layer).write([1], to: path("g\(step)"))
      try fork.keep(layer)
      try fork.settle("\(step)")
      #expect(try fork.mount(of: layer).lower.count <= 3)
    }
    let effects = try fork.effects()
    let again = try world.store.fork(of: world.run())
    #expect(again.openLayers == [open])
    try again.dropKept(besides: (0..<40).map { "\($0)" })
    try again.drop(open)
    #expect(try again.effects() == effects)
    #expect(try again.mount(of: again.beginLayer("last")).lower.count == 2)
  }

  @Test func whatIsNotOnRecordIsDropped() throws {
    let world = try World()
    let fork = try world.begin()
    for step in ["a", "b", "c"] {
      let layer = try fork.beginLayer(step)
      try fork.writer(in: layer).write([1], to: path(step))
      try fork.keep(layer)
      if step == "a" { try fork.settle(step) }
    }
    let again = try world.store.fork(of: world.run())
    try again.dropKept(besides: ["a"])
    #expect(try again.effects().map(\.path) == [path("a")])
    let layer = try again.beginLayer("b")
    #expect(try again.tree(in: layer).item(at: path("b")) == nil)
  }
}
