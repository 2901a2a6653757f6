/**
 * Chooses the sampler by what is known of the study, and says why in one sentence at every switch.
 * - A finite space whose points the planned trials cover anyway: each once, at random (a model could only change their order).
 * - Up to `gpResults` results: `gp`, which needs the fewest trials; fewer in spaces of more than 20 dimensions, whose models cost more.
 * - Beyond: `tpe`, which costs about a millisecond at any length.
 * A function of the space, the hints and the number of results alone, so a resumed study chooses alike.
 */
import type { Sampler, SuggestContext } from '#core';
import { cardinality } from '#space';
import { gp } from './gp.ts';
import { random } from './random.ts';
import { tpe } from './tpe.ts';
import { withoutRepeats } from './unexplored.ts';

export interface AutoOptions {
  /** Results after which the Gaussian process gives way, in spaces of up to 20 dimensions. */
  readonly gpResults?: number;
}

const WIDE = 20;

interface Choice {
  readonly sampler: Sampler;
  readonly why: string;
}

export function auto({ gpResults = 500 }: AutoOptions = {}): Sampler {
  const model = gp();
  const parzen = tpe();
  const everyPoint = withoutRepeats(random());

  function choose({ space, hints, trials }: SuggestContext): Choice {
    const size = cardinality(space);
    if (size <= (hints.trials ?? 0)) {
      const why = `auto: random order, since the ${hints.trials} planned trials cover all ${size} points of the space.`;
      return { sampler: everyPoint, why };
    }
    const limit = Math.round(gpResults * Math.min(1, WIDE / space.dimensions.length));
    const results = trials.reduce(
      (count, { state }) => count + (state === 'complete' || state === 'pruned' ? 1 : 0),
      0,
    );
    if (results < limit) {
      return {
        sampler: model,
        why: `auto: gp, since a Gaussian process needs the fewest trials up to ${limit} results.`,
      };
    }
    return {
      sampler: parzen,
      why: `auto: tpe, since beyond ${limit} results it is nearly as good and much faster than gp.`,
    };
  }

  return {
    name: 'auto',
    suggest(context) {
      const { sampler, why } = choose(context);
      const suggestion = sampler.suggest(context);
      if ('exhausted' in suggestion) return suggestion;
      const said = context.trials.findLast(({ note }) => note?.startsWith('auto: '));
      return said?.note === why ? suggestion : { ...suggestion, note: why };
    },
  };
}
