/** `attune predict BUNDLE INPUT…`: one line per image or CSV row, with the label and every probability. */
import { loadBundle, predictFile } from '#bundle';
import type { FilePrediction } from '#bundle';
import { EXIT } from '../failure.ts';
import type { ExitCode } from '../failure.ts';
import { printable, shortNumber } from '#text';
import { stdoutScreen, writeJson, writeLine } from '../output.ts';
import type { PredictFlags } from '../flags.ts';
import type { Screen } from '../screen.ts';

/** Probabilities shown as text; with more classes the rest is left to `--json`. */
const SHOWN = 10;

export async function predict(path: string, inputs: readonly string[], { json }: PredictFlags): Promise<ExitCode> {
  const bundle = await loadBundle(path);
  try {
    for (const input of inputs) {
      for (const answer of await predictFile(bundle, input)) {
        if (json) writeJson(predictionJson(answer));
        else writeLine(predictionText(answer, stdoutScreen()));
      }
    }
  } finally {
    await bundle.release();
  }
  return EXIT.done;
}

/** `three.png: 3  (3 0.9981, 8 0.0011, …)`; of a regression `rows.csv, line 2: 12.5`. */
function predictionText({ input, prediction }: FilePrediction, { colors }: Screen): string {
  if (prediction.kind === 'regression') return `${input}: ${colors.bold(shortNumber(prediction.value))}`;
  if (prediction.kind === 'segmentation') {
    return `${input}: ${prediction.shares.map(({ label, share }) => `${printable(label)} on ${(100 * share).toFixed(1)} % of the picture`).join(', ')}`;
  }
  const sorted = prediction.probabilities.toSorted((a, b) => b.probability - a.probability);
  const shown = sorted.slice(0, SHOWN).map(({ label, probability }) => `${printable(label)} ${probability.toFixed(4)}`);
  const rest = sorted.length > SHOWN ? ', …' : '';
  return `${input}: ${colors.bold(printable(prediction.label))}  ${colors.dim(`(${shown.join(', ')}${rest})`)}`;
}

/** Probabilities by label, in the order of the model's classes (labels that are whole numbers: in their own order). */
function predictionJson({ input, prediction }: FilePrediction): unknown {
  if (prediction.kind === 'regression') return { input, target: prediction.target, value: prediction.value };
  if (prediction.kind === 'segmentation') {
    return { input, shares: Object.fromEntries(prediction.shares.map(({ label, share }) => [label, share])) };
  }
  return {
    input,
    label: prediction.label,
    probability: prediction.probability,
    probabilities: Object.fromEntries(prediction.probabilities.map(({ label, probability }) => [label, probability])),
  };
}
