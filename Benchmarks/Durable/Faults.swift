// Disks that refuse: what the journal says then, and whether it goes on afterwards by itself.
import Basics
import Events
import Foundation
import Storage

/// Fills a journal until the disk refuses, reads it, lifts the cause, and goes on.
struct Faults {
  var file: String
  private let run = RunID(bits: 1)

  init(file: String) { self.file = file }

  /// A file that may not grow beyond 1 MiB: the system says that it is too large.
  func meetLimit() async throws {
    signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit()
    getrlimit(Self.fileSize, &limit)
    let before = limit.rlim_cur
    limit.rlim_cur = 1 << 20
    setrlimit(Self.fileSize, &limit)
    try await fill { () in
      limit.rlim_cur = before
      setrlimit(Self.fileSize, &limit)
    }
  }

  /// A disk that is full until some other file is removed.
  func meetFullDisk(ballast: String) async throws {
    try await fill { () in unlink(ballast) }
  }

  #if canImport(Glibc)
    private static let fileSize = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
  #else
    private static let fileSize = RLIMIT_FSIZE
  #endif

  private func fill(_ lift: () -> Void) async throws {
    let journal = try SQLiteJournal(at: file)
    let time = Timestamp(microseconds: 1)
    var links = try await journal.append(
      [Bodies.beginning], to: run, after: 0, at: time, under: nil
    ).map(\.link)
    func go() async throws {
      links += try await journal.append(
        [Bodies.receipt(links.count)], to: run, after: links.count, at: time, under: nil
      ).map(\.link)
    }
    do {
      while links.count < 1_000_000 { try await go() }
      try Main.say("never refused")
    } catch {
      try Main.say("refused: \(error)")
    }
    do {
      try await go()
      try Main.say("not refused again")
    } catch {
      try Main.say("refused again: \(error)")
    }
    let acknowledged = links
    try await Main.say("reads: \(journal.events(of: run, after: 0).map(\.link) == acknowledged)")
    lift()
    for _ in 0..<1_000 { try await go() }
    let whole = links
    try await Main.say("goes on: \(journal.events(of: run, after: 0).map(\.link) == whole)")
    try await Main.say("damage: \(journal.examine())")
  }
}
