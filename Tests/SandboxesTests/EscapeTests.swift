// Attempts to get out, tried and contained; and, where that does no harm, tried outside as well, to show
// that the attempt is a real one.
import Events
import Forks
import Foundation
import Glibc
import Sandboxes
import Testing

/// An attempt: its words, and whether root can be asked to try it outside of a sandbox.
struct Attempt: Sendable, CustomTestStringConvertible {
  var words: String
  var worksOutside = false
  var testDescription: String { words }
}

@Suite(.enabled(if: !Setting.all.isEmpty, "no sandbox here: \(Setting.obstacle)"))
struct EscapeTests {
  static let calls =
    [
      "mount", "bind", "remount", "umount", "pivot_root", "chroot", "fsopen", "open_tree",
      "ptrace-first", "ptrace-child", "process_vm_readv", "pidfd_getfd", "bpf", "perf_event_open",
      "add_key", "keyctl", "userfaultfd", "io_uring", "fanotify", "unshare-users",
      "unshare-mounts", "unshare-network", "clone-users", "clone3-users", "setns",
      "open_by_handle_at", "init_module", "kexec", "reboot", "syslog", "settimeofday",
      "sethostname", "acct",
    ].map { Attempt(words: "call \($0)", worksOutside: harmless.contains($0)) } + foreignCalls

  static let harmless: Set = [
    "ptrace-child", "add_key", "keyctl", "unshare-users", "unshare-mounts", "clone3-users",
    "open_by_handle_at", "fsopen", "open_tree",
  ]

  #if arch(x86_64)
    static let foreignCalls = ["x32", "iopl", "modify_ldt"].map { Attempt(words: "call \($0)") }
  #else
    static let foreignCalls: [Attempt] = []
  #endif

  static let files = [
    Attempt(words: "read /etc/shadow", worksOutside: true), Attempt(words: "read /etc/gshadow"),
    Attempt(words: "read /root", worksOutside: true), Attempt(words: "read /home"),
    Attempt(words: "read /root/.ssh"), Attempt(words: "read ../secret", worksOutside: true),
    Attempt(words: "read link", worksOutside: true), Attempt(words: "read /var/log"),
    Attempt(words: "read /proc/1/root/etc"),
    Attempt(words: "read /proc/1/cwd/"), Attempt(words: "read /proc/1/environ"),
    Attempt(words: "read /proc/1/mem"), Attempt(words: "write /proc/1/fd/1"),
    Attempt(words: "read /proc/kcore"), Attempt(words: "read /dev/mem"),
    Attempt(words: "read /dev/kmsg"), Attempt(words: "read /sys/kernel", worksOutside: true),
    Attempt(words: "read /run/systemd"), Attempt(words: "read /var/run/docker.sock"),
    Attempt(words: "write link", worksOutside: true), Attempt(words: "write dangling"),
    Attempt(words: "write /etc/passwd", worksOutside: true), Attempt(words: "write /etc/new"),
    Attempt(words: "write /usr/bin/env"), Attempt(words: "write /new"),
    Attempt(words: "write /dev/new"), Attempt(words: "write /var/new"),
    Attempt(words: "write /run/orrery-sandbox"),
    Attempt(words: "write /proc/sys/kernel/core_pattern"),
    Attempt(words: "write /proc/sys/vm/drop_caches"), Attempt(words: "write /proc/sysrq-trigger"),
    Attempt(words: "write /proc/1/oom_score_adj"), Attempt(words: "write /proc/1/mem"),
    Attempt(words: "write /proc/self/mem"), Attempt(words: "node memory", worksOutside: true),
    Attempt(words: "node disk"), Attempt(words: "node whiteout"),
  ]

  static let networks =
    [
      Attempt(words: "address 192.0.2.1"), Attempt(words: "address 8.8.8.8"),
      Attempt(words: "name example.org"),
    ]
    + [
      "raw", "raw6", "packet", "old-packet", "netlink", "vsock", "crypto", "bluetooth", "key",
      "can",
    ].map { Attempt(words: "family \($0)", worksOutside: ["raw", "netlink"].contains($0)) }

  static let processes = [
    Attempt(words: "descriptors"), Attempt(words: "terminal"),
    Attempt(words: "kill \(getpid())", worksOutside: true),
    Attempt(words: "kill \(getppid())", worksOutside: true),
  ]

  @Test(arguments: Setting.all, calls + files + networks + processes)
  func isContained(_ setting: Setting, _ attempt: Attempt) async throws {
    let fork = try place(setting)
    let outcome = try await fork.run("./escapes \(attempt.words)")
    #expect(outcome.ending == .exited(0), "\(words(outcome))")
  }

  @Test(.enabled(if: geteuid() == 0, "only root can show that these work outside"))
  func theyWorkOutside() throws {
    let setting = try #require(Setting.all.first)
    for attempt in Self.calls + Self.files + Self.networks + Self.processes
    where attempt.worksOutside {
      let fork = try place(setting)
      #expect(outside(fork, attempt.words) == 1, "\(attempt.words)")
    }
  }

  @Test(arguments: Setting.all) func serversOfTheHostAreOutOfReach(_ setting: Setting) async throws
  {
    let fork = try place(setting)
    let port = try #require(listen(AF_INET))
    let name = "orrery-test-\(getpid())-\(setting.testDescription.count)"
    let abstract = try #require(listen(AF_UNIX, name: name))
    defer {
      close(port.descriptor)
      close(abstract.descriptor)
    }
    let segment = shmget(key_t(port.number), 4_096, IPC_CREAT | 0o666)
    defer { shmctl(segment, IPC_RMID, nil) }
    for words in ["connect \(port.number)", "abstract \(name)", "shared-memory \(port.number)"] {
      let outcome = try await fork.run("./escapes \(words)")
      #expect(outcome.ending == .exited(0), "\(words): \(self.words(outcome))")
      #expect(outside(fork, words) == 1, "\(words)")
    }
  }

