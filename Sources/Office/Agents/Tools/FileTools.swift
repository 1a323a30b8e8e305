// The tools that look at files and change them.
public import Basics
import Events

/// Bytes of the largest file that tools look at.
private let fileSizeMax = 16 << 20

/// Reads a text file, or some lines of it.
public struct ReadTool: Tool {
  /// What it promises.
  public let contract = ToolContract(
    name: "read", summary: "Reads a file, or some of its lines.",
    schema: schema(
      [
        "path": text("The file, relative to the directory."),
        "from": count("The first line, from 1 on."), "count": count("How many lines."),
      ], required: ["path"]),
    reach: .read, roles: ["path": .authority, "from": .control, "count": .control])

  /// The tool.
  public init() {}

  public func use(_ input: JSON, in place: any Place) async throws(WorkspaceError) -> ToolResult {
    guard let path = input.path("path") else { return .noPath(input) }
    guard let bytes = try await place.read(path, sizeMax: fileSizeMax) else {
      return .failed("there is no file \(path)")
    }
    guard input["from"] != nil || input["count"] != nil else {
      return ToolResult(.exited(0), output: bytes)
    }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .dropFirst((input.integer("from") ?? 1) - 1).prefix(input.integer("count") ?? .max)
    return ToolResult(.exited(0), output: Array(lines.joined(separator: [UInt8(ascii: "\n")])))
  }
}

/// Writes a whole file.
public struct WriteTool: Tool {
  /// What it promises.
  public let contract = ToolContract(
    name: "write", summary: "Writes a text into a file, in place of what was there.",
    schema: schema(
      ["path": text("The file, relative to the directory."), "text": text("All of its text.")],
      required: ["path", "text"]),
    reach: .reversible, roles: ["path": .authority])

  /// The tool.
  public init() {}

  public func use(_ input: JSON, in place: any Place) async throws(WorkspaceError) -> ToolResult {
    guard let path = input.path("path"), !path.isRoot else { return .noPath(input) }
    try await place.write(Array((input["text"]?.string ?? "").utf8), to: path)
    return .done()
  }
}

/// Replaces a text in a file that occurs there exactly once.
public struct EditTool: Tool {
  /// What it promises.
  public let contract = ToolContract(
    name: "edit", summary: "Replaces a text in a file; it must occur there exactly once.",
    schema: schema(
      [
        "path": text("The file, relative to the directory."),
        "old": .object(["type": .string("string"), "minLength": .integer(1)]),
        "new": text("What comes in its place."),
      ], required: ["path", "old", "new"]),
    reach: .reversible, roles: ["path": .authority])

  /// The tool.
  public init() {}

  public func use(_ input: JSON, in place: any Place) async throws(WorkspaceError) -> ToolResult {
    guard let path = input.path("path"), !path.isRoot else { return .noPath(input) }
    guard let bytes = try await place.read(path, sizeMax: fileSizeMax) else {
      return .failed("there is no file \(path)")
    }
    let old = Array((input["old"]?.string ?? "").utf8)
    let places = bytes.ranges(of: old)
    guard let range = places.first, places.count == 1 else {
      return .failed("the text occurs \(places.count) times in \(path); it must occur once")
    }
    var edited = bytes
    edited.replaceSubrange(range, with: Array((input["new"]?.string ?? "").utf8))
    try await place.write(edited, to: path)
    return .done()
  }
}

/// Lists a directory.
public struct ListTool: Tool {
  /// What it promises.
  public let contract = ToolContract(
    name: "list", summary: "Lists what lies in a directory; directories end in a slash.",
    schema: schema(["path": text("The directory; '.' is the world itself.")], required: ["path"]),
    reach: .read, roles: ["path": .authority])

  /// The tool.
  public init() {}

  public func use(_ input: JSON, in place: any Place) async throws(WorkspaceError) -> ToolResult {
    guard let path = input.path("path") else { return .noPath(input) }
    guard let entries = try await place.list(path) else {
      return .failed("there is no directory \(path)")
    }
    return .done(
      entries.map { $0.kind == .directory ? "\($0.path)/\n" : "\($0.path)\n" }.joined())
  }
}

/// Searches files for a text.
public struct SearchTool: Tool {
  /// What it promises.
  public let contract = ToolContract(
    name: "search",
    summary: "Finds the lines of files that contain a text, as path:line:text.",
    schema: schema(
      [
        "text": .object(["type": .string("string"), "minLength": .integer(1)]),
        "path": text("The directory or file to search; '.' is everything."),
        "glob": text("Only files whose paths match this pattern."),
        "count": count("At most so many lines; 200 by default."),
      ], required: ["text"]),
    reach: .read, roles: ["path": .authority, "glob": .control, "count": .control])

  /// Files beyond this many are not looked at.
  static let filesMax = 100_000

  /// The tool.
  public init() {}

  public func use(_ input: JSON, in place: any Place) async throws(WorkspaceError) -> ToolResult {
    guard let start = input["path"] == nil ? Path.root : input.path("path") else {
      return .noPath(input)
    }
    var glob: Glob?
    if let pattern = input["glob"]?.string {
      glob = Glob(pattern)
      if glob == nil { return ToolResult(.refused(reason: "'\(pattern)' is no pattern of paths")) }
    }
    let needle = Array((input["text"]?.string ?? "").utf8)
    let most = input.integer("count") ?? 200
    var found: [UInt8] = []
    var lines = 0
    var left = [start]
    var files = 0
    while let path = left.popLast(), lines < most, files < Self.filesMax {
      if let entries = try await place.list(path) {
        left += entries.filter { $0.kind != .link && $0.size <= fileSizeMax }.map(\.path).reversed()
        continue
      }
      files += 1
      guard glob?.matches(path) ?? true,
        let bytes = try await place.read(path, sizeMax: fileSizeMax),
        !bytes.ranges(of: needle).isEmpty
      else { continue }
      let all = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      for (i, line) in all.enumerated() where lines < most && !line.ranges(of: needle).isEmpty {
        found += Array("\(path):\(i + 1):".utf8) + line.prefix(1_000) + [UInt8(ascii: "\n")]
        lines += 1
      }
    }
    return ToolResult(.exited(lines > 0 ? 0 : 1), output: found)
  }
}
