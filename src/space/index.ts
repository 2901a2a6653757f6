export { branch, choice, describeParam, fixed, float, int } from './param.ts';
export type {
  Branches,
  BranchParam,
  Choice,
  ChoiceParam,
  Fields,
  FixedParam,
  FloatParam,
  InferFields,
  InferParam,
  IntParam,
  Param,
  Prior,
} from './param.ts';
export {
  describeConstraint,
  linear,
  predicate,
  predicatesOf,
  type Constraint,
  type LinearConstraint,
  type PredicateConstraint,
  type Predicates,
} from './constraint.ts';
export { asSearched, type Dimension } from './dimension.ts';
export { fits, space, type Infer, type Space } from './space.ts';
export { spaceDifference } from './compare.ts';
export { fixedChanges, planEdit, type SpaceEdit } from './edit.ts';
export { spaceFromJson } from './from-json.ts';
export type { ConstraintJson, FieldsJson, ParamJson, SpaceJson } from './to-json.ts';
export { completed, flatten, isActive, unflatten, type Flat } from './flat.ts';
export { fromUnit, indexOf, toUnit, valueAt } from './unit.ts';
export { defaultsOf, readFixed, readFixedText, restrict } from './restrict.ts';
export { priorOf, type UnitPrior } from './prior.ts';
export { sampleUniform } from './sample.ts';
export { cardinality, gridCount, gridPoint, gridPoints, gridSize, type GridOptions } from './grid.ts';
