// An episode as the replay player shows it: the place, the drivers, and what they imagined.

/// One mission, driven by one or more contenders from the same seed. Metres, seconds, radians.
public struct Recording: Codable, Sendable {
  /// Why it is worth looking at, such as "A blind corner".
  public var title: String
  /// The seed of the mission.
  public var seed: UInt64
  /// Where it takes place.
  public var place: Place
  /// Where to go.
  public var goal: Point
  /// How near the goal is near enough.
  public var goalTolerance: Float
  /// The radius of the robot.
  public var robotRadius: Float
  /// Seconds a step.
  public var dt: Float
  /// What each contender made of it; the first two are shown side by side.
  public var takes: [Take]

  /// One mission, driven by one or more contenders.
  public init(
    title: String, seed: UInt64, place: Place, goal: Point, goalTolerance: Float = 0.35,
    robotRadius: Float = 0.35, dt: Float = 0.05, takes: [Take]
  ) {
    self.title = title
    self.seed = seed
    self.place = place
    self.goal = goal
    self.goalTolerance = goalTolerance
    self.robotRadius = robotRadius
    self.dt = dt
    self.takes = takes
  }

  /// A point of the map.
  public struct Point: Codable, Sendable, Hashable {
    /// Metres to the right of the map's lower left corner.
    public var x: Float
    /// Metres above it.
    public var y: Float

    /// A point of the map.
    public init(_ x: Float, _ y: Float) {
      self.x = x
      self.y = y
    }
  }

  /// A warehouse, as far as it is drawn.
  public struct Place: Codable, Sendable {
    /// Its name.
    public var name: String
    /// Metres from left to right; the outer walls stand there.
    public var width: Float
    /// Metres from bottom to top.
    public var height: Float
    /// Racks and other boxes: lower left and upper right corners.
    public var racks: [[Point]]
    /// The nodes of the layout.
    public var nodes: [Point]
    /// Pairs of indices into `nodes`.
    public var edges: [[Int]]
    /// Named places.
    public var stations: [Station]

    /// A warehouse, as far as it is drawn.
    public init(
      name: String, width: Float, height: Float, racks: [[Point]], nodes: [Point] = [],
      edges: [[Int]] = [], stations: [Station] = []
    ) {
      self.name = name
      self.width = width
      self.height = height
      self.racks = racks
      self.nodes = nodes
      self.edges = edges
      self.stations = stations
    }
  }

  /// A named place.
  public struct Station: Codable, Sendable {
    /// Its name.
    public var name: String
    /// Where it is.
    public var at: Point

    /// A named place.
    public init(_ name: String, at: Point) {
      self.name = name
      self.at = at
    }
  }
}

/// What one contender made of a mission: a column of every true thing, and what was imagined.
public struct Take: Codable, Sendable {
  /// The driver's name.
  public var contender: String
  /// What kind of driver it is.
  public var role: Report.Role
  /// How it ended, in a few words, such as "arrived after 31.2 s".
  public var outcome: String
  /// The robot at each step, the first being the start.
  public var x: [Float] = []
  /// The robot at each step.
  public var y: [Float] = []
  /// Its heading at each step.
  public var heading: [Float] = []
  /// Lidar ranges at each step, `beams` for each; empty where nothing was recorded.
  public var lidar: [[Float]] = []
  /// Everyone else.
  public var movers: [Mover] = []
  /// The way it meant to go: the route over the layout.
  public var route: [Recording.Point] = []
  /// What it thought when it decided, ascending in `step`; every second step is enough.
  public var decisions: [Decision] = []
  /// What happened that is worth a mark.
  public var events: [Event] = []

  /// A take with nothing in it yet.
  public init(_ contender: String, role: Report.Role, outcome: String = "") {
    self.contender = contender
    self.role = role
    self.outcome = outcome
  }

  /// A person or a forklift.
  public struct Mover: Codable, Sendable {
    /// Metres.
    public var radius: Float
    /// Whether it is a forklift rather than a person.
    public var isForklift: Bool
    /// Where it truly was at each step.
    public var x: [Float] = []
    /// Where it truly was at each step.
    public var y: [Float] = []
    /// Whether the robot could see it at each step.
    public var isVisible: [Bool] = []

    /// A mover with nothing recorded yet.
    public init(radius: Float, isForklift: Bool) {
      self.radius = radius
      self.isForklift = isForklift
    }
  }

  /// What was imagined at one step.
  public struct Decision: Codable, Sendable {
    /// The step at which it was imagined.
    public var step: Int
    /// Seconds between two points of the paths below.
    public var interval: Float
    /// Futures that were weighed, without the chosen one; a dozen is enough.
    public var candidates: [[Recording.Point]]
    /// The future that was chosen; its first point is one `interval` after the step.
    public var plan: [Recording.Point]
    /// The standard deviation of each point of `plan`, metres; empty where there is none.
    public var doubt: [Float]
    /// The path that the same belief foretells for the commands that were then really given; for
    /// judging the model apart from changes of mind. Empty where it was not recorded.
    public var foretold: [Recording.Point]
    /// Where others were expected.
    public var forecasts: [Forecast]

    /// What was imagined at one step.
    public init(
      step: Int, interval: Float, candidates: [[Recording.Point]] = [], plan: [Recording.Point],
      doubt: [Float] = [], foretold: [Recording.Point] = [], forecasts: [Forecast] = []
    ) {
      self.step = step
      self.interval = interval
      self.candidates = candidates
      self.plan = plan
      self.doubt = doubt
      self.foretold = foretold
      self.forecasts = forecasts
    }
  }

  /// One way that a mover may go.
  public struct Forecast: Codable, Sendable {
    /// Its probability, 0...1.
    public var weight: Float
    /// The mover's radius, metres.
    public var radius: Float
    /// Nobody was seen: somebody may stand there, behind a corner.
    public var isPhantom: Bool
    /// Where it may be; a handful of points is enough.
    public var path: [Recording.Point]
    /// The standard deviation at each point, metres.
    public var spread: [Float]

    /// One way that a mover may go.
    public init(
      weight: Float, radius: Float, isPhantom: Bool = false, path: [Recording.Point],
      spread: [Float]
    ) {
      self.weight = weight
      self.radius = radius
      self.isPhantom = isPhantom
      self.path = path
      self.spread = spread
    }
  }

  /// Something that happened.
  public struct Event: Codable, Sendable {
    /// The step at which it began.
    public var step: Int
    /// Steps it lasted.
    public var duration: Int
    /// What it was.
    public var kind: Kind

    /// Something that happened.
    public init(step: Int, duration: Int = 1, kind: Kind) {
      self.step = step
      self.duration = duration
      self.kind = kind
    }

    /// What may happen.
    public enum Kind: String, Codable, Sendable {
      /// A mover stood in the protective field.
      case violation
      /// The moving robot touched a mover.
      case atFaultContact
      /// A mover touched the standing robot.
      case blamelessContact
      /// The robot touched a rack or a wall.
      case staticContact
      /// It reached the goal.
      case arrived
      /// Its time was up.
      case timeout
    }
  }
}
