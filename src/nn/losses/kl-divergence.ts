/**
 * Kullback–Leibler divergence Σ y (log y − log softmax(z)) of targets that are probabilities themselves, as a teacher's.
 * Kullback & Leibler 1951; for distillation Hinton, Vinyals & Dean 2015, arXiv:1503.02531.
 *   z [B, classes] or [B, T, classes] logits     y of the same shape, rows adding up to 1; y = 0 counts 0
 */
import { log, logSoftmax, maximum, mul, sub, sum } from '#graph';
import { type Loss, labelTargets, perSampleMean, requireTargets } from './loss.ts';

/** The smallest normal float32: a stand-in for 0 under the logarithm, where the factor is 0 anyway. */
const TINY = 2 ** -126;

export const klDivergence = (): Loss => ({
  name: 'klDivergence',
  config: {},
  targetDtype: 'float32',
  targetShape(output) {
    labelTargets('klDivergence', output);
    return output;
  },
  perSample(output, target) {
    labelTargets('klDivergence', output.shape);
    requireTargets('klDivergence', target, output.shape, output);
    const terms = mul(target, sub(log(maximum(target, TINY)), logSoftmax(output)));
    return perSampleMean(sum(terms, { axes: [-1] }));
  },
});
