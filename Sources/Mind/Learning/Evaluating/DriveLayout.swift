// Where in an observation the robot reads its own motion.

import Environments
import WorldModels

/// Reads a robot's own motion off its observations.
struct DriveLayout: Sendable {
  private let pose: Int
  private let wheels: Int
  private let gyro: Int

  init(_ spec: EnvironmentSpec) {
    guard let pose = spec.range(of: "pose"), let wheels = spec.range(of: "wheels"),
      let gyro = spec.range(of: "gyro")
    else {
      preconditionFailure("\(spec.name) has no \"pose\", no \"wheels\" or no \"gyro\"")
    }
    self.pose = pose.lowerBound
    self.wheels = wheels.lowerBound
    self.gyro = gyro.lowerBound
  }

  /// The reading in an observation.
  func reading(_ observation: some RandomAccessCollection<Float>) -> DriveReading {
    func at(_ offset: Int) -> Float {
      observation[observation.index(observation.startIndex, offsetBy: offset)]
    }
    return DriveReading(
      x: at(pose), y: at(pose + 1), heading: at(pose + 2), left: at(wheels),
      right: at(wheels + 1), gyro: at(gyro))
  }
}
