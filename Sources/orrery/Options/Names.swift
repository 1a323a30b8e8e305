// Enumerations of the library that are given by name on the command line.
public import ArgumentParser
public import Environments
public import Learning
public import Tensors
public import WorldModels

extension WorldName: ExpressibleByArgument {}
extension QuirkFamily: ExpressibleByArgument {}
extension LatentObjective.Regularizer: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
