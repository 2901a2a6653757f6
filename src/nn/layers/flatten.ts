/** All dimensions but the batch in one, row-major: [B, C, H, W] → [B, C·H·W]. */
import { flatten as flattenTensor } from '#graph';
import type { Layer } from '../layer.ts';

export const flatten = (): Layer => ({ kind: 'flatten', config: {}, apply: (x) => flattenTensor(x) });
