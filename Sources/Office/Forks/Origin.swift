// What a fork is a fork of, and since when.
//
// The file `fork` in the place of a run: the line "orrery fork 1", then values as Records.swift writes
// them: the path of the world, the device and the inode of its directory, the moment of the fork by
// the clock of its file system, the name of the boot.
import CSandbox
import Events

/// What a fork is a fork of.
struct Origin: Sendable, Hashable {
  /// The world's path, without symbolic links.
  var base: [UInt8]
  /// Which directory that was.
  var device: UInt64
  var inode: UInt64
  /// Whatever in the world changes after the fork began has this time of change, or a later one.
  var stamp: Int64
  /// Which start of the machine this was.
  var boot: [UInt8]

  private static let head = Array("orrery fork 1\n".utf8)

  var bytes: [UInt8] {
    var out = RecordWriter()
    out.write(base)
    out.write(device)
    out.write(inode)
    out.write(stamp)
    out.write(boot)
    return Self.head + out.bytes
  }

  init(of base: [UInt8], _ status: Status, stamp: Int64) {
    self.base = base
    device = status.device
    inode = status.inode
    self.stamp = stamp
    boot = Self.currentBoot()
  }

  init?(bytes: [UInt8]) {
    guard bytes.starts(with: Self.head) else { return nil }
    var record = RecordReader(bytes[Self.head.count...])
    guard let base = record.string(), let device = record.number(), let inode = record.number(),
      let stamp = record.signed(), let boot = record.string(), record.isAtEnd
    else { return nil }
    self.base = base
    self.device = device
    self.inode = inode
    self.stamp = stamp
    self.boot = boot
  }

  static func currentBoot() -> [UInt8] {
    guard let kernel = try? Handle.root("/proc/sys/kernel/random"),
      let name = try? kernel.readAll(Array("boot_id".utf8))
    else { return [] }
    return name.filter { $0 > 0x20 }
  }

  /// A moment by the clock of a file system that comes after everything that was done on it before:
  /// a file is touched until its time of change moves. Where the clock is too coarse to wait for
  /// (whole seconds), the moment may also be that of changes just before: they then count as later
  /// ones, and are conflicts, which is the safe side.
  static func moment(in directory: Handle) throws(ForkError) -> Int64 {
    let name = Array("stamp".utf8)
    if try directory.status(name) == nil { _ = try directory.open(name, ORRERY_CREATE) }
    func touched() throws(ForkError) -> Int64 {
      try directory.setModified(name, 0)
      guard let status = try directory.status(name) else { throw directory.absent(name) }
      return status.changed
    }
    let first = try touched()
    var last = try touched()
    var waited = 0
    while last == first && waited < 40 {
      orrery_nap(500_000)
      waited += 1
      last = try touched()
    }
    return last
  }
}

extension Handle {
  /// All bytes of a file.
  func readAll(_ name: [UInt8]) throws(ForkError) -> [UInt8] {
    let file = try open(name, ORRERY_READ)
    var out: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let got = orrery_read(file.descriptor, &buffer, buffer.count, Int64(out.count))
      try check(Int(got), "read", name)
      if got == 0 { return out }
      out.append(contentsOf: buffer[..<Int(got)])
    }
  }

  /// Writes a file as a whole: whoever opens the name finds the old bytes or all of the new ones,
  /// also after a loss of power where it is made durable.
  func writeAll(_ name: [UInt8], _ bytes: [UInt8], isDurable: Bool = true) throws(ForkError) {
    let new = name + ".new".utf8
    try removeTree(new)
    let file = try open(new, ORRERY_CREATE)
    try check(Int(orrery_write(file.descriptor, bytes, bytes.count)), "write", new)
    if isDurable { try file.sync() }
    try move(new, to: self, name)
    if isDurable { try sync() }
  }
}
