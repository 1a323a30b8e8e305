// The parts of the page about driving: headline tiles, the replay player, the tables of missions.
import Basics

extension Report {
  var headlineSection: HTML {
    guard !headlines.isEmpty else { return "" }
    let tiles = headlines.map { headline -> HTML in
      let verdict: HTML
      switch headline.passes {
      case true?: verdict = "<span class=\"verdict pass\">✓ reached</span>"
      case false?: verdict = "<span class=\"verdict miss\">✗ missed</span>"
      case nil: verdict = ""
      }
      let target = headline.target.map { target -> HTML in
        switch target {
        case .atLeast(let bound): "target ≥ \(shown(bound, headline.unit))"
        case .atMost(let bound): "target ≤ \(shown(bound, headline.unit))"
        }
      }
      let bounds: HTML =
        headline.hasInterval
        ? "<span class=\"bounds\">\(shown(headline.value.lower, headline.unit)) to \(shown(headline.value.upper, headline.unit))</span>"
        : ""
      let style = headline.passes.map { $0 ? "tile pass" : "tile miss" } ?? "tile"
      return """
        <li class="\(style)"><h3>\(headline.name)</h3>
        <p class="value">\(shown(headline.value.estimate, headline.unit)) \(bounds)</p>
        <p class="goal">\(verdict) \(target ?? "")</p><p class="meaning">\(headline.meaning)</p></li>

        """
    }
    let judged = headlines.compactMap(\.passes)
    let reached = judged.count { $0 }
    return section(
      "results", "What came of it",
      lead: """
        \(reached) of \(judged.count) targets reached. Targets were set before the work began; what \
        was missed is shown as missed. Small figures are 95 % intervals.
        """,
      "<ul class=\"tiles\">\(tiles)</ul>")
  }

  /// The replays in which something moves.
  var watchable: [Recording] {
    replays.compactMap { replay in
      var shown = replay
      shown.takes.removeAll { min($0.x.count, $0.y.count, $0.heading.count) < 2 }
      return shown.takes.isEmpty ? nil : shown
    }
  }

  var replaySection: HTML {
    guard !watchable.isEmpty else { return "" }
    return section(
      "replay", "Watch it think",
      lead: """
        The same mission, driven by two minds. Thin lines are futures that the robot imagined; the \
        bold one is the future it chose, with its doubt as a band. Coloured clouds are where it \
        expects others to go: the fainter, the less likely. Hollow figures are there, but hidden \
        from the robot; hatched ones are only feared: somebody might step out there.
        """,
      replayPlayer)
  }

  private var replayPlayer: HTML {
    """
    <div id="player" class="player" tabindex="0" role="group" aria-label="Replay player">
    <div class="bar"><label>Mission <select id="mission"></select></label>
    <label class="check"><input type="checkbox" id="compare" checked> side by side</label>
    <label class="check"><input type="checkbox" id="follow" checked> follow the robot</label></div>
    <div class="panes" id="panes"></div>
    <div class="marks" id="marks" aria-hidden="true"></div>
    <input type="range" id="scrub" min="0" max="1" value="0" step="1" aria-label="Time in the mission">
    <div class="bar"><button type="button" id="play" class="play">Play</button>
    <fieldset class="speeds"><legend>Speed</legend>
    <label><input type="radio" name="speed" value="0.5">0.5×</label>
    <label><input type="radio" name="speed" value="1" checked>1×</label>
    <label><input type="radio" name="speed" value="2">2×</label>
    <label><input type="radio" name="speed" value="4">4×</label></fieldset>
    <output id="clock" class="clock"></output>
    <p class="keys"><kbd>space</kbd> plays, <kbd>←</kbd> <kbd>→</kbd> step, <kbd>F</kbd> follows</p></div>
    <ul class="legend picture">
    <li><i class="k robot"></i>robot</li><li><i class="k plan"></i>chosen future, with doubt</li>
    <li><i class="k fan"></i>other futures</li><li><i class="k truth"></i>what then happened</li>
    <li><i class="k said"></i>where it said, a second ago, that it would be</li>
    <li><i class="k route"></i>way to the goal</li><li><i class="k person"></i>person</li>
    <li><i class="k fork"></i>forklift</li><li><i class="k unseen"></i>hidden from the robot</li>
    <li><i class="k forecast"></i>expected next</li><li><i class="k phantom"></i>feared</li>
    <li><i class="k beam"></i>lidar</li><li><i class="k field"></i>protective field</li></ul>
    <p class="status" id="status" role="status"></p>
    <noscript><p class="note">The replay needs JavaScript; everything else on this page does not.</p>
    </noscript></div>

    """
  }

