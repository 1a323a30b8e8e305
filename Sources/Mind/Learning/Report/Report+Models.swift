// The parts of the page about the models: motion, open-loop skill, doubt, learning, memory.
import Basics

extension Report {
  var motionSection: HTML {
    guard !motion.isEmpty else { return "" }
    return section(
      "motion", "How well it knows its own body",
      lead: """
        Each robot has worn wheels, lag and delay that nobody told it of. The longer it drives, the \
        better it knows itself. Shown is how far off it is when it says where it will be in one \
        second. Plain robots obey equations that the classical method was given exactly; rich ones \
        also slip on wet floor, stick at low speed and change their load. The two are never mixed.
        """,
      "<div class=\"plots\">\(motion.map(motionPlot))</div>\(motion.map(motionTable))")
  }

  private func motionPlot(_ study: MotionStudy) -> HTML {
    var plot = Plot(
      title: study.name, caption: study.meaning,
      x: Plot.Axis(label: "seconds of driving"),
      y: Plot.Axis(label: "error 1 s ahead, cm", isLogarithmic: true))
    var known: Set<String> = []
    for curve in study.curves {
      let isSeed = if case .seed = curve.source { true } else { false }
      let pairs = zip(study.seconds, curve.errors)
      plot.series.append(
        Plot.Series(
          name: isSeed ? "\(curve.predictor), \(named(curve.source))" : curve.predictor,
          style: "r-\(curve.role.rawValue)",
          mark: isSeed ? .thinLine : curve.role == .oracle ? .dashes : .line,
          x: pairs.map { $0.0 }, y: pairs.map { $0.1.estimate * 100 },
          lower: isSeed ? [] : pairs.map { $0.1.lower * 100 },
          upper: isSeed ? [] : pairs.map { $0.1.upper * 100 }, isListed: !isSeed))
      if !isSeed { known.insert(curve.predictor) }
    }
    for (i, curve) in study.curves.enumerated() where known.insert(curve.predictor).inserted {
      plot.series[i].name = "\(curve.predictor), each seed"
      plot.series[i].isListed = true
    }
    return plot.figure()
  }

  private func motionTable(_ study: MotionStudy) -> HTML {
    guard let at = study.seconds.firstIndex(of: study.readAt) else { return "" }
    let target: String =
      switch study.target {
      case .atMost(let bound)?: " (target of the learned model: at most \(decimal(bound, 2)))"
      case .atLeast(let bound)?: " (target of the learned model: at least \(decimal(bound, 2)))"
      case nil: ""
      }
    let rows = study.curves.filter { at < $0.errors.count }.map { curve in
      TableRow(
        style: rowStyle(curve.role, curve.source),
        cells: [
          "\(dot(curve.role))\(curve.predictor)\(badge(curve.source))",
          centimetres(curve.errors[at]), ratio(curve.ratio),
        ])
    }
    let seconds = decimal(study.readAt, study.readAt == study.readAt.rounded() ? 0 : 1)
    return table(
      caption:
        "\(study.name), after \(seconds) s of driving, \(study.robots) unseen robots\(target)",
      columns: [
        ("Predictor", ""), ("Error 1 s ahead", "Mean distance, 95 % interval"),
        ("against identification", "Ratio of errors on the same robots, 95 % interval"),
      ], rows: rows)
  }

  var skillSection: HTML {
    guard !skill.isEmpty else { return "" }
    let plots = unique(skill.map(\.modality)).map { modality -> HTML in
      let curves = skill.filter { $0.modality == modality }
      let use = curves.compactMap(\.actionUse)
      let shuffled =
        use.isEmpty
        ? "" : " Given the wrong commands, its error is \(decimal(mean(use), 1)) times as large."
      let plot = Plot(
        title: modality,
        caption: "1 is perfect, 0 is no better than copying what was last seen.\(shuffled)",
        x: Plot.Axis(label: "steps ahead (20 a second)", includes: [0]),
        y: Plot.Axis(label: "skill", includes: [0, 1]),
        series: curves.enumerated().map { i, curve in
          let pairs = zip(curve.horizons, curve.skill)
          return Plot.Series(
            name: named(curve.source), style: "seed-\(i % 4)",
            x: pairs.map { Double($0.0) }, y: pairs.map(\.1))
        })
      return plot.figure()
    }
    return section(
      "skill", "How far it can imagine",
      lead: """
        The robot closes its eyes, is told only the commands, and says what each of its senses will \
        read. It is judged against the laziest forecast there is: that nothing changes.
        """,
      "<div class=\"plots small\">\(plots)</div>")
  }

  var calibrationSection: HTML {
    guard !calibration.isEmpty else { return "" }
    let plots = calibration.map { "\(scatter($0))\(coverage($0))" as HTML }
    return section(
      "calibration", "Does it know when it does not know",
      lead: """
        With every forecast comes a doubt: how far off it expects to be. On the left, the doubt \
        against the error that came; on the right, how often the truth fell inside the region that \
        should hold it so often. On the dashed line, doubt and truth agree.
        """,
      "<div class=\"plots\">\(plots)</div>")
  }