  /// What each is after is a file beside the world: no harm would be done, were one to work.
  static let tricks = [
    "echo x > ../secret", "echo x > link", "echo x > $PWD/../secret",
    "rm -f ../secret link/../secret",
    "ln ../secret hard && echo x > hard", "ln link hard && echo x > hard", "mv ../secret here",
    "mv a ../secret", "ln -s .. up; echo x > up/secret; rm -rf up/secret",
    "chown 1:1 ../secret; chmod 4777 ../secret",
    "cp /bin/sh s; chmod 4755 s; ./s -c 'rm ../secret'",
    "exec 9<>../secret; echo x >&9", "cd /proc/self/cwd/..; echo x > secret",
    "echo x > /proc/1/cwd/../secret", "echo x > /proc/1/root$PWD/../secret",
    "echo x > /proc/self/root$PWD/../secret", "tar cf t -P ../secret && echo x > ../secret",
    "touch -d 1970-01-01 ../secret", "mkdir ../secret.d && mv ../secret.d ../secret",
    "cd ../../../../../../../..; echo x > escaped", "rmdir ..; rm -rf ../* ../.*",
  ]

  @Test(arguments: Setting.all, tricks)
  func tricksStayInside(_ setting: Setting, _ line: String) async throws {
    let fork = try place(setting)
    let before = status(of: fork.folder + "/secret")
    _ = try await fork.run(line)
    #expect(fork.read("secret") == "nobody's business\n")
    #expect(fork.read("world/link") == "nobody's business\n")
    #expect(fork.read("world/a") == "a\n")
    #expect(status(of: fork.folder + "/secret") == before)
    #expect(access("/escaped", F_OK) != 0)
  }

  @Test(.enabled(if: Setting.all.count > 1, "only root can make a program that becomes root"))
  func programsDoNotBecomeRoot() async throws {
    let setting = try #require(Setting.all.last)
    let fork = try place(setting)
    chown(fork.world + "/escapes", 0, 0)
    chmod(fork.world + "/escapes", 0o4755)
    #expect(try await fork.run("./escapes rights").ending == .exited(0))
    #expect(try await fork.says("su -c true || echo refused").hasSuffix("refused"))
  }

  @Test(arguments: Setting.all) func marksOfTheOverlayCanNotBeForged(_ setting: Setting)
    async throws
  {
    let fork = try place(setting)
    try fork.write("x", to: "world/directory/file")
    let outcome = try await fork.run(
      "command -v setfattr && setfattr -n user.overlay.opaque -v y directory; ls directory")
    #expect(String(decoding: outcome.output.bytes, as: UTF8.self).hasSuffix("file\n"))
  }

  /// A world with the program of the attempts in it, a file beside it that is out of bounds, and links
  /// to that and to a place where something could be made.
  private func place(_ setting: Setting) throws -> SmallWorld {
    let fork = try SmallWorld(setting, files: ["a": "a\n"])
    guard case .present(let launcher) = setting.sandbox.report.layers[.launcher] else {
      throw SandboxError.refused("there is no launcher")
    }
    let program = URL(fileURLWithPath: launcher).deletingLastPathComponent().path + "/escapes"
    try FileManager.default.copyItem(atPath: program, toPath: fork.world + "/escapes")
    try fork.write("nobody's business\n", to: "secret")
    symlink("../secret", fork.world + "/link")
    symlink(fork.folder + "/new", fork.world + "/dangling")
    return fork
  }

  /// The status of an attempt without a sandbox.
  private func outside(_ fork: SmallWorld, _ attempt: String) -> Int32 {
    let line = "cd \(fork.world) && exec ./escapes \(attempt) >/dev/null"
    var words: [UnsafeMutablePointer<CChar>?] = ["/bin/sh", "-c", line].map { (word: String) in
      strdup(word)
    }
    words.append(nil)
    defer { for word in words { free(word) } }
    var process: pid_t = 0
    guard posix_spawn(&process, "/bin/sh", nil, nil, words, environ) == 0 else { return -1 }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return status >> 8
  }

  private func words(_ outcome: ProcessOutcome) -> String {
    "\(outcome.ending): "
      + String(decoding: outcome.output.bytes + outcome.errors.bytes, as: UTF8.self)
  }

  private func status(of path: String) -> [Int]? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return [
      Int(status.st_ino), Int(status.st_mode), Int(status.st_nlink), Int(status.st_mtim.tv_sec),
    ]
  }

  /// A server of the host: on a free port of the loopback, or by an abstract name.
  private func listen(_ family: Int32, name: String = "") -> (descriptor: Int32, number: Int)? {
    let descriptor = socket(family, Int32(SOCK_STREAM.rawValue), 0)
    var bytes = [UInt8](repeating: 0, count: 110)
    bytes.withUnsafeMutableBytes { $0.storeBytes(of: UInt16(family), as: UInt16.self) }
    if family == AF_INET {
      bytes.replaceSubrange(4..<8, with: [127, 0, 0, 1])
    } else {
      bytes.replaceSubrange(3..<3 + name.utf8.count, with: name.utf8)
    }
    let length = socklen_t(family == AF_INET ? 16 : 3 + name.utf8.count)
    let isBound = bytes.withUnsafeMutableBytes { bytes -> Bool in
      guard let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else {
        return false
      }
      var size = socklen_t(110)
      return bind(descriptor, address, length) == 0 && Glibc.listen(descriptor, 8) == 0
        && getsockname(descriptor, address, &size) == 0
    }
    return isBound ? (descriptor, Int(bytes[2]) << 8 | Int(bytes[3])) : nil
  }
}
