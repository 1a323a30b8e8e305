// Acceptance checks over a fork: files are looked at, commands run in clean processes.
import Basics
public import Events
import Forks
import Foundation
import Sandboxes

extension ForkedWorkspace {
  /// Bytes of the largest file whose text is checked.
  private static let fileSizeMax = 64 << 20

  public func check(_ checks: [Check], after step: Step?) async throws(WorkspaceError) -> [Evidence]
  {
    let layer = try step.map { step throws(WorkspaceError) in try self.layer(of: step) }
    var evidence: [Evidence] = []
    for check in checks {
      do throws(WorkspaceError) {
        let (holds, seen) = try await look(check, layer)
        evidence.append(Evidence(check: check, holds: holds, seen: seen))
      } catch {
        // Where it can not be looked at, it does not hold.
        guard case .refused(let reason) = error else { throw error }
        evidence.append(Evidence(check: check, holds: false, seen: reason))
      }
    }
    return evidence
  }

  private func look(
    _ check: Check, _ layer: Forks.Layer?
  ) async throws(WorkspaceError) -> (holds: Bool, seen: String) {
    switch check {
    case .exists(let path):
      let kind = try node(path, layer)
      return (kind != nil, kind.map { "\(path) is a \($0)" } ?? "there is no \(path)")
    case .absent(let path):
      let kind = try node(path, layer)
      return (kind == nil, kind.map { "\(path) is a \($0)" } ?? "there is no \(path)")
    case .contains(let path, let text):
      guard let bytes = try file(path, layer) else { return (false, "there is no file \(path)") }
      let holds = text.isEmpty || !bytes.ranges(of: Array(text.utf8)).isEmpty
      return (holds, "\(path) has \(bytes.count) bytes, \(holds ? "with" : "without") '\(text)'")
    case .equals(let path, let text):
      guard let bytes = try file(path, layer) else { return (false, "there is no file \(path)") }
      let holds = bytes.elementsEqual(text.utf8)
      return (holds, "\(path) has \(bytes.count) bytes, \(holds ? "these" : "others")")
    case .conforms(let path, let schema):
      guard let bytes = try file(path, layer) else { return (false, "there is no file \(path)") }
      return conforms(path, bytes, schema)
    case .succeeds(let command): return try await succeeds(command, layer)
    }
  }

  private func node(_ path: Path, _ layer: Forks.Layer?) throws(WorkspaceError) -> Node.Kind? {
    try translated { () throws(ForkError) in try fork.tree(in: layer).item(at: path)?.kind }
  }

  private func file(_ path: Path, _ layer: Forks.Layer?) throws(WorkspaceError) -> [UInt8]? {
    try text(of: path, layer, sizeMax: Self.fileSizeMax)
  }

  /// The bytes of a file as a step (or the run) has it; nil where there is no file.
  func text(
    of path: Path, _ layer: Forks.Layer?, sizeMax: Int
  ) throws(WorkspaceError) -> [UInt8]? {
    try translated { () throws(ForkError) in
      let tree = try fork.tree(in: layer)
      let path = try tree.resolve(path)
      guard let item = try tree.item(at: path), item.kind == .file else { return nil }
      guard item.size <= sizeMax else {
        throw .refused(path, why: "has \(item.size) bytes, and at most \(sizeMax) are looked at")
      }
      return try tree.read(path)
    }
  }

  private func conforms(_ path: Path, _ bytes: [UInt8], _ schema: JSON) -> (Bool, String) {
    let problem: String?
    do {
      problem = try Schema(schema).problem(with: JSON.decoded(JSON.self, from: Data(bytes)))
    } catch let error as Schema.Unknown {
      problem = "the schema is not understood: \(error.reason)"
    } catch {
      problem = "it is no JSON"
    }
    return (problem == nil, problem.map { "\(path): \($0)" } ?? "\(path) conforms")
  }

  /// Runs a command over what is to be checked, in a layer that is thrown away.
  private func succeeds(
    _ command: String, _ layer: Forks.Layer?
  ) async throws(WorkspaceError) -> (Bool, String) {
    let scratch = try translated { () throws(ForkError) in try fork.beginLayer("check~") }
    let result: Result<ProcessOutcome, SandboxError>
    do throws(ForkError) {
      var mount = try fork.mount(of: scratch)
      if let layer {
        let below = try fork.mount(of: layer)
        mount.lower = [below.upper] + below.lower
      }
      do throws(SandboxError) {
        result = .success(
          try await settings.sandbox.run(
            .shell(command), in: mount, limits: settings.limits,
            permissions: Permissions(
              read: settings.permissions.read, environment: settings.permissions.environment)))
      } catch { result = .failure(error) }
      try fork.drop(scratch)
    } catch { throw WorkspaceError(error) }
    switch result {
    case .failure(let error): throw WorkspaceError(error)
    case .success(let outcome):
      let holds = outcome.ending == .exited(0)
      let last =
        String(decoding: outcome.errors.bytes + outcome.output.bytes, as: UTF8.self)
        .split(whereSeparator: \.isNewline).last.map { ": \($0.prefix(200))" } ?? ""
      return (holds, "\(outcome.ending)" + (holds ? "" : last))
    }
  }
}
