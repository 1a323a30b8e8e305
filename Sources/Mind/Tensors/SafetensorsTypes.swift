// The words of the safetensors format: element types, columns, entries, errors.

/// The element types that we read and write.
public enum ElementType: String, Sendable, CaseIterable {
  case f32 = "F32"
  case f16 = "F16"
  case i64 = "I64"
  case u8 = "U8"

  /// Bytes an element.
  public var size: Int {
    switch self {
    case .f32: 4
    case .f16: 2
    case .i64: 8
    case .u8: 1
    }
  }
}

/// The values of one column with their element type. Columns of `f16` are handed over and read as
/// Float, and rounded when they are written.
public enum Column: Sendable, Equatable {
  case f32([Float])
  case f16([Float])
  case i64([Int64])
  case u8([UInt8])

  /// How many values there are.
  public var count: Int {
    switch self {
    case .f32(let values), .f16(let values): values.count
    case .i64(let values): values.count
    case .u8(let values): values.count
    }
  }

  /// How they are stored.
  public var element: ElementType {
    switch self {
    case .f32: .f32
    case .f16: .f16
    case .i64: .i64
    case .u8: .u8
    }
  }
}

/// A column to be written, with its name and its shape.
public struct NamedColumn: Sendable {
  /// The name, unique in its file and not `__metadata__`.
  public var name: String
  /// The extents, slowest first; their product is the number of values.
  public var shape: [Int]
  /// The values in row-major order.
  public var column: Column

  /// A column with its name and shape.
  public init(_ name: String, shape: [Int], _ column: Column) {
    self.name = name
    self.shape = shape
    self.column = column
  }
}

/// Why a safetensors file could not be read or written.
public enum SafetensorsError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The operating system said no.
  case unreadable(path: String, reason: String)
  /// The file is not what the format demands.
  case malformed(path: String, reason: String)
  /// There is no column of this name.
  case missing(name: String, path: String)
  /// A column has another element type or shape than was asked for.
  case mismatched(name: String, expected: String, found: String)

  /// One sentence for people.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "\(path): \(reason)."
    case .malformed(let path, let reason): "\(path) is not a valid safetensors file: \(reason)."
    case .missing(let name, let path): "\(path) has no column named '\(name)'."
    case .mismatched(let name, let expected, let found):
      "The column '\(name)' has \(found) where \(expected) is needed."
    }
  }
}
