// The way out of a sandbox, for as long as a command runs.
import Egress
import Events
import Synchronization

/// The way out of a sandbox, for as long as a command runs: a proxy that lets out what is permitted.
struct Exit: Sendable {
  private let rules: [String]
  private let vault: Vault

  /// Passages that are remembered of one command.
  private static let passagesMax = 100

  /// The way out that some permissions leave.
  init(_ permissions: Permissions, vault: Vault) {
    rules = permissions.reach
    self.vault = vault
  }

  /// Does something that is given a taker of the socket which the sandbox makes, or nil where nothing may
  /// get out; and says what wanted out meanwhile.
  func open<Value: Sendable>(
    _ body: @escaping @Sendable ((@Sendable (Int32) -> Void)?) async throws(WorkspaceError) -> Value
  ) async throws(WorkspaceError) -> (Value, [Passage]) {
    if rules.isEmpty { return (try await body(nil), []) }
    let allowed: AllowList
    do throws(Rule.Fault) { allowed = try AllowList(rules) } catch { throw .refused("\(error)") }
    let log = Log()
    let proxy = Proxy(Gateway(allowed, vault: vault) { log.add($0) })
    let (sockets, continuation) = AsyncStream.makeStream(of: Int32.self)
    let result = await withTaskGroup(of: Result<Value, WorkspaceError>?.self) { group in
      group.addTask {
        for await socket in sockets { try? await proxy.run(on: socket) }
        return nil
      }
      group.addTask {
        defer {
          continuation.finish()
          proxy.stop()
        }
        do throws(WorkspaceError) {
          return .success(try await body { continuation.yield($0) })
        } catch { return .failure(error) }
      }
      var result: Result<Value, WorkspaceError> = .failure(.cancelled)
      for await ended in group { if let ended { result = ended } }
      return result
    }
    return (try result.get(), log.passages)
  }

  /// What wanted out so far.
  private final class Log: Sendable {
    private let entries = Mutex<[Passage]>([])

    var passages: [Passage] { entries.withLock(\.self) }

    func add(_ passage: Passage) {
      entries.withLock { if $0.count < passagesMax { $0.append(passage) } }
    }
  }
}
