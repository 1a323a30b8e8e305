// The rules that the sources keep and the compiler does not check.
import Foundation
import Testing

/// What a module may import. The order is the layering: a module sees only those above it.
let modules: [(name: String, sees: Set<String>)] = [
  ("CKernels", []),
  ("CReport", []),
  ("Basics", []),
  ("Tensors", ["CKernels", "Basics"]),
  ("Networks", ["Tensors", "Basics"]),
  ("Environments", ["Basics"]),
  ("WorldModels", ["Networks", "Tensors", "Environments", "Basics"]),
  ("Planning", ["WorldModels", "Networks", "Tensors", "Environments", "Basics"]),
  (
    "Learning",
    ["CReport", "Planning", "WorldModels", "Networks", "Tensors", "Environments", "Basics"]
  ),
  ("Events", ["Basics"]),
  ("CSandbox", []),
  ("Forks", ["CSandbox", "Events", "Basics"]),
  ("Sandboxes", ["CSandbox", "Forks", "Events", "Basics"]),
  ("orrery-sandbox", ["CSandbox"]),
  ("Egress", ["Events", "Basics"]),
  ("Storage", ["Events", "Basics"]),
  ("Agents", ["Egress", "Sandboxes", "Forks", "Events", "Basics"]),
  ("TestKit", ["Environments", "Events", "Basics"]),
  (
    "orrery",
    [
      "Agents", "Egress", "Storage", "Sandboxes", "Forks", "Events", "Learning", "Planning",
      "WorldModels",
      "Networks", "Tensors", "Environments", "Basics",
    ]
  ),
  (
    "Benchmarks",
    [
      "CCeilings", "Learning", "Planning", "WorldModels", "Networks", "Tensors", "Environments",
      "Storage", "Events", "Basics",
    ]
  ),
]

/// What comes with the toolchain; every module may import it.
let toolchain: Set<String> = [
  "Swift", "Foundation", "FoundationEssentials", "Synchronization", "Dispatch", "Glibc", "Musl",
  "Darwin", "Testing",
]

/// Third-party modules, and the one module that may import each.
let thirdParty = [
  "ArgumentParser": "orrery", "Crypto": "Events", "NIOCore": "Egress", "NIOPosix": "Egress",
  "NIOSSL": "Egress", "GRDB": "Storage", "Yams": "Agents",
]

/// Files that may say `@unchecked Sendable`: where memory and threads are owned.
let uncheckedFiles = [
  "Tensors/Storage.swift", "Tensors/Workers.swift", "CrossEntropy/ImaginedBlocks.swift",
  "Benchmarks/Orrery/CorePlanner.swift", "Benchmarks/Orrery/DrivenMission.swift",
]

/// Witnesses of protocols, which say there what they are.
let documentedByProtocols: Set = [
  "description", "hash", "encode", "==", "<", "spec", "reset", "step", "visit", "begin", "observe",
  "imagine", "forecast", "act", "see", "thought", "loss", "use", "perform", "effects", "check",
  "keep", "drop", "settle", "commit", "discard",
]

/// A rule: its name, and the lines (from 1) of a file that break it, with what is wrong.
struct Rule: Sendable, CustomTestStringConvertible {
  var name: String
  var breaches: @Sendable (SourceFile) -> [(line: Int, what: String)]

  var testDescription: String { name }

  static let all: [Rule] = [
    imports, forces, unchecked, printing, reminders, moduleNames, openings, documentation,
    machinePaths,
  ]

  static let imports = Rule(name: "imports follow the table of modules") { file in
    file.matches(#"^(?:@\w+ )*(?:(?:public|package|internal) )?import (?:\w+ )?(\w+)"#).compactMap {
      line, imported in
      if toolchain.contains(imported) || thirdParty[imported] == file.module { return nil }
      guard let row = modules.first(where: { $0.name == file.module }) else {
        return (line, "\(file.module) is not in the table of modules")
      }
      if row.sees.contains(imported) { return nil }
      return (line, "\(file.module) may not import \(imported)")
    }
  }

  static let forces = Rule(name: "nothing is forced") { file in
    file.matches(#"((?:[A-Za-z0-9_)\]}"]|\btry|\bas)!)(?![=A-Za-z0-9_])"#).map {
      ($0, "forced: \($1)")
    }
  }

  static let unchecked = Rule(name: "Sendable is checked") { file in
    if uncheckedFiles.contains(where: file.path.hasSuffix) { return [] }
    return file.matches(#"(@unchecked\s+Sendable|nonisolated\(unsafe\))"#)
  }

  static let printing = Rule(name: "only the command line prints") { file in
    file.module == "orrery" ? [] : file.matches(#"(?<![A-Za-z0-9_.])((?:debugP|p)rint)\("#)
  }

  static let reminders = Rule(name: "nothing is left to do") { file in
    matches(of: #"\b(TODO|FIXME|XXX|HACK)\b"#, in: file.lines)
  }

  static let moduleNames = Rule(name: "no module is named like a type in it") { file in
    file.matches(#"\b(?:struct|class|enum|actor|protocol|typealias) (\w+)"#)
      .filter { $0.what == file.module }
  }

  static let openings = Rule(name: "a file begins with a sentence of what it is") { file in
    let first = file.lines.drop { $0.hasPrefix("// swift-tools-version") }
    let opening = first.prefix { $0.hasPrefix("//") || $0.hasPrefix("/*") || $0.hasPrefix(" *") }
      .joined(separator: " ")
    let words = opening.drop { "/* ".contains($0) }
    let isSentence = words.contains(".") && words.split(separator: " ").count > 2
    return isSentence || file.lines.allSatisfy(\.isEmpty) ? [] : [(1, "begins without a sentence")]
  }

  static let documentation = Rule(name: "what is public is documented") { file in
    guard file.path.hasSuffix(".swift") else { return [] }
    let declarations = file.matches(
      #"^\s*(?:@\w+(?:\([^)]*\))? )*(?:public|open) (?!import|extension)"#
        + #"(?:\w+(?:\(\w+\))? )*(\w+|[=<>+*/-]+)"#
    )
    return declarations.filter { line, name in
      if documentedByProtocols.contains(name) { return false }
      var above = line - 2
      while above >= 0 && file.code[above].drop(while: \.isWhitespace).hasPrefix("@") { above -= 1 }
      return above < 0 || !file.lines[above].drop(while: \.isWhitespace).hasPrefix("///")
    }
  }

  static let machinePaths = Rule(name: "no file knows somebody's machine") { file in
    matches(of: #"(/(?:home|Users|root|tmp|work)/[\w.-]+|[A-Z]:\\\\)"#, in: file.lines)
  }
}

/// Files that are long, and functions: a signal to look at, not a failure.
func lengths(of file: SourceFile) -> [String] {
  var out: [String] = []
  if file.lines.count > 400 { out.append("\(file.path): \(file.lines.count) lines") }
  for (line, name) in file.matches(#"^\s*(?:[\w@()]+ )*(func \w+|init\b)"#) {
    let indentation = file.code[line - 1].prefix { $0 == " " }
    let rest = file.code[line...]
    guard let end = rest.firstIndex(where: { $0.hasPrefix(indentation + "}") }) else { continue }
    let next = rest.firstIndex { $0.hasPrefix(indentation + "func ") } ?? Int.max
    if end < next && end - line + 2 > 60 {
      out.append("\(file.path):\(line): \(name) has \(end - line + 2) lines")
    }
  }
  return out
}
