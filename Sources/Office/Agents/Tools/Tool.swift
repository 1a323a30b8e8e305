// What can be done to a world.
public import Basics
public import Events

/// Something that can be done to a world.
public protocol Tool: Sendable {
  /// What it is called, what it takes, and how far it reaches.
  var contract: ToolContract { get }

  /// Does it. What it is told conforms to the schema of its contract.
  func use(_ input: JSON, in place: any Place) async throws(WorkspaceError) -> ToolResult
}

/// What a tool promises.
public struct ToolContract: Sendable, Hashable {
  /// Its name.
  public var name: String
  /// What it does, for whoever chooses among tools.
  public var summary: String
  /// The JSON schema of what it is told.
  public var schema: JSON
  /// How far what it does reaches.
  public var reach: Reach
  /// What each of its parameters is for; those that are not named are payload.
  public var roles: [String: Role]

  /// How far an act reaches, and so what can be done about it afterwards.
  public enum Reach: String, Sendable, Hashable, Codable {
    /// It touches nothing.
    case pure
    /// It looks at something.
    case read
    /// It changes the fork, which can be dropped.
    case reversible
    /// It changes something outside, and there is an act that takes that back.
    case compensable
    /// It changes something outside, for good.
    case irreversible
  }

  /// What a parameter is for.
  public enum Role: String, Sendable, Hashable, Codable {
    /// It says who, where, or how much.
    case authority
    /// It is passed on.
    case payload
    /// It says how.
    case control
  }

  /// A contract of these parts.
  public init(
    name: String, summary: String, schema: JSON, reach: Reach, roles: [String: Role] = [:]
  ) {
    self.name = name
    self.summary = summary
    self.schema = schema
    self.reach = reach
    self.roles = roles
  }
}

/// What came of the use of a tool.
public struct ToolResult: Sendable, Hashable {
  /// How it ended.
  public var ending: Outcome.Ending
  /// What it has to say, of which so many bytes were kept.
  public var output: [UInt8]
  /// What it complains about.
  public var errors: [UInt8]
  /// Bytes of output, kept or not.
  public var outputWritten: Int
  /// Bytes of complaints, kept or not.
  public var errorsWritten: Int
  /// What wanted out of the sandbox.
  public var passages: [Passage] = []

  /// A result of these parts; all of them were kept unless more is said.
  public init(
    _ ending: Outcome.Ending, output: [UInt8] = [], errors: [UInt8] = [],
    outputWritten: Int? = nil, errorsWritten: Int? = nil
  ) {
    self.ending = ending
    self.output = output
    self.errors = errors
    self.outputWritten = outputWritten ?? output.count
    self.errorsWritten = errorsWritten ?? errors.count
  }

  /// The result of something that worked.
  static func done(_ text: String = "") -> ToolResult {
    ToolResult(.exited(0), output: Array(text.utf8))
  }

  /// The result of something that did not, and why.
  static func failed(_ reason: String) -> ToolResult {
    ToolResult(.exited(1), errors: Array((reason + "\n").utf8))
  }
}

/// What a tool may touch: the world as its step sees it, processes in a sandbox, and the way out.
public protocol Place: Sendable {
  /// The bytes of a file, or nil where there is none; a symbolic link within the world is followed. A
  /// file that is larger than the bound is an error.
  func read(_ path: Path, sizeMax: Int) async throws(WorkspaceError) -> [UInt8]?

  /// What lies in a directory, in order; nil where there is no directory.
  func list(_ path: Path) async throws(WorkspaceError) -> [Entry]?

  /// Puts a file into the world, with the directories above it, in place of what was there.
  func write(_ bytes: [UInt8], to path: Path) async throws(WorkspaceError)

  /// Runs a program with arguments, the world being its working directory.
  func run(_ arguments: [String]) async throws(WorkspaceError) -> ToolResult
}

/// Something in a directory.
public struct Entry: Sendable, Hashable {
  /// Where.
  public var path: Path
  /// What.
  public var kind: Node.Kind
  /// Bytes of a file.
  public var size: Int

  /// Something in a directory.
  public init(path: Path, kind: Node.Kind, size: Int) {
    self.path = path
    self.kind = kind
    self.size = size
  }
}

/// The tools that there are, by name.
public struct Toolbox: Sendable {
  private let tools: [String: any Tool]

  /// A box of tools, no two of one name.
  public init(_ tools: [any Tool]) {
    self.tools = Dictionary(uniqueKeysWithValues: tools.map { ($0.contract.name, $0) })
  }

  /// Commands, and files read, written, edited, listed and searched.
  public static let office = Toolbox([
    RunTool(), ReadTool(), WriteTool(), EditTool(), ListTool(), SearchTool(),
  ])

  /// What the tools promise, by name.
  public var contracts: [ToolContract] {
    tools.values.map(\.contract).sorted { $0.name < $1.name }
  }

  /// The contract of a tool; nil where there is none of this name.
  public subscript(name: String) -> ToolContract? { tools[name]?.contract }

  /// What is wrong with an action before it is tried, in a sentence; nil where nothing is.
  public func problem(with action: Action) -> String? {
    guard let tool = tools[action.tool] else {
      let known = tools.keys.sorted().joined(separator: ", ")
      return "there is no tool '\(action.tool)'; known are \(known)"
    }
    do throws(Schema.Unknown) {
      return try Schema(tool.contract.schema).problem(with: action.input).map {
        "the input of '\(action.tool)' is wrong: \($0)"
      }
    } catch {
      return "the schema of '\(action.tool)' is wrong: \(error.reason)"
    }
  }

  /// Uses a tool.
  public func use(_ action: Action, in place: any Place) async throws(WorkspaceError) -> ToolResult
  {
    if let problem = problem(with: action) { return ToolResult(.refused(reason: problem)) }
    guard let tool = tools[action.tool] else { return ToolResult(.refused(reason: "no tool")) }
    do {
      return try await tool.use(action.input, in: place)
    } catch {
      guard case .refused(let reason) = error else { throw error }
      return .failed(reason)
    }
  }
}
