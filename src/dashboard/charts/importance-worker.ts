/** Computes the importance of parameters beside the page: fANOVA of 10,000 trials takes seconds. */
import { fanova, importance } from '#analysis';
import { spaceFromJson } from '#space';
import type { Answer, Question } from './importance-question.ts';

addEventListener('message', ({ data }: MessageEvent<Question>) => postMessage(answerTo(data)));

function answerTo({ definition, trials, objective, method }: Question): Answer {
  try {
    const compute = method === 'ped' ? importance : fanova;
    return { shares: compute(spaceFromJson(definition.space), definition.objectives, trials, { objective }) };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}
