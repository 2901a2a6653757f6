export { shownAddress } from './address.ts';
export { memory } from './memory.ts';
export { openStorage, storageExists, type OpenStorageOptions } from './open.ts';
export { isDamage, keepState, readAround, readState, readToDamage } from './study-state.ts';
export { clientLeaseMs, clientName, workerAlive, workerCondition, workerName } from './worker.ts';
