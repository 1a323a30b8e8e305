// Small dense algebra for judging latents: the spectrum of a covariance, and a linear probe.

/// A symmetric matrix, row by row.
struct SymmetricMatrix {
  let size: Int
  private(set) var values: [Double]

  /// The covariance of rows `[N, size]`.
  init(covarianceOf rows: [Float], width: Int) {
    size = width
    values = [Double](repeating: 0, count: width * width)
    let count = rows.count / width
    var means = [Double](repeating: 0, count: width)
    for (i, value) in rows.enumerated() { means[i % width] += Double(value) / Double(count) }
    for row in 0..<count {
      for a in 0..<width {
        let x = Double(rows[row * width + a]) - means[a]
        for b in a..<width {
          values[a * width + b] += x * (Double(rows[row * width + b]) - means[b]) / Double(count)
        }
      }
    }
    for a in 0..<width { for b in 0..<a { values[a * width + b] = values[b * width + a] } }
  }

  var diagonal: [Double] { (0..<size).map { values[$0 * size + $0] } }

  /// The eigenvalues, by Jacobi's rotations.
  var eigenvalues: [Double] {
    var m = self
    for _ in 0..<60 {
      var off = 0.0
      for a in 0..<size {
        for b in 0..<a { off += m.values[a * size + b] * m.values[a * size + b] }
      }
      if off < 1e-18 { break }
      for a in 0..<size { for b in 0..<a { m.rotate(a, b) } }
    }
    return m.diagonal
  }

  /// Makes the element (a, b) zero.
  private mutating func rotate(_ a: Int, _ b: Int) {
    let apq = values[a * size + b]
    guard abs(apq) > 1e-300 else { return }
    let theta = (values[b * size + b] - values[a * size + a]) / (2 * apq)
    let t = (theta >= 0 ? 1.0 : -1.0) / (abs(theta) + (theta * theta + 1).squareRoot())
    let c = 1 / (t * t + 1).squareRoot()
    let s = t * c
    for k in 0..<size {
      let (x, y) = (values[k * size + a], values[k * size + b])
      values[k * size + a] = c * x - s * y
      values[k * size + b] = s * x + c * y
    }
    for k in 0..<size {
      let (x, y) = (values[a * size + k], values[b * size + k])
      values[a * size + k] = c * x - s * y
      values[b * size + k] = s * x + c * y
    }
  }
}

/// The weights `[inputs + 1, outputs]` of the ridge regression from x `[N, inputs]` to y
/// `[N, outputs]`, the last row being the offset.
func ridge(
  _ x: [Float], _ inputs: Int, _ y: [Float], _ outputs: Int, penalty: Double = 1e-4
) -> [Double] {
  let n = inputs + 1
  let count = x.count / inputs
  var a = [Double](repeating: 0, count: n * n)
  var b = [Double](repeating: 0, count: n * outputs)
  for row in 0..<count {
    let values = x[row * inputs..<(row + 1) * inputs].map(Double.init) + [1]
    for i in 0..<n {
      for j in 0..<n { a[i * n + j] += values[i] * values[j] / Double(count) }
      for o in 0..<outputs {
        b[i * outputs + o] += values[i] * Double(y[row * outputs + o]) / Double(count)
      }
    }
  }
  for i in 0..<n { a[i * n + i] += penalty }
  // Gauss: the matrix is positive definite, so no pivot is needed.
  for i in 0..<n {
    for k in i + 1..<max(n, i + 1) {
      let factor = a[k * n + i] / a[i * n + i]
      for j in i..<n { a[k * n + j] -= factor * a[i * n + j] }
      for o in 0..<outputs { b[k * outputs + o] -= factor * b[i * outputs + o] }
    }
  }
  for i in (0..<n).reversed() {
    for o in 0..<outputs {
      var sum = b[i * outputs + o]
      for j in i + 1..<max(n, i + 1) { sum -= a[i * n + j] * b[j * outputs + o] }
      b[i * outputs + o] = sum / a[i * n + i]
    }
  }
  return b
}

/// How much of the variance of y is explained by a linear map of x, fitted on the first half of the
/// rows and judged on the second: the mean R² over the outputs that vary.
func linearProbe(_ x: [Float], _ inputs: Int, _ y: [Float], _ outputs: Int) -> Double {
  let count = x.count / inputs
  let half = count / 2
  let weights = ridge(
    Array(x[..<(half * inputs)]), inputs, Array(y[..<(half * outputs)]), outputs)
  var scores: [Double] = []
  for o in 0..<outputs {
    let truth = (half..<count).map { Double(y[$0 * outputs + o]) }
    let centre = truth.reduce(0, +) / Double(max(1, truth.count))
    var (error, variance) = (0.0, 0.0)
    for (i, row) in (half..<count).enumerated() {
      var guess = weights[inputs * outputs + o]
      for k in 0..<inputs { guess += Double(x[row * inputs + k]) * weights[k * outputs + o] }
      error += (truth[i] - guess) * (truth[i] - guess)
      variance += (truth[i] - centre) * (truth[i] - centre)
    }
    if variance > 1e-9 * Double(max(1, truth.count)) { scores.append(1 - error / variance) }
  }
  return scores.isEmpty ? 0 : scores.reduce(0, +) / Double(scores.count)
}
