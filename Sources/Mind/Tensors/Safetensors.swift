// Columns of numbers in a file, in the safetensors format.
//
// The format: 8 bytes, little-endian, give the length N of the header; then N bytes of JSON, one
// object that maps each name to {"dtype", "shape", "data_offsets": [begin, end]}, where offsets
// count from the end of the header, and optionally "__metadata__" to an object of strings; then
// the data, row-major and little-endian. The columns must fill the data exactly: no holes, no
// overlaps, nothing after the last. We pad the header with spaces, so that data begin at a multiple
// of 8, write columns in the order given, and keep the widest elements aligned by that order.
//
// The reader checks all of this against the size of the file before it reads or allocates anything
// by it, and reads data on demand with pread: big files cost what is used of them, and a file cut
// short meanwhile is an error (with a memory map it would be a fatal signal).

import Foundation

/// A safetensors file, open for reading.
public struct SafetensorsFile: Sendable {
  /// One column of the file.
  public struct Entry: Sendable, Equatable {
    /// The name of the column.
    public let name: String
    /// How its values are stored.
    public let element: ElementType
    /// The extents, slowest first.
    public let shape: [Int]
    /// Where the values begin, in bytes from the start of the file.
    public let offset: Int
    /// How many values there are.
    public let count: Int
    /// How many bytes they take.
    public var byteCount: Int { count * element.size }
  }

  /// Where the file was found.
  public let path: String
  /// The strings that its writer put beside the columns.
  public let metadata: [String: String]
  /// The columns in the order of their data.
  public let entries: [Entry]
  private let index: [String: Int]
  private let file: OpenFile

  /// Headers beyond this length are refused, as the reference implementation does.
  public static let headerMax = 100_000_000

  /// Opens a file and checks its header wholly. Data are read later.
  public init(path: String) throws(SafetensorsError) {
    let file = try OpenFile(path: path)
    let malformed = { (reason: String) in SafetensorsError.malformed(path: path, reason: reason) }
    guard file.size >= 8 else { throw malformed("it has \(file.size) bytes, fewer than 8") }
    let announced = try file.read(offset: 0, count: 8).reversed().reduce(UInt64(0)) {
      $0 << 8 | UInt64($1)
    }
    guard announced <= UInt64(Self.headerMax), announced <= UInt64(file.size - 8) else {
      throw malformed("it announces a header of \(announced) bytes in a file of \(file.size)")
    }
    let length = Int(announced)
    let header: Header
    do {
      var parser = HeaderParser(try file.read(offset: 8, count: length))
      header = try parser.parse()
    } catch let fault as HeaderFault {
      throw malformed(fault.reason)
    } catch let error as SafetensorsError {
      throw error
    } catch {
      throw malformed("\(error)")
    }
    self.file = file
    self.path = path
    metadata = header.metadata
    do {
      entries = try Self.checked(header.entries, start: 8 + length, size: file.size)
    } catch { throw malformed(error.reason) }
    index = Dictionary(uniqueKeysWithValues: zip(entries.map(\.name), entries.indices))
  }

  /// The column of this name.
  public subscript(name: String) -> Entry? { index[name].map { entries[$0] } }

  /// The values of an F32 or F16 column.
  public func floats(_ name: String) throws(SafetensorsError) -> [Float] {
    try floats(name, rows: try wholeRange(name))
  }

  /// Some entries along axis 0 of an F32 or F16 column. Rows beyond the extent are a mistake of the
  /// caller.
  public func floats(_ name: String, rows: Range<Int>) throws(SafetensorsError) -> [Float] {
    let entry = try entry(name, [.f32, .f16])
    if entry.element == .f32 {
      return try values(of: entry, rows: rows, as: UInt32.self).map(Float.init(bitPattern:))
    }
    return try values(of: entry, rows: rows, as: UInt16.self).map { Float(Float16(bitPattern: $0)) }
  }

  /// The values of an I64 column.
  public func integers(_ name: String) throws(SafetensorsError) -> [Int64] {
    try integers(name, rows: try wholeRange(name))
  }

