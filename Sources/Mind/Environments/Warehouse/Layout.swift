// The plan of a site as it is written down: its size, its racks, the graph of its ways.

/// The plan of a site: what a drawing or a LIF file says, before anything is computed from it.
public struct Layout: Sendable, Hashable, Codable {
  /// What the site is called.
  public var name: String
  /// Metres along x, walls included.
  public var width: Float
  /// Metres along y, walls included.
  public var height: Float
  /// Everything that stands: racks, pallets, pillars.
  public var racks: [Rectangle]
  /// Where ways meet.
  public var nodes: [Node]
  /// Ways between nodes, one per direction.
  public var edges: [Edge]
  /// Where work is done.
  public var stations: [Station]
  /// Where the racks are not known: the width of the free strip around every way; all else is
  /// solid. Nil where the racks are known.
  public var corridor: Float?

  /// A place where ways meet.
  public struct Node: Sendable, Hashable, Codable {
    /// Its name in the plan.
    public var id: String
    /// Metres from the left wall.
    public var x: Float
    /// Metres from the lower wall.
    public var y: Float

    /// A place where ways meet.
    public init(id: String, x: Float, y: Float) {
      self.id = id
      self.x = x
      self.y = y
    }
  }

  /// A way from one node to another, in that direction.
  public struct Edge: Sendable, Hashable, Codable {
    /// Index of the node it leaves.
    public var start: Int
    /// Index of the node it reaches.
    public var end: Int

    /// A way from one node to another.
    public init(start: Int, end: Int) {
      self.start = start
      self.end = end
    }
  }

  /// A place where work is done.
  public struct Station: Sendable, Hashable, Codable {
    /// Its name in the plan.
    public var id: String
    /// Index of the node it is served from.
    public var node: Int

    /// A place where work is done.
    public init(id: String, node: Int) {
      self.id = id
      self.node = node
    }
  }

  /// A plan of these parts. `Site` checks that they fit.
  public init(
    name: String, width: Float, height: Float, racks: [Rectangle] = [], nodes: [Node] = [],
    edges: [Edge] = [], stations: [Station] = [], corridor: Float? = nil
  ) {
    self.name = name
    self.width = width
    self.height = height
    self.racks = racks
    self.nodes = nodes
    self.edges = edges
    self.stations = stations
    self.corridor = corridor
  }
}

/// Why a plan can not be built or a file not be read.
public enum LayoutError: Error, Hashable, CustomStringConvertible {
  /// The file can not be read.
  case unreadable(path: String, reason: String)
  /// The file is larger than is reasonable.
  case tooLarge(bytes: Int, limit: Int)
  /// The text is not the JSON that a plan needs.
  case malformed(reason: String)
  /// A number is missing, not finite or out of its range.
  case outOfRange(what: String, value: Double, allowed: ClosedRange<Double>)
  /// Two things have the same name, or something names a thing that is not there.
  case badReference(what: String, id: String)
  /// The plan can be built, but a robot could not work in it.
  case unusable(reason: String)

  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "\(path) can not be read: \(reason)"
    case .tooLarge(let bytes, let limit):
      "the layout has \(bytes) bytes; a layout may have at most \(limit)"
    case .malformed(let reason): "this is not a layout: \(reason)"
    case .outOfRange(let what, let value, let allowed):
      "\(what) is \(value); it must be within \(allowed.lowerBound)...\(allowed.upperBound)"
    case .badReference(let what, let id): "\(what): \"\(id)\""
    case .unusable(let reason): "no robot could work in this layout: \(reason)"
    }
  }
}
