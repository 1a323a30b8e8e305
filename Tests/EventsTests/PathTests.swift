// Paths: what is one, how they are said, and which patterns mean them.
import Basics
import Events
import Foundation
import Testing

@Suite struct PathTests {
  @Test(arguments: ["/", "/a", "a/", "a//b", ".", "..", "a/../b", "a/./b", "a\0b"])
  func refuses(text: String) {
    #expect(Path(text) == nil)
  }

  @Test(arguments: [
    [], Array("a".utf8), Array("a b/ü\n\\".utf8), [0xFF, 0x2F, 0xC3],
    Array(repeating: 0x61, count: 255),
  ])
  func survivesJSON(bytes: [UInt8]) throws {
    let path = try #require(Path(bytes: bytes))
    let encoded = try JSON.encoded([path])
    #expect(try JSON.decoded([Path].self, from: Data(encoded)) == [path])
  }

  @Test func isSaidForPeople() {
    #expect(Path("ü b")?.description == "ü b")
    #expect(Path(bytes: [0xFF, 0x0A, 0x61])?.description == "\\xff\\x0aa")
    #expect(Path("a\\b")?.description == "a\\x5cb")
  }

  @Test func aDirectoryComesBeforeWhatIsInIt() throws {
    let paths = try ["a-b", "a/b", "a", "a/b/c", "b"].map { try #require(Path($0)) }
    #expect(paths.sorted().map(\.description) == ["a", "a/b", "a/b/c", "a-b", "b"])
    #expect(paths[1].isWithin(paths[2]))
    #expect(!paths[0].isWithin(paths[2]))
  }

  @Test(arguments: [
    ("*", "a", true), ("*", "a/b", false), ("**", "a/b", true), ("a/", "a/b/c", true),
    ("a/", "ab", false), ("a/**/z", "a/z", true), ("a/**/z", "a/b/c/z", true),
    ("?.txt", "a.txt", true),
    ("[a-c]x", "bx", true), ("[!a-c]x", "bx", false), ("\\*", "*", true), ("\\*", "a", false),
    ("*a*b*c", "xaybzc", true), ("*a*b*c", "xaybz", false), ("**/*.o", "x.o", true),
    ("**/a/**", "b/a/c/d", true), ("[]]", "]", true),
  ])
  func globs(pattern: String, path: String, isMeant: Bool) throws {
    #expect(try #require(Glob(pattern)).matches(try #require(Path(path))) == isMeant)
  }

  @Test(arguments: ["", "/a", "../a", "a//b", "[a"]) func refusesGlob(pattern: String) {
    #expect(Glob(pattern) == nil)
  }
}
