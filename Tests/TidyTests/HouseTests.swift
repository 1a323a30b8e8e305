// The house is in order: every rule holds in every source file, and every rule can fail.
import Testing

@Suite struct HouseTests {
  @Test(arguments: Rule.all) func holdsEverywhere(rule: Rule) throws {
    let files = try SourceFile.all()
    #expect(files.count > 20, "only \(files.count) source files were found")
    for file in files {
      for (line, what) in rule.breaches(file) {
        Issue.record("\(rule.name): \(file.path):\(line): \(what)")
      }
    }
  }

  /// Length is a signal, not a wall.
  @Test func longOnesAreNamed() throws {
    for line in try SourceFile.all().flatMap(lengths) { print("long: \(line)") }
  }

  /// A file that breaks each rule, by the name of the rule; and one line that keeps it.
  static let offences: [(rule: Rule, path: String, bad: String, good: String)] = [
    (.imports, "Basics/A.swift", "import Tensors", "import Foundation"),
    (.imports, "Mind/Learning/A.swift", "public import ArgumentParser", "public import Tensors"),
    (.imports, "Mind/Unknown/A.swift", "import Basics", "import Foundation"),
    (.forces, "Basics/A.swift", "let a = b!", "if a != b, !c { }"),
    (.forces, "Basics/A.swift", "let a = try! b()", "let a = \"b! try!\"  // no!"),
    (.forces, "Basics/A.swift", "let a = b as! C", "let a = b as? C"),
    (.forces, "Basics/A.swift", "a[0]!.b()", "#if !DEBUG"),
    (.unchecked, "Basics/A.swift", "class A: @unchecked Sendable {}", "struct A: Sendable {}"),
    (.printing, "Basics/A.swift", "  print(a)", "  blueprint(a)"),
    (.reminders, "Basics/A.swift", "// TODO: this", "// To do is to be."),
    (.moduleNames, "Basics/A.swift", "enum Basics {}", "enum Basic {}"),
    (.openings, "Basics/A.swift", "import Foundation", "// What it is.\nimport Foundation"),
    (.openings, "Mind/CKernels/a.c", "#include <a.h>", "// What it is.\n#include <a.h>"),
    (
      .documentation, "Basics/A.swift", "public func a() {}",
      "/// A.\n@inlinable\npublic func a() {}"
    ),
    (.documentation, "Basics/A.swift", "  public private(set) var a = 1", "  var a = 1"),
    (.documentation, "Basics/A.swift", "@inlinable public init() {}", "public import Basics"),
    (.machinePaths, "Basics/A.swift", "let a = \"/home/me/a\"", "let a = \"runs/demo\""),
  ]

  @Test(arguments: offences.indices) func eachRuleCanFail(index: Int) {
    let offence = Self.offences[index]
    let bad = SourceFile(path: offence.path, text: offence.bad)
    let good = SourceFile(path: offence.path, text: offence.good)
    #expect(!offence.rule.breaches(bad).isEmpty, "\(offence.rule.name) let \(offence.bad) pass")
    #expect(offence.rule.breaches(good).isEmpty, "\(offence.rule.name) refused \(offence.good)")
  }

  @Test func longFunctionsAreFound() {
    let body = String(repeating: "    a()\n", count: 70)
    let file = SourceFile(path: "Basics/A.swift", text: "  func a() {\n\(body)  }\n")
    #expect(lengths(of: file).count == 1)
    let long = SourceFile(path: "Basics/A.swift", text: String(repeating: "\n", count: 401))
    #expect(lengths(of: long).count == 1)
  }
}
