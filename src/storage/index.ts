export { memory } from './memory.ts';
export { openStorage, type OpenStorageOptions } from './open.ts';
export { workerAlive, workerCondition, workerName } from './worker.ts';
