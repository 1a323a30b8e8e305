import Basics
// What JSON has no number for comes back as it was.
import Foundation
import Testing

@Suite struct JSONTests {
  @Test func whatIsNotFiniteIsSaidInWords() throws {
    let values: [Double] = [.infinity, -.infinity, 0.1, .nan]
    let line = try JSON.encoded(["b": values, "a": []])
    #expect(
      String(decoding: line, as: UTF8.self) == """
        {"a":[],"b":["inf","-inf",0.1,"nan"]}

        """)
    let back = try JSON.decoded([String: [Double]].self, from: Data(line))["b"]
    #expect(back?.dropLast() == values.dropLast() && back?.last?.isNaN == true)
  }
}
