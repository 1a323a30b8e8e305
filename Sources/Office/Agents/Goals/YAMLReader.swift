// YAML that is read piece by piece, where every piece that is not understood is an error with a line.
import Basics
import Events
import Yams

/// A piece of YAML, and what it is called.
struct YAMLReader {
  let node: Yams.Node
  let name: String

  /// The text, where this is one.
  var scalar: String? { node.scalar?.string }

  var line: Int { node.mark?.line ?? 0 }

  func fails(_ reason: String) -> GoalFileError { GoalFileError(line: line, reason: reason) }

  /// Reads a text; the root of what it says.
  static func read(_ text: String) throws(GoalFileError) -> YAMLReader {
    guard text.utf8.count <= 1 << 20 else {
      throw GoalFileError(line: 0, reason: "a goal file has at most 1 MiB")
    }
    let node: Yams.Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch {
      throw GoalFileError(line: 0, reason: "it is no YAML: \(error)".replacing("\n", with: " "))
    }
    guard let node else {
      throw GoalFileError(line: 0, reason: "it is empty; write at least 'steps:'")
    }
    return YAMLReader(node: node, name: "the file")
  }

  /// The members of a mapping, none of which may be unknown or come twice.
  func members(known: [String]) throws(GoalFileError) -> [String: YAMLReader] {
    var members: [String: YAMLReader] = [:]
    for (key, value) in try pairs() {
      guard known.contains(key) else {
        throw GoalFileError(
          line: value.line,
          reason: "unknown key '\(key)' in \(name); known are \(known.joined(separator: ", "))")
      }
      members[key] = value
    }
    return members
  }

  /// The members of a mapping in their order, whatever they are called.
  func pairs() throws(GoalFileError) -> [(key: String, value: YAMLReader)] {
    guard let mapping = node.mapping else { throw fails("\(name) must be a mapping, 'key: value'") }
    var seen: Set<String> = []
    var pairs: [(String, YAMLReader)] = []
    for (key, value) in mapping {
      guard let text = key.scalar?.string else { throw fails("a key of \(name) must be a word") }
      guard seen.insert(text).inserted else { throw fails("'\(text)' comes twice in \(name)") }
      pairs.append((text, YAMLReader(node: value, name: "'\(text)'")))
    }
    return pairs
  }

  /// The elements of a sequence; a single piece counts as one.
  func elements() -> [YAMLReader] {
    node.sequence.map { $0.map { YAMLReader(node: $0, name: name) } } ?? [self]
  }

  func text() throws(GoalFileError) -> String {
    guard let text = scalar else { throw fails("\(name) must be a text") }
    return text
  }

  func texts() throws(GoalFileError) -> [String] {
    var texts: [String] = []
    for element in elements() { texts.append(try element.text()) }
    return texts
  }

  func path() throws(GoalFileError) -> Path {
    let text = try text()
    guard let path = Path(text), !path.isRoot else {
      throw fails("'\(text)' is no path within the directory: write it relative, without '..'")
    }
    return path
  }

  func globs() throws(GoalFileError) -> [Glob] {
    var globs: [Glob] = []
    for text in try texts() {
      guard let glob = Glob(text) else {
        throw fails("'\(text)' is no pattern of paths: write it relative, without '..'")
      }
      globs.append(glob)
    }
    return globs
  }

  func seconds() throws(GoalFileError) -> Double {
    let text = try text()
    guard let seconds = Quantity.seconds(text) else {
      throw fails("\(name) is '\(text)', which is no time above zero; write 90s, 5m or 1h30m")
    }
    return seconds
  }

  func bytes() throws(GoalFileError) -> Int {
    let text = try text()
    guard let bytes = Quantity.bytes(text) else {
      throw fails("\(name) is '\(text)', which is no size; write 500MB or 2GiB")
    }
    return bytes
  }

  func integer(in range: ClosedRange<Int>) throws(GoalFileError) -> Int {
    let text = try text()
    guard let number = Int(text), range.contains(number) else {
      throw fails(
        "\(name) is '\(text)'; it must be a whole number from \(range.lowerBound) to \(range.upperBound)"
      )
    }
    return number
  }

  /// Any value, as JSON. Aliases can make a short text a huge value: it may have so many parts.
  func json() throws(GoalFileError) -> JSON {
    var parts = 10_000
    return try json(node, &parts)
  }

  private func json(_ node: Yams.Node, _ parts: inout Int) throws(GoalFileError) -> JSON {
    parts -= 1
    guard parts > 0 else { throw fails("\(name) has more than 10,000 parts") }
    switch node {
    case .scalar(let scalar):
      if scalar.style == .plain {
        if let value = node.bool { return .bool(value) }
        if let value = node.int { return .integer(value) }
        if let value = node.float { return .number(value) }
        if node.null != nil { return .null }
      }
      return .string(scalar.string)
    case .sequence(let sequence):
      var values: [JSON] = []
      for node in sequence { values.append(try json(node, &parts)) }
      return .array(values)
    case .mapping(let mapping):
      var members: [String: JSON] = [:]
      for (key, value) in mapping {
        guard let key = key.scalar?.string else { throw fails("a key of \(name) must be a word") }
        members[key] = try json(value, &parts)
      }
      return .object(members)
    case .alias: throw fails("\(name) has an alias, which is not understood here")
    }
  }
}
