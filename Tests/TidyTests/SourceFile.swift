// A source file as the rules see it: its lines, and its lines without comments and strings.
import Foundation

/// A source file, and the module that it belongs to.
struct SourceFile: Sendable {
  let path: String
  let module: String
  let lines: [String]
  /// The lines with comments, and what stands in string literals, left out.
  let code: [String]

  /// A file at a path below `Sources`, such as "Mind/Tensors/Tensor.swift", or in "Benchmarks".
  init(path: String, text: String) {
    self.path = path
    let folders = path.split(separator: "/").dropLast().map(String.init)
    module = folders.first { !["Mind", "Office", "Bridge"].contains($0) } ?? ""
    lines = text.components(separatedBy: "\n")
    code = path.hasSuffix(".swift") ? codeAlone(text).components(separatedBy: "\n") : lines
  }

  /// Every source file of the package.
  static func all() throws -> [SourceFile] {
    let house = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return try all(below: house.appending(path: "Sources"), as: "")
      + all(below: house.appending(path: "Benchmarks"), as: "Benchmarks/")
  }

  private static func all(below root: URL, as prefix: String) throws -> [SourceFile] {
    let names =
      FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
    return try names.sorted().compactMap { name in
      let kinds: Set = ["swift", "c", "h", "js", "css"]
      guard kinds.contains(URL(fileURLWithPath: name).pathExtension) else { return nil }
      let text = try String(contentsOf: root.appending(path: name), encoding: .utf8)
      return SourceFile(path: prefix + name, text: text)
    }
  }

  /// Where a pattern occurs in the code of a Swift file: the line, from 1, and its first group.
  func matches(_ pattern: String) -> [(line: Int, what: String)] {
    path.hasSuffix(".swift") ? TidyTests.matches(of: pattern, in: code) : []
  }
}

/// Where a pattern occurs in some lines.
func matches(of pattern: String, in lines: [String]) -> [(line: Int, what: String)] {
  guard let expression = try? NSRegularExpression(pattern: pattern) else { return [] }
  var out: [(line: Int, what: String)] = []
  for (i, line) in lines.enumerated() {
    let whole = NSRange(line.startIndex..., in: line)
    for match in expression.matches(in: line, range: whole) {
      if let range = Range(match.range(at: 1), in: line) {
        out.append((i + 1, String(line[range])))
      }
    }
  }
  return out
}

/// Swift source without its comments and without what its string literals say; lines stay lines.
private func codeAlone(_ text: String) -> String {
  var out: [UInt8] = []
  let bytes = Array(text.utf8)
  var i = 0
  func starts(_ word: String) -> Bool { bytes[i...].starts(with: word.utf8) }
  /// Skips to behind `end`, keeping the ends of lines.
  func skip(to end: String, escapes: Bool = false, withinLine: Bool = false) {
    while i < bytes.count && !starts(end) {
      if bytes[i] == UInt8(ascii: "\n") {
        if withinLine { return }
        out.append(bytes[i])
      }
      i += escapes && bytes[i] == UInt8(ascii: "\\") ? 2 : 1
    }
    i = min(i + end.utf8.count, bytes.count)
  }
  while i < bytes.count {
    if starts("//") {
      while i < bytes.count && bytes[i] != UInt8(ascii: "\n") { i += 1 }
    } else if starts("/*") {
      skip(to: "*/")
    } else if starts("#\"") {
      i += 2
      skip(to: "\"#")
      out += "\"\"".utf8
    } else if starts("\"\"\"") {
      i += 3
      skip(to: "\"\"\"", escapes: true)
      out += "\"\"".utf8
    } else if starts("\"") {
      i += 1
      skip(to: "\"", escapes: true, withinLine: true)
      out += "\"\"".utf8
    } else {
      out.append(bytes[i])
      i += 1
    }
  }
  return String(decoding: out, as: UTF8.self)
}
