// Schemas: what conforms, what does not, and what is no schema that is understood.
import Agents
import Basics
import Foundation
import Testing

@Suite struct SchemaTests {
  func json(_ text: String) throws -> JSON { try JSON.decoded(JSON.self, from: Data(text.utf8)) }

  @Test(arguments: [
    (#"{"type":"integer","minimum":1}"#, "3", nil),
    (#"{"type":"integer","minimum":1}"#, "0", "it must be at least 1"),
    (#"{"type":"integer"}"#, "1.5", "it must be integer"),
    (#"{"type":["string","null"]}"#, "null", nil),
    (#"{"type":"string","maxLength":2}"#, #""abc""#, "it must be at most 2 long"),
    (#"{"enum":["a","b"]}"#, #""c""#, "it must be one of a, b"),
    (#"{"required":["a"]}"#, "{}", "it lacks 'a'"),
    (
      #"{"properties":{"a":{"items":{"type":"string"}}}}"#, #"{"a":["x",1]}"#,
      "'a[1]' must be string"
    ),
    (#"{"properties":{},"additionalProperties":false}"#, #"{"b":1}"#, "it may have no 'b'"),
    (#"{"anyOf":[{"type":"null"},{"const":1}]}"#, "1", nil),
    (#"{"anyOf":[{"type":"null"},{"const":1}]}"#, "2", "it has none of the forms"),
  ])
  func says(schema: String, value: String, problem: String?) throws {
    let found = try Schema(json(schema)).problem(with: json(value))
    #expect(
      found == nil ? problem == nil : found?.hasPrefix(problem ?? "?") == true, "\(found ?? "")")
  }

  @Test(arguments: [
    "1", #"{"oneOf":[]}"#, #"{"items":{"pattern":"x"}}"#, #"{"minimum":"1"}"#, #"{"type":1}"#,
  ])
  func refuses(schema: String) throws {
    let schema = try json(schema)
    #expect(throws: Schema.Unknown.self) { try Schema(schema) }
  }
}