  /// Some entries along axis 0 of an I64 column.
  public func integers(_ name: String, rows: Range<Int>) throws(SafetensorsError) -> [Int64] {
    try values(of: try entry(name, [.i64]), rows: rows, as: Int64.self)
  }

  /// The values of a U8 column.
  public func bytes(_ name: String) throws(SafetensorsError) -> [UInt8] {
    try bytes(name, rows: try wholeRange(name))
  }

  /// Some entries along axis 0 of a U8 column.
  public func bytes(_ name: String, rows: Range<Int>) throws(SafetensorsError) -> [UInt8] {
    try values(of: try entry(name, [.u8]), rows: rows, as: UInt8.self)
  }

  /// An F32 or F16 column as a tensor.
  public func tensor(_ name: String) throws(SafetensorsError) -> Tensor {
    let entry = try entry(name, [.f32, .f16])
    guard entry.shape.count <= Shape.rankMax, entry.shape.allSatisfy({ $0 <= Int32.max }) else {
      throw .mismatched(
        name: name, expected: "at most \(Shape.rankMax) axes", found: "the shape \(entry.shape)")
    }
    return Tensor(try floats(name), shape: Shape(entry.shape))
  }

  private func entry(_ name: String, _ types: [ElementType]) throws(SafetensorsError) -> Entry {
    guard let entry = self[name] else { throw .missing(name: name, path: path) }
    guard types.contains(entry.element) else {
      throw .mismatched(
        name: name, expected: types.map(\.rawValue).joined(separator: " or "),
        found: entry.element.rawValue)
    }
    return entry
  }

  private func wholeRange(_ name: String) throws(SafetensorsError) -> Range<Int> {
    guard let entry = self[name] else { throw .missing(name: name, path: path) }
    return 0..<(entry.shape.first ?? 1)
  }

  private func values<T: FixedWidthInteger>(
    of entry: Entry, rows: Range<Int>, as type: T.Type
  ) throws(SafetensorsError) -> [T] {
    let extent = entry.shape.first ?? 1
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= extent,
      "rows \(rows) of '\(entry.name)', which has \(extent)")
    let row = extent == 0 ? 0 : entry.count / extent
    let size = MemoryLayout<T>.size
    return try file.read(
      offset: entry.offset + rows.lowerBound * row * size, count: rows.count * row, as: type)
  }

  /// Entries in the order of their data, which they must fill without a hole or an overlap.
  private static func checked(
    _ entries: [HeaderEntry], start: Int, size: Int
  ) throws(HeaderFault) -> [Entry] {
    var result: [Entry] = []
    var at = 0
    for entry in entries.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
      guard let element = ElementType(rawValue: entry.type) else {
        throw HeaderFault(reason: "'\(entry.name)' has the unknown dtype '\(entry.type)'")
      }
      var count = 1
      for extent in entry.shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: extent)
        if overflow {
          throw HeaderFault(reason: "the shape of '\(entry.name)' overflows: \(entry.shape)")
        }
        count = product
      }
      let (bytes, overflow) = count.multipliedReportingOverflow(by: element.size)
      guard !overflow, entry.begin <= entry.end, entry.end - entry.begin == bytes else {
        throw HeaderFault(
          reason: "'\(entry.name)' has offsets \(entry.begin)..<\(entry.end) for the shape "
            + "\(entry.shape) of \(element.rawValue)")
      }
      guard entry.begin == at else {
        throw HeaderFault(
          reason: "the data of '\(entry.name)' begin at \(entry.begin) instead of \(at)")
      }
      guard entry.end <= size - start else {
        throw HeaderFault(
          reason: "the data of '\(entry.name)' end at \(entry.end), beyond the \(size - start) "
            + "bytes that there are")
      }
      at = entry.end
      result.append(
        Entry(
          name: entry.name, element: element, shape: entry.shape, offset: start + entry.begin,
          count: count))
    }
    guard at == size - start else {
      throw HeaderFault(reason: "its columns take \(at) bytes and the file has \(size - start)")
    }
    return result
  }
}
