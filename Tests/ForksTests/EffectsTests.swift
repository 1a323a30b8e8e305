// What is done in a fork, and what is said of it.
import Events
import Forks
import Foundation
import Testing

/// Something that can be done to files, with the effects that it has.
struct Deed: Sendable, CustomTestStringConvertible {
  var name: String
  var effects: [String]
  var work: @Sendable (Files) throws -> Void

  var testDescription: String { name }

  init(_ name: String, _ effects: [String], _ work: @escaping @Sendable (Files) throws -> Void) {
    self.name = name
    self.effects = effects
    self.work = work
  }

  /// The world that deeds are done to.
  static func prepare(_ files: Files) throws {
    try files.write("a", "alpha")
    try files.write("b", "beta")
    try files.makeDirectory("d")
    try files.write("d/x", "x")
    try files.makeDirectory("d/e")
    try files.write("d/e/y", "yy")
    try files.symlink("l", to: "a")
    try files.setAttribute("b", "user.note", "1")
  }

  static let all = [
    Deed("create", ["created n"]) { try $0.write("n", "new") },
    Deed("create an empty file", ["created n"]) { try $0.write("n", "") },
    Deed("overwrite", ["changed a"]) { try $0.write("a", "other") },
    Deed("overwrite with the same", []) { try $0.write("a", "alpha") },
    Deed("append", ["changed a"]) { try $0.append("a", "!") },
    Deed("truncate", ["changed a"]) { try $0.check(truncate($0.path("a"), 2), "truncate") },
    Deed("change the time", []) {
      try $0.check(utimensat(AT_FDCWD, $0.path("a"), [timespec(), timespec()], 0), "utimensat")
    },
    Deed("delete", ["deleted a"]) { try $0.remove("a") },
    Deed("delete and make again", []) {
      try $0.remove("a")
      try $0.write("a", "alpha")
    },
    Deed("rename", ["renamed z from a"]) { try $0.rename("a", "z") },
    Deed("rename over", ["deleted a", "changed b"]) { try $0.rename("a", "b") },
    Deed("rename into a directory", ["renamed d/a from a"]) { try $0.rename("a", "d/a") },
    Deed("rename and change", ["deleted a", "created z"]) {
      try $0.rename("a", "z")
      try $0.append("z", "!")
    },
    Deed("chmod", ["reattributed a"]) { try $0.setMode("a", 0o600) },
    Deed("set user ID", ["reattributed a"]) { try $0.setMode("a", 0o4755) },
    Deed("chmod and back", []) {
      try $0.setMode("a", 0o600)
      try $0.setMode("a", 0o644)
    },
    Deed("chmod a directory", ["reattributed d"]) { try $0.setMode("d", 0o700) },
    Deed("chmod the world", ["reattributed "]) { try $0.setMode("", 0o700) },
    Deed("set an attribute", ["reattributed a"]) { try $0.setAttribute("a", "user.n", "1") },
    Deed("set an attribute like an overlay's", ["reattributed a"]) {
      try $0.setAttribute("a", "user.overlay.opaque", "y")
    },
    Deed("remove an attribute", ["reattributed b"]) {
      try $0.removeAttribute("b", "user.note")
    },
    Deed("make a directory", ["created n"]) { try $0.makeDirectory("n") },
    Deed("make directories", ["created n", "created n/m", "created n/m/f"]) {
      try $0.makeDirectory("n")
      try $0.makeDirectory("n/m")
      try $0.write("n/m/f", "f")
    },
    Deed("delete a directory", ["deleted d", "deleted d/e", "deleted d/e/y", "deleted d/x"]) {
      try $0.remove("d")
    },
    Deed("delete a directory and make it again", ["deleted d/e", "deleted d/e/y", "deleted d/x"]) {
      try $0.remove("d")
      try $0.makeDirectory("d")
    },
    Deed("make a directory again with a part of it", ["deleted d/e", "deleted d/e/y"]) {
      try $0.remove("d")
      try $0.makeDirectory("d")
      try $0.write("d/x", "x")
    },
    Deed(
      "a directory becomes a file", ["changed d", "deleted d/e", "deleted d/e/y", "deleted d/x"]
    ) {
      try $0.remove("d")
      try $0.write("d", "file")
    },
    Deed("a file becomes a directory", ["changed a", "created a/f"]) {
      try $0.remove("a")
      try $0.makeDirectory("a")
      try $0.write("a/f", "f")
    },
    Deed("a file becomes a link", ["changed a"]) {
      try $0.remove("a")
      try $0.symlink("a", to: "b")
    },
    Deed("a link gets another target", ["changed l"]) {
      try $0.remove("l")
      try $0.symlink("l", to: "d")
    },
    Deed("write through a link", ["changed a"]) { try $0.append("l", "!") },
    Deed("make a link to nowhere", ["created m"]) { try $0.symlink("m", to: "/nowhere/\u{1}") },
    Deed("a second name", ["created n"]) { try $0.link("a", "n") },
    Deed("a second name, then written", ["changed a", "created n"]) {
      try $0.link("a", "n")
      try $0.append("n", "!")
    },
    Deed("a second name in a new directory", ["created n", "created n/a"]) {
      try $0.makeDirectory("n")
      try $0.link("a", "n/a")
    },
    Deed("a second name instead of another file", ["changed b"]) {
      try $0.remove("b")
      try $0.link("a", "b")
    },
    Deed("two new names", ["created n", "created o"]) {
      try $0.write("n", "new")
      try $0.link("n", "o")
    },
    Deed("a sparse file", ["created n"]) {
      try $0.write("n", "")
      try $0.check(truncate($0.path("n"), 64 << 20), "truncate")
      try $0.write(Array("n".utf8), [1], flags: 0, at: 32 << 20)
    },
    Deed("odd names", ["created \\x0a", "created \\xff\\xfe", "created a b", "created ü"]) {
      for name in ["\n", "a b", "ü"] { try $0.write(name, "odd") }
      try $0.write([0xFF, 0xFE], [1])
    },
    Deed("long names", ["created \(String(repeating: "n", count: 255))"]) {
      try $0.write(String(repeating: "n", count: 255), "long")
    },
    Deed("nothing allowed", ["created n", "created n/f"]) {
      try $0.makeDirectory("n")
      try $0.write("n/f", "f")
      try $0.setMode("n/f", 0)
      try $0.setMode("n", 0o500)
    },
    Deed("write where it is not allowed", ["created d/n", "reattributed d"]) {
      try $0.write("d/n", "n")
      try $0.setMode("d", 0o555)
    },
  ]
}

