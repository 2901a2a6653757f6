/**
 * Finds the number that is none: when a loss is NaN or infinite, the rows of the batch are read once more and looked through, so that a data set of the
 * user's own that lets such a number in is named by sample and column instead of being blamed on the learning rate. Data sets of `#data` refuse it on loading.
 */
import { type Dataset, type Encoder, placeIn } from '#data';
import { TuneError } from '#math';

/** @internal The error that names the first such number among these training rows; null if there is none. */
export function badSample(dataset: Dataset, encoder: Encoder, rows: Int32Array): TuneError | null {
  const { name, inputShape, train } = dataset;
  const size = inputShape.reduce((product, n) => product * n, 1);
  const values = new Float32Array(rows.length * size);
  encoder.read(train, rows, values);
  const at = values.findIndex((value) => !Number.isFinite(value));
  const row = rows[Math.floor(at / size)] ?? rows.find((r) => !Number.isFinite(train.targets[r]));
  if (row === undefined) return null;
  const where = at >= 0 ? placeIn(inputShape, at % size, encoder.preprocessing) : 'its target';
  const value = at >= 0 ? values[at] : train.targets[row];
  const source = train.ids?.(row);
  const sample = `sample ${row}${source === undefined ? '' : ` (${source})`} of the training split`;
  return new TuneError(
    'badData',
    `Training stopped: ${where} of ${sample} of ${name} is ${value}. Correct it or leave the sample out.`,
    { dataset: name, sample: row, value },
  );
}