  private func scatter(_ calibration: Calibration) -> HTML {
    let count = min(calibration.predicted.count, calibration.actual.count)
    let shown = thinned(count, to: 400)
    let predicted = shown.map { calibration.predicted[$0] * 100 }
    let actual = shown.map { calibration.actual[$0] * 100 }
    let sound = predicted.filter { $0.isFinite && $0 > 0 }
    let diagonal = [sound.min() ?? 0.1, sound.max() ?? 1]
    let caption =
      "Rank correlation (Spearman) \(decimal(calibration.spearman, 2)): 1 would put every error in its place, 0 would be guessing."
    return Plot(
      title: calibration.name, caption: caption,
      x: Plot.Axis(label: "doubt (standard deviation), cm", isLogarithmic: true),
      y: Plot.Axis(label: "error, cm", isLogarithmic: true),
      series: [
        Plot.Series(
          name: "one forecast", style: "r-learned", mark: .dots, x: predicted,
          y: actual.map { max($0, 0.05) }),
        Plot.Series(name: "equal", style: "r-floor", mark: .dashes, x: diagonal, y: diagonal),
      ]
    ).figure()
  }

  private func coverage(_ calibration: Calibration) -> HTML {
    Plot(
      title: "Coverage of \(calibration.name)",
      caption: "Below the dashed line it is too sure of itself; above, too timid.",
      x: Plot.Axis(label: "should hold the truth", includes: [0, 1], isShare: true),
      y: Plot.Axis(label: "held the truth", includes: [0, 1], isShare: true),
      series: [
        Plot.Series(
          name: "forecasts", style: "r-learned", x: calibration.nominal, y: calibration.covered),
        Plot.Series(name: "perfect", style: "r-floor", mark: .dashes, x: [0, 1], y: [0, 1]),
      ]
    ).figure()
  }

  var learningSection: HTML {
    guard !learning.isEmpty else { return "" }
    let plots = unique(learning.map(\.measure)).map { measure -> HTML in
      let curves = learning.filter { $0.measure == measure }
      let values = curves.flatMap(\.values).filter(\.isFinite)
      let low = values.min() ?? 0
      let isWide = low > 0 && (values.max() ?? 0) > 8 * low
      return Plot(
        title: measure, caption: isWide ? "The vertical axis is logarithmic." : "",
        x: Plot.Axis(label: "training steps", includes: [0]),
        y: Plot.Axis(label: measure, isLogarithmic: isWide),
        series: curves.enumerated().map { i, curve in
          let chosen = thinned(min(curve.steps.count, curve.values.count), to: 300)
          return Plot.Series(
            name: named(curve.source), style: "seed-\(i % 4)", x: chosen.map { curve.steps[$0] },
            y: chosen.map { curve.values[$0] })
        }
      ).figure()
    }
    return section(
      "learning", "How it learned",
      lead: """
        Each line is one training from the same experience with another seed. Lines that lie \
        together say that the result does not hang on luck.
        """,
      "<div class=\"plots\">\(plots)</div>")
  }

  var memorySection: HTML {
    guard !memory.isEmpty else { return "" }
    let rows = memory.map { result in
      TableRow(
        style: "",
        cells: [
          "\(result.world)\(badge(result.source))",
          "<strong>\(shown(result.signed, .share))</strong>",
          "\(shown(result.unsigned, .share))", "\(shown(result.chance, .share))",
        ])
    }
    return section(
      "memory", "Why its memory may turn signs",
      lead: """
        Two toy worlds that only a memory solves. The memory is a matrix that every step multiplies; \
        where its eigenvalues may be negative it can count round a circle, and where they may not, \
        the same network fails.
        """,
      table(
        caption: "Accuracy in worlds that need memory",
        columns: [
          ("World", ""), ("eigenvalues in [−1, 1]", "The memory as it ships"),
          ("eigenvalues in [0, 1]", "The same network, not allowed to turn signs"),
          ("guessing", ""),
        ], rows: rows))
  }

  var provenanceSection: HTML {
    func list(_ title: String, _ facts: [Provenance.Fact]) -> HTML {
      guard !facts.isEmpty else { return "" }
      let items = facts.map { "<dt>\($0.name)</dt><dd>\($0.value)</dd>" as HTML }
      return "<div><h3>\(title)</h3><dl>\(items)</dl></div>"
    }
    let rerun: HTML =
      provenance.rerun.isEmpty
      ? ""
      : "<h3>To repeat it</h3><pre tabindex=\"0\"><code>\(provenance.rerun.joined(separator: "\n"))</code></pre>"
    return section(
      "provenance", "Where these numbers come from",
      lead:
        "Made by <code>\(provenance.command)</code>. The same command gives the same numbers on the same machine.",
      """
      <div class="facts">\(list("Machine and run", provenance.facts))\
      \(list("Data", provenance.counts))\(list("Time", provenance.durations))</div>\(rerun)
      """)
  }

  private func unique(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }
}
