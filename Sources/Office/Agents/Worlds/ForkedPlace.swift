// What tools touch in the layer of a step.
import Egress
import Events
import Forks
import Sandboxes

/// What tools touch in the layer of a step.
struct ForkedPlace: Place {
  let workspace: ForkedWorkspace
  let layer: Forks.Layer
  let limits: Limits
  let permissions: Permissions

  func read(_ path: Path, sizeMax: Int) async throws(WorkspaceError) -> [UInt8]? {
    try workspace.text(of: path, layer, sizeMax: sizeMax)
  }

  func list(_ path: Path) async throws(WorkspaceError) -> [Entry]? {
    try translated { () throws(ForkError) in
      let tree = try workspace.fork.tree(in: layer)
      let path = try tree.resolve(path)
      guard try tree.item(at: path)?.kind == .directory else { return nil }
      return try tree.list(path).compactMap(Entry.init)
    }
  }

  func write(_ bytes: [UInt8], to path: Path) async throws(WorkspaceError) {
    try translated { () throws(ForkError) in
      let fork = workspace.fork
      var above = path.parent
      var missing: [Path] = []
      while let directory = above, try fork.tree(in: layer).item(at: directory) == nil {
        missing.append(directory)
        above = directory.parent
      }
      for directory in missing.reversed() {
        try fork.writer(in: layer).makeDirectory(directory)
      }
      // A file that is there is written where its link leads.
      let tree = try fork.tree(in: layer)
      let target = try tree.item(at: path) == nil ? path : tree.resolve(path)
      try fork.writer(in: layer).write(bytes, to: target)
    }
  }

  func run(_ arguments: [String]) async throws(WorkspaceError) -> ToolResult {
    let mount = try translated { () throws(ForkError) in try workspace.fork.mount(of: layer) }
    let command = Command(
      arguments, environment: workspace.settings.vault.placeholders,
      inheritsInput: workspace.settings.inheritsInput)
    let settings = workspace.settings
    let (outcome, passages) = try await Exit(permissions, vault: settings.vault)
      .open { socket async throws(WorkspaceError) in
        do throws(SandboxError) {
          return try await settings.sandbox.run(
            command, in: mount, limits: limits, permissions: permissions, proxy: socket,
            output: settings.listener)
        } catch {
          throw WorkspaceError(error)
        }
      }
    var result = ToolResult(
      outcome.ending, output: outcome.output.bytes, errors: outcome.errors.bytes,
      outputWritten: outcome.output.written, errorsWritten: outcome.errors.written)
    result.passages = passages
    return result
  }
}

extension Entry {
  /// Something in a directory of a fork; nil for what no world may have.
  fileprivate init?(_ item: MergedTree.Item) {
    guard let kind = item.kind else { return nil }
    self.init(path: item.path, kind: kind, size: item.size)
  }
}