/// An effect in words: what happened, where, and from where.
func words(_ effect: Effect) -> String {
  switch effect.change {
  case .created: "created \(effect.path)"
  case .changed: "changed \(effect.path)"
  case .reattributed: "reattributed \(effect.path)"
  case .renamed(let source, _): "renamed \(effect.path) from \(source)"
  case .deleted: "deleted \(effect.path)"
  }
}

@Suite(.enabled(if: Namespace.isAvailable, Comment(rawValue: Namespace.reason)))
struct EffectsTests {
  @Test(arguments: Deed.all) func deedsAreSeenCommittedAndUndone(deed: Deed) throws {
    let world = try World()
    let space = try Namespace()
    try Deed.prepare(world.files)
    let before = try Picture(of: world.base)
    let fork = try world.begin()
    var inFork: Picture?
    let layer = try fork.beginLayer("deed")
    try fork.work(in: layer, space) {
      try deed.work($0)
      inFork = try Picture(of: $0.root, [.times])
    }
    let effects = try fork.effects(of: layer)
    #expect(effects.map(words).sorted() == deed.effects.sorted())
    #expect(effects.map(\.path) == effects.map(\.path).sorted())
    try fork.keep(layer)
    #expect(try fork.effects() == effects)
    #expect(try Picture(of: world.base).difference(from: before) == "")

    try fork.commit(effects)
    let after = try Picture(of: world.base, [.times])
    if let inFork { #expect(after.difference(from: inFork) == "") }
    let direct = try World()
    try Deed.prepare(direct.files)
    try deed.work(direct.files)
    let done = try Picture(of: direct.base, [.links])
    #expect(try Picture(of: world.base, [.links]).difference(from: done) == "")
    #expect(try world.store.recover(world.run()) == .committed)
    try world.store.undo(world.run())
    #expect(try Picture(of: world.base).difference(from: before) == "")
    try world.store.discard(world.run())
    #expect(try Picture(of: world.base).difference(from: before) == "")
    #expect(try world.store.recover(world.run()) == .none)
  }

  @Test(arguments: ["mkfifo f", "python3 -c 'import socket; socket.socket(1).bind(\"f\")'"])
  func whatAWorldCanNotHaveIsRefused(command: String) throws {
    let world = try World()
    let space = try Namespace()
    let fork = try world.begin()
    let layer = try fork.beginLayer("pipe")
    let overlay = try fork.mount(of: layer)
    _ = try space.mount(overlay)
    #expect(space.run("cd '\(overlay.target)' && \(command); cd /"))
    try space.unmount(overlay)
    let what = command.hasPrefix("mkfifo") ? "a named pipe" : "a socket"
    #expect(throws: ForkError.unsupported(try path("f"), what: what)) {
      try fork.effects(of: layer)
    }
  }
}
