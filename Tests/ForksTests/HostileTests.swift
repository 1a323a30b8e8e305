// Worlds that are out to lead a fork astray, and those that are merely extreme.
import Events
import Forks
import Foundation
import Testing

@Suite struct HostileTests {
  /// A fork that changes, makes and deletes files in a directory, with something of the same names
  /// outside of the world.
  private func trap() throws -> (World, Fork, outside: Files) {
    let world = try World()
    let outside = Files(root: world.place + "/outside")
    try FileManager.default.createDirectory(
      atPath: outside.root, withIntermediateDirectories: false)
    for files in [world.files, outside] {
      try files.makeDirectory("d")
      for name in ["d/a", "d/b"] { try files.write(name, "old") }
    }
    let fork = try world.begin()
    let layer = try fork.beginLayer("work")
    let writer = try fork.writer(in: layer)
    try writer.write([1], to: path("d/a"))
    try writer.delete(path("d/b"))
    try writer.write([1], to: path("d/n"))
    try fork.keep(layer)
    return (world, fork, outside)
  }

  @Test func aLinkInPlaceOfADirectoryLeadsNowhere() throws {
    // The directory is replaced before every single change of the commit in turn.
    for moment in 0..<30 {
      let (world, fork, outside) = try trap()
      let before = try Picture(of: outside.root)
      let effects = try fork.effects()
      let counter = Counter()
      let swap: @Sendable () -> Void = {
        if counter.next() == moment {
          try? Files(root: world.base).rename("d", "moved")
          try? Files(root: world.base).symlink("d", to: "../outside/d")
        }
      }
      _ = try conflicts { try fork.commit(effects) { () throws(ForkError) in swap() } }
      #expect(try Picture(of: outside.root).difference(from: before) == "", "moment \(moment)")
      if counter.next() <= moment { return }
    }
    Issue.record("a commit of three files has more than 30 moments")
  }

  @Test func whatAppearsDuringACommitStopsIt() throws {
    for moment in 0..<30 {
      let (world, fork, _) = try trap()
      let effects = try fork.effects()
      let counter = Counter()
      let appear: @Sendable () -> Void = {
        if counter.next() == moment, !Files(root: world.base).exists("d/n") {
          try? Files(root: world.base).write("d/n", "other")
        }
      }
      let found = try conflicts { try fork.commit(effects) { () throws(ForkError) in appear() } }
      if !found.isEmpty {
        #expect(try world.files.read("d/a") == "old")
        #expect(try world.files.read("d/b") == "old")
        #expect(try world.files.read("d/n") == "other")
        #expect(try world.store.recover(world.run()) == .open)
      }
      if counter.next() <= moment { return }
    }
    Issue.record("a commit of three files has more than 30 moments")
  }

  @Test func aSecondNameOutsideOfTheWorldKeepsItsBytes() throws {
    let world = try World()
    let outside = Files(root: world.place)
    try outside.write("secret", "secret")
    try outside.link("secret", "world/inside")
    let fork = try world.begin()
    let layer = try fork.beginLayer("work")
    try fork.writer(in: layer).write([1], to: path("inside"))
    try fork.keep(layer)
    try fork.commit(fork.effects())
    #expect(try outside.read("secret") == "secret")
    #expect(try world.files.read("inside") == "\u{1}")
    try world.store.undo(world.run())
    #expect(try world.files.status("inside").st_nlink == 2)
  }

  @Test func linksAreFollowedWithinTheWorldOnly() throws {
    let world = try World()
    try Deed.prepare(world.files)
    let links = [
      ("in", "d/e"), ("up", "d/../a"), ("out", "../state"), ("far", "/etc/passwd"),
      ("absolute", "\(world.base)/d/x"), ("loop", "loop"), ("beside", "\(world.base)x"),
      ("chain", "in/y"), ("nowhere", "n"),
    ]
    for (name, target) in links { try world.files.symlink(name, to: target) }
    let tree = try world.begin().tree()
    let resolved: [(String, String?)] = [
      ("in/y", "d/e/y"), ("up", "a"), ("out", nil), ("far", nil), ("absolute", "d/x"),
      ("loop", nil), ("beside", nil), ("chain", "d/e/y"), ("nowhere", "n"), ("a/b", nil),
    ]
    for (name, expected) in resolved {
      #expect((try? tree.resolve(path(name)))?.description == expected, "\(name)")
    }
    #expect(try tree.resolve(path("out"), followsLast: false).description == "out")
    #expect(try tree.read(tree.resolve(path("chain"))) == Array("yy".utf8))
    #expect(throws: ForkError.self) { try tree.read(path("in/y")) }
  }

