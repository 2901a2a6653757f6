/** What the page and its worker say to each other about the importance of parameters. */
import type { CompleteTrial } from '#core';
import type { Importance } from '#analysis';
import type { PlottedStudy } from '#plots';

export type Method = 'ped' | 'fanova';

export interface Question extends PlottedStudy {
  readonly objective: string;
  readonly method: Method;
}

export type Answer = { readonly shares: readonly Importance[] } | { readonly failure: string };

/** Complete trials alone, without their measurements: what is sent is copied. */
export const askedOf = ({ definition, trials }: PlottedStudy, objective: string, method: Method): Question => ({
  definition,
  objective,
  method,
  trials: trials
    .filter((trial): trial is CompleteTrial => trial.state === 'complete')
    .map((trial) => ({ ...trial, measurements: [], attributes: {} })),
});
