/**
 * Runs graphs with ONNX Runtime: variables that live between runs, programs compiled from tensors, inference on saved models.
 */
export type { Feed } from './feeds.ts';
export type { Model, Value } from './infer.ts';
export { loadModel, runOnnx } from './infer.ts';
export type { CompileOptions, Program, ProgramDefinition, Update } from './program.ts';
export { compile } from './program.ts';
export { type Device, requireDevice } from './device.ts';
export type { SessionOptions } from './session.ts';
export { Variables } from './variables.ts';
