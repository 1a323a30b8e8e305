// Tools that write into layers, against the same done directly, as the kernel sees it.
import Basics
import Events
import Forks
import Foundation
import Testing

@Suite(.enabled(if: Namespace.isAvailable, Comment(rawValue: Namespace.reason)))
struct ToolTests {
  @Test func randomToolsWriteWhatAnOverlayWouldShow() throws {
    let space = try Namespace()
    for seed in seeds(max(20, seedCount / 4)) {
      var random = Random(seed: seed, stream: 11)
      let (world, direct) = (try World(), try World())
      for _ in 0..<30 {
        let call = Call.random(&random)
        if !call.isForWorlds { continue }
        _ = call.perform(world.files)
        _ = call.perform(direct.files)
      }
      let before = try Picture(of: world.base)
      let fork = try world.begin()
      for step in 0..<3 {
        let layer = try fork.beginLayer("\(step)")
        let writer = try fork.writer(in: layer)
        for _ in 0..<12 { try perform(&random, writer, direct.files) }
        try fork.work(in: layer, space) { files in
          let done = try Picture(of: direct.base, [])
          let unlike = try Picture(of: files.root, []).difference(from: done)
          #expect(unlike == "", "seed \(seed)")
        }
        try fork.keep(layer)
      }
      try fork.commit(fork.effects())
      let after = try Picture(of: world.base, [])
      #expect(after.difference(from: try Picture(of: direct.base, [])) == "", "seed \(seed)")
      try world.store.undo(world.run())
      #expect(try Picture(of: world.base).difference(from: before) == "", "seed \(seed)")
    }
  }

  /// The same by a tool and directly; both work, or neither does.
  private func perform(_ random: inout Random, _ writer: LayerWriter, _ files: Files) throws {
    let name = Call.name(&random)
    let other = Call.name(&random)
    // Tools resolve links first, as the kernel does for those who work directly.
    func resolved(_ name: [UInt8]) throws -> Path {
      try writer.tree.resolve(unwrap(Path(bytes: name), "a path"), followsLast: false)
    }
    if let one = try? resolved(name), let two = try? resolved(other), one == two { return }
    let bytes = Array(repeating: UInt8(random.index(below: 3)), count: 5)
    let isLink = files.kind(name) == S_IFLNK
    var call: Call
    let work: () throws -> Void
    switch random.index(below: 6) {
    case 0, 1:
      call = .write(name, bytes)
      work = { try writer.write(bytes, to: resolved(name)) }
    case 2:
      call = .makeDirectory(name)
      work = { try writer.makeDirectory(resolved(name)) }
    case 3:
      call = .removeTree(name)
      work = { try writer.delete(resolved(name)) }
    case 4:
      call = .rename(name, other)
      work = { try writer.rename(resolved(name), to: resolved(other)) }
    default:
      if isLink { return }
      call = .setMode(name, 0o711)
      work = { try writer.setMode(0o711, of: resolved(name)) }
    }
    let code = call.perform(files)
    do {
      try work()
      #expect(code == 0, "\(call)")
    } catch let error as ForkError {
      guard case .refused = error else { throw error }
      #expect(code != 0, "\(call): \(error)")
    }
  }

  @Test func readsThroughLayers() throws {
    let world = try World()
    try Deed.prepare(world.files)
    let fork = try world.begin()
    let layer = try fork.beginLayer("work")
    let writer = try fork.writer(in: layer)
    try writer.write(Array("0123456789".utf8), to: path("d/long"))
    try writer.delete(path("a"))
    try writer.makeLink(path("m"), to: Array("d/long".utf8))
    let tree = try fork.tree(in: layer)
    #expect(try tree.list(.root).map(\.path.description) == ["b", "d", "l", "m"])
    #expect(try tree.read(path("d/long"), from: 3, count: 4) == Array("3456".utf8))
    #expect(try tree.item(at: path("a")) == nil)
    #expect(try tree.item(at: path("m"))?.kind == .link)
    #expect(try tree.node(at: path("d/x"))?.content == Digest(of: Array("x".utf8)))
    var names: [String] = []
    try tree.walk(.root) { item throws(ForkError) in
      names.append(item.path.description)
      return item.path.description != "d/e"
    }
    #expect(names == ["b", "d", "l", "m", "d/e", "d/long", "d/x"])
    // Without the layer the world is as it was.
    #expect(try fork.tree().read(path("a")) == Array("alpha".utf8))
  }
}
