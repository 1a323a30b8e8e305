// orrery layout: looks at the plans of sites.
import ArgumentParser
import Environments
import Foundation
import Learning

struct LayoutCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "layout", abstract: "Looks at the plans of sites.", subcommands: [Check.self])

  /// orrery layout check
  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Checks a LIF file, and draws it.",
      discussion: """
        A file passes if a robot could work in the site: then it can be used wherever a site is \
        asked for. LIF is the Layout Interchange Format of the VDMA.
        """)

    @Argument(help: "The LIF file.")
    var file: String

    @Option(help: "Which layout of the file. (default: the first)")
    var layout: String?

    @Option(help: "Draw the site into this SVG file.")
    var svg: String?

    @Flag(help: "Write the result as JSON.")
    var json = false

    private struct Report: Encodable {
      var name: String
      var width: Float
      var height: Float
      var racks: Int
      var nodes: Int
      var edges: Int
      var stations: Int
    }

    func run() throws {
      let site = try Site.read(file, layoutId: layout)
      if let svg { try Files.write(Array(SiteDrawing(site).text.utf8), to: svg) }
      let plan = site.layout
      if json {
        try Output.say(
          json: Report(
            name: plan.name, width: plan.width, height: plan.height, racks: plan.racks.count,
            nodes: plan.nodes.count, edges: plan.edges.count, stations: plan.stations.count))
        return
      }
      let racks =
        plan.corridor.map { "racks unknown, free are \($0) m along the ways" }
        ?? "\(plan.racks.count) racks"
      try Output.say(
        "\(file) is sound: \(plan.name), \(plan.width) m × \(plan.height) m, \(racks), "
          + "\(plan.nodes.count) nodes, \(plan.edges.count) edges, \(plan.stations.count) stations."
          + (svg.map { " It is drawn in \($0)." } ?? ""))
    }
  }
}

extension Site {
  /// The site that a LIF file describes.
  ///
  /// - Parameter layoutId: which of the file's layouts; the first if nil.
  static func read(_ file: String, layoutId: String? = nil) throws -> Site {
    guard FileManager.default.fileExists(atPath: file) else {
      throw FileError.missing(path: file)
    }
    do throws(LayoutError) {
      return try Site(try Layout.read(path: file, layoutId: layoutId))
    } catch {
      if case .unreadable(let path, let reason) = error {
        throw FileError.unreadable(path: path, reason: reason)
      }
      let reason = error.description.hasSuffix(".") ? "\(error)" : "\(error)."
      throw Failure(status: .badInput, sentence: "\(file) can not be used: \(reason)")
    }
  }
}
