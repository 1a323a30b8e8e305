// Commands that take too much: each is stopped, and told why.
import Events
import Forks
import Foundation
import Glibc
import Sandboxes
import Testing

/// One at a time: they take what they can get.
@Suite(
  .serialized, .enabled(if: !Setting.all.isEmpty, "no sandbox here: \(Setting.obstacle)"))
struct BoundsTests {
  static let bombs: [(line: String, limits: Limits, bound: String)] = [
    ("sleep 1000", Limits(seconds: 0.2), "seconds"),
    ("trap '' TERM INT; while :; do :; done", Limits(seconds: 0.2), "seconds"),
    (
      "bomb() { bomb | bomb & }; bomb & exec sleep 1000", Limits(seconds: 0.5, processes: 64),
      "seconds"
    ),
    ("yes", Limits(seconds: 0.5, output: 1 << 16), "seconds"),
    ("yes >&2", Limits(seconds: 0.5, output: 1 << 16), "seconds"),
    ("./escapes memory 1", Limits(memory: 96 << 20), "memory"),
    ("./escapes memory 5", Limits(memory: 96 << 20), "memory"),
    ("while :; do cat /bin/sh >> big; done", Limits(disk: 16 << 20), "disk"),
    ("i=0; while :; do i=$((i + 1)); cat /bin/bash > f$i; done", Limits(disk: 16 << 20), "disk"),
    (
      "i=0; while :; do i=$((i + 1)); cat /bin/bash > $HOME/f$i || :; done",
      Limits(memory: 256 << 20, disk: 16 << 20), "disk"
    ),
    ("./escapes files 1000000", Limits(files: 3_000), "files"),
    ("cd /tmp; \"$OLDPWD\"/escapes files 1000000", Limits(files: 3_000), "files"),
  ]

  @Test(arguments: Setting.all, bombs.indices)
  func isStopped(_ setting: Setting, _ index: Int) async throws {
    let (line, limits, bound) = Self.bombs[index]
    let fork = try place(setting)
    let outcome = try await fork.run(line, limits: limits)
    #expect(outcome.ending == .stopped(bound: bound), "\(line)")
    #expect(outcome.output.bytes.count <= limits.output)
    #expect(outcome.errors.bytes.count <= limits.output)
  }

  @Test(arguments: Setting.all) func forksAreBounded(_ setting: Setting) async throws {
    let fork = try place(setting)
    let outcome = try await fork.run(
      "./escapes forks 200", limits: Limits(seconds: 60, processes: 100))
    #expect(outcome.ending == .exited(0))
  }

  @Test(arguments: Setting.all) func outputIsKeptAtBothEndsAndCounted(
    _ setting: Setting
  ) async throws {
    let fork = try SmallWorld(setting)
    let outcome = try await fork.run(
      "echo first; head -c 100000000 /dev/zero; echo last", limits: Limits(output: 1_000))
    #expect(outcome.ending == .exited(0))
    #expect(outcome.output.written == 100_000_011)
    #expect(outcome.output.bytes.count == 1_000)
    #expect(outcome.output.gap == 500)
    #expect(outcome.output.bytes.starts(with: "first\n".utf8))
    #expect(outcome.output.bytes.suffix(5).elementsEqual("last\n".utf8))
  }

  /// What was written shortly before the end counts too.
  @Test(arguments: Setting.all) func quickOnesAreMeasuredInTheEnd(_ setting: Setting) async throws {
    let fork = try place(setting)
    let line = "for i in 1 2 3 4 5 6 7 8 9; do cat /bin/bash > f$i; done"
    let outcome = try await fork.run(line, limits: Limits(disk: 4 << 20))
    #expect(outcome.ending == .stopped(bound: "disk"))
    let again = try place(setting)
    #expect(try await again.run(line, limits: Limits(disk: 64 << 20)).ending == .exited(0))
  }

  @Test func groupsAreRemovedEvenThoseOfTheDead() throws {
    guard let groups = ControlGroups.find().groups else { return }
    let group = try groups.make(Limits())
    #expect(group.directories.allSatisfy { access($0, F_OK) == 0 })
    groups.remove(group)
    #expect(group.directories.allSatisfy { access($0, F_OK) != 0 })
    // No process has this number: the kernel's largest is smaller.
    let orphans = group.directories.map {
      URL(fileURLWithPath: $0).deletingLastPathComponent().path + "/orrery-99999999-1"
    }
    for orphan in orphans { #expect(mkdir(orphan, 0o755) == 0) }
    _ = ControlGroups.find()
    #expect(orphans.allSatisfy { access($0, F_OK) != 0 })
  }

  private func place(_ setting: Setting) throws -> SmallWorld {
    let fork = try SmallWorld(setting)
    guard case .present(let launcher) = setting.sandbox.report.layers[.launcher] else {
      throw SandboxError.refused("there is no launcher")
    }
    let program = URL(fileURLWithPath: launcher).deletingLastPathComponent().path + "/escapes"
    try FileManager.default.copyItem(atPath: program, toPath: fork.world + "/escapes")
    return fork
  }
}
