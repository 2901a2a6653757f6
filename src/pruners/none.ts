/** Lets every trial run to its end. */
import type { Pruner } from '#core';

export const none = (): Pruner => ({ name: 'none', decide: () => ({ decision: 'continue' }) });