  @Test(.enabled(if: Namespace.isAvailable, Comment(rawValue: Namespace.reason)))
  func pathsMayBeAsLongAsTheyCanBe() throws {
    let world = try World()
    let space = try Namespace()
    let before = try Picture(of: world.base)
    let fork = try world.begin()
    let name = String(repeating: "n", count: 199)
    try fork.step("deep", in: space) { files in
      var directory = open(files.root, O_RDONLY | O_DIRECTORY)
      for _ in 0..<20 {
        try files.check(mkdirat(directory, name, 0o755), "mkdirat")
        let next = openat(directory, name, O_RDONLY | O_DIRECTORY)
        close(directory)
        directory = next
      }
      close(openat(directory, "file", O_CREAT | O_WRONLY, 0o644))
      close(directory)
    }
    let effects = try fork.effects()
    #expect(effects.count == 21)
    #expect(effects.last?.path.bytes.count == 20 * 200 + 4)
    try fork.commit(effects)
    try world.store.undo(world.run())
    #expect(try Picture(of: world.base).difference(from: before) == "")
    try world.store.discard(world.run())
  }

  @Test func placesThatCanNotHoldForksAreRefused() throws {
    let world = try World()
    #expect(throws: ForkError.self) {
      try ForkStore(state: "/proc/forks").begin(world.run(), of: world.base)
    }
    #expect(throws: ForkError.self) { try world.store.begin(world.run(), of: world.base + "/none") }
    #expect(throws: ForkError.self) { try world.store.fork(of: world.run()) }
    // A state directory in the world itself can not be: its forks live beside the world.
    let inner = ForkStore(state: world.base + "/state")
    let fork = try inner.begin(world.run(), of: world.base)
    #expect(fork.place.hasPrefix(world.place + "/.orrery-forks-"))
    #expect(throws: ForkError.self) { try inner.begin(world.run(), of: world.base) }
    #expect(try inner.fork(of: world.run()).place == fork.place)
    try inner.discard(world.run())
    #expect(!inner.hasFork(of: world.run()))
  }

  @Test func manyFilesAreOneCommit() throws {
    let world = try World()
    for index in 0..<300 { try world.files.write("f\(index)", "old") }
    for index in 0..<100 { try world.files.makeDirectory("d\(index)") }
    let before = try Picture(of: world.base)
    let fork = try world.begin()
    let layer = try fork.beginLayer("work")
    let writer = try fork.writer(in: layer)
    for index in 0..<300 { try writer.write([1], to: path("f\(index)")) }
    for index in 0..<100 { try writer.write([1], to: path("d\(index)/n")) }
    try fork.keep(layer)
    let effects = try fork.effects()
    #expect(effects.count == 400)
    try fork.commit(effects)
    #expect(try world.files.read("d99/n") == "\u{1}")
    try world.store.undo(world.run())
    #expect(try Picture(of: world.base).difference(from: before) == "")
  }

  @Test func aDamagedJournalIsNotFollowed() throws {
    let (world, fork, _) = try trap()
    let effects = try fork.effects()
    #expect(throws: ForkError.interruption) {
      try fork.commit(effects, interrupt: Countdown(3).tick)
    }
    let journal = Files(root: fork.place)
    #expect(journal.exists("commit"))
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: fork.place + "/commit")))
    bytes[40] ^= 1
    try journal.write(Array("commit".utf8), bytes)
    #expect(throws: ForkError.damaged(fork.place + "/commit")) {
      try world.store.recover(world.run())
    }
    #expect(throws: ForkError.self) { try world.store.discard(world.run()) }
  }
}
