// Commands in forks: what they see, what becomes of what they do, and how they end.
import Events
import Forks
import Foundation
import Glibc
import Sandboxes
import Synchronization
import Testing

@Suite(.enabled(if: !Setting.all.isEmpty, "no sandbox here: \(Setting.obstacle)"))
struct RunningTests {
  @Test(arguments: Setting.all) func writesGoToTheFork(_ setting: Setting) async throws {
    let fork = try SmallWorld(setting, files: ["a": "old\n", "b/c": "deep\n"])
    let outcome = try await fork.run(
      "cat a b/c; echo new > a; rm b/c; pwd; id -u; ls -a $HOME | wc -l")
    #expect(outcome.ending == .exited(0))
    #expect(
      String(decoding: outcome.output.bytes, as: UTF8.self)
        == "old\ndeep\n\(fork.world)\n\(setting.user ?? geteuid())\n2\n")
    #expect(outcome.errors.bytes.isEmpty)
    #expect(fork.read("world/a") == "old\n")
    #expect(fork.read("upper/a") == "new\n")
    #expect(fork.read("world/b/c") == "deep\n")
  }

  @Test(arguments: Setting.all) func manyLayersAreOneWorld(_ setting: Setting) async throws {
    let fork = try SmallWorld(setting, files: ["base": "0"])
    var mount = fork.mount
    // Long names, to show that their length does not matter.
    for layer in 1...300 {
      let name = "layer-\(layer)-" + String(repeating: "x", count: 150)
      try fork.write("\(layer)", to: "\(name)/top")
      mount.lower.insert(fork.folder + "/" + name, at: 0)
    }
    let outcome = try await setting.sandbox.run(.shell("cat base top; echo 1 > top"), in: mount)
    #expect(String(decoding: outcome.output.bytes, as: UTF8.self) == "0300")
    #expect(outcome.ending == .exited(0))
    #expect(fork.read("upper/top") == "1\n")
  }

  static let endings: [(String, Outcome.Ending)] = [
    ("exit 7", .exited(7)), ("exec /does/not/exist", .exited(127)),
    ("kill -TERM $$", .signalled(15)),
    ("sleep 1000 & echo started", .exited(0)), ("setsid sleep 1000 >/dev/null 2>&1 &", .exited(0)),
    ("kill -9 -1; exit 3", .exited(3)), ("kill -9 1; exit 4", .exited(4)),
  ]

  @Test(arguments: Setting.all, endings.indices)
  func endingsAreToldExactly(_ setting: Setting, _ index: Int) async throws {
    let (line, ending) = Self.endings[index]
    let fork = try SmallWorld(setting)
    #expect(try await fork.run(line).ending == ending)
  }

  @Test(arguments: Setting.all) func programsThatAreNotThereAreSaid(_ setting: Setting) async throws
  {
    let fork = try SmallWorld(setting)
    let outcome = try await setting.sandbox.run(Command(["no-such-program"]), in: fork.mount)
    #expect(outcome.ending == .exited(127))
    #expect(
      String(decoding: outcome.errors.bytes, as: UTF8.self)
        == "no-such-program: No such file or directory\n")
  }

  @Test(arguments: Setting.all) func linesAreToldAsTheyCome(_ setting: Setting) async throws {
    let fork = try SmallWorld(setting)
    let heard = Mutex<[String]>([])
    let outcome = try await setting.sandbox.run(
      .shell("printf 'one\ntw'; printf 'o\n'; echo three >&2; printf four"), in: fork.mount,
      output: { stream, bytes in
        heard.withLock { $0.append("\(stream): " + String(decoding: bytes, as: UTF8.self)) }
      })
    #expect(outcome.output.written == 12)
    let lines = heard.withLock { $0 }
    #expect(lines.filter { $0.hasPrefix("errors") } == ["errors: three\n"])
    let text = lines.filter { $0.hasPrefix("output") }.map { $0.dropFirst(8) }
    #expect(text.joined() == "one\ntwo\nfour")
    #expect(text.dropLast().allSatisfy { $0.hasSuffix("\n") })
  }

  @Test(arguments: Setting.all) func cancellingKillsAtOnce(_ setting: Setting) async throws {
    let fork = try SmallWorld(setting)
    let (begun, beginning) = AsyncStream<Void>.makeStream()
    let task = Task {
      try await setting.sandbox.run(
        .shell("echo begun; sleep 1000"), in: fork.mount, output: { _, _ in beginning.finish() })
    }
    for await _ in begun {}
    task.cancel()
    await #expect(throws: SandboxError.cancelled) { _ = try await task.value }
  }

  @Test(arguments: Setting.all) func theEnvironmentIsClean(_ setting: Setting) async throws {
    let fork = try SmallWorld(setting)
    setenv("ORRERY_TEST_SECRET", "s", 1)
    setenv("ORRERY_TEST_WANTED", "w", 1)
    let text = try await fork.says(
      "env", permissions: Permissions(environment: ["ORRERY_TEST_WANTED"]))
    let names = Set(text.split(separator: "\n").compactMap { $0.split(separator: "=").first })
    let known: Set<Substring> = [
      "HOME", "PATH", "PWD", "TMPDIR", "LANG", "LANGUAGE", "TERM", "TZ", "USER", "LOGNAME",
      "ORRERY_TEST_WANTED", "SHLVL", "_", "OLDPWD",
    ]
    #expect(names.allSatisfy { known.contains($0) || $0.hasPrefix("LC_") }, "\(names)")
    #expect(text.contains("ORRERY_TEST_WANTED=w"))
    #expect(text.contains("HOME=/tmp/home"))
  }

  @Test(arguments: Setting.all) func permittedDirectoriesAreReadOnly(_ setting: Setting)
    async throws
  {
    let fork = try SmallWorld(setting)
    try fork.write("known\n", to: "library/a")
    let line = "cat \(fork.folder)/library/a; echo x > \(fork.folder)/library/a"
    #expect(try await !fork.says(line).contains("known"))
    let text = try await fork.says(
      line, permissions: Permissions(read: [fork.folder + "/library"]))
    #expect(text.hasPrefix("known\n"))
    #expect(fork.read("library/a") == "known\n")
  }

  @Test(arguments: Setting.all) func whatComesFromTheProxySocketComesFromInside(
    _ setting: Setting
  ) async throws {
    let fork = try SmallWorld(setting)
    let line = "printf 'hello' > /dev/tcp/127.0.0.1/3128 && echo $http_proxy $ALL_PROXY"
    let (heard, hearing) = AsyncStream<String>.makeStream()
    let outcome = try await setting.sandbox.run(
      Command(["/bin/bash", "-c", line]), in: fork.mount,
      proxy: { listener in
        // A proxy in three lines, on a thread that may wait.
        Thread.detachNewThread {
          let connection = accept(listener, nil, nil)
          var bytes = [UInt8](repeating: 0, count: 64)
          let count = read(connection, &bytes, bytes.count)
          hearing.yield(String(decoding: bytes.prefix(count), as: UTF8.self))
          close(connection)
          close(listener)
        }
      })
    #expect(
      String(decoding: outcome.output.bytes, as: UTF8.self)
        == "http://127.0.0.1:3128 http://127.0.0.1:3128\n")
    #expect(await heard.first { _ in true } == "hello")
  }

  @Test func worldsThatASandboxNeedsAreRefused() async throws {
    let setting = try #require(Setting.all.first)
    for world in ["/", "/usr", "/tmp", "/proc/self", "relative", "/var/../etc", "/var/none"] {
      let mount = OverlayMount(lower: ["/var"], upper: "/var", work: "/var", target: world)
      await #expect(throws: SandboxError.self, "\(world)") {
        _ = try await setting.sandbox.run(Command(["true"]), in: mount)
      }
    }
  }
}
