export { memory } from './memory.ts';
export { openStorage, type OpenStorageOptions } from './open.ts';
export { workerAlive, workerName } from './worker.ts';