  var planningSection: HTML {
    guard !planning.isEmpty else { return "" }
    return section(
      "planning", "Who drives best",
      lead: """
        Every driver gets the same missions: same warehouse, same hidden quirks, same people. A \
        mission succeeds when the robot arrives in time and touches nobody and nothing. A contact \
        is at fault when the robot was moving. The protective field is the space the robot needs \
        to stop in: a person in it is a near miss.
        """,
      "\(planning.map(planningTable))")
  }

  private func planningTable(_ planning: PlanningTable) -> HTML {
    let below = "below: over the honest opponent's on the same seeds, 95 % interval"
    let columns: [(name: String, help: String)] = [
      ("Driver", ""), ("Missions", ""), ("Success", "Share of missions, 95 % Wilson interval"),
      (
        "At-fault contacts",
        "Contacts with movers while the robot moved, per 100 missions; \(below)"
      ),
      ("Near misses", "Protective-field violations per 100 missions; \(below)"),
      ("Racks hit", "Contacts with racks and walls per 100 missions"),
      ("Out of time", "Missions out of time, per 100"),
      ("Run into", "Contacts while the robot stood still, per 100 missions: not its fault"),
      ("SPL", "Success weighted by path length: 1 is a perfect path every time"),
      ("Time", "Time taken over the shortest possible time, of missions that succeeded"),
      ("Decision", "Milliseconds a decision takes on one core: median / 99th percentile"),
    ]
    let fair = planning.rows.filter { $0.role != .oracle }
    let oracles = planning.rows.filter { $0.role == .oracle }
    var rows = fair.map(planningRow)
    if !oracles.isEmpty {
      rows.append(
        TableRow(
          style: "Oracles: told what no robot can know. They bound, and do not compete.", cells: [])
      )
      rows += oracles.map(planningRow)
    }
    return table(caption: planning.name, columns: columns, rows: rows)
  }

  private func planningRow(_ row: PlanningRow) -> TableRow {
    func perHundred(_ count: Int) -> HTML {
      "\(decimal(100 * Double(count) / Double(max(row.episodes, 1)), 1))"
    }
    return TableRow(
      style: rowStyle(row.role, row.source),
      cells: [
        "\(dot(row.role))\(row.contender)\(badge(row.source))", "\(row.episodes)",
        share(row.successes, of: row.episodes),
        "\(perHundred(row.atFaultContacts))\(versus(row.contactRatio))",
        "\(perHundred(row.violations))\(versus(row.violationRatio))",
        perHundred(row.staticContacts), perHundred(row.timeouts), perHundred(row.blamelessContacts),
        "\(decimal(row.spl, 2))", "\(decimal(row.timeRatio, 2))",
        "\(decimal(row.decisionMedian, 1)) / \(decimal(row.decisionP99, 1)) ms",
      ])
  }

  var ladderSection: HTML {
    guard !ladder.isEmpty else { return "" }
    let rows = ladder.map { rung in
      TableRow(
        style: rung.dynamics == "learned" && rung.movers == "learned" ? "r-learned" : "",
        cells: [
          "\(rung.dynamics)", "\(rung.movers)", "\(rung.decision)", "\(rung.episodes)",
          share(rung.successes, of: rung.episodes),
          "\(decimal(100 * Double(rung.atFaultContacts) / Double(max(rung.episodes, 1)), 1))",
          "\(decimal(100 * Double(rung.violations) / Double(max(rung.episodes, 1)), 1))",
          "\(decimal(100 * rung.searched, 0)) %", "\(rung.imaginedSteps)",
          "\(decimal(rung.milliseconds, 1))",
        ])
    }
    let columns: [(name: String, help: String)] = [
      ("Knows its own body", ""), ("Knows the others", ""), ("Decides by", ""), ("Missions", ""),
      ("Success", "Share of missions, 95 % Wilson interval"),
      ("At-fault contacts", "Per 100 missions"), ("Near misses", "Per 100 missions"),
      ("Searched", "Share of decisions for which plans were searched, beyond those proposed"),
      ("Imagined", "Steps of the robot that were imagined, a decision"),
      ("Milliseconds", "A decision, on average"),
    ]
    return section(
      "ladder", "Which part is the weak one",
      lead: """
        Replace one part by a perfect one and see what it gains: where a perfect part helps most, \
        there is most left to learn. Where it helps nothing, that part is good enough. "Proposal" \
        takes the best of a few plans that a network says at once, imagined and judged; "search" \
        samples plans by the hundred; "proposal, then search" samples only where a second network \
        expects that to pay.
        """,
      table(caption: "The decision ladder", columns: columns, rows: rows))
  }
}
