/**
 * Greedy decoding of sequences: from the source and a start token the most likely next token is taken again and again, until the end token.
 * The whole model runs once for each token, T times a batch: exact for any model that maps rows [S + T] to [T, vocabulary] and looks at no later token.
 */
import { batches, type Dataset, type Encoder, type Split, targetMarks, targetTokens } from '#data';
import { compile, Variables } from '#engine';
import { TuneError } from '#math';
import { type Layer, trace } from '#nn';

export interface TranslateOptions {
  readonly model: Layer;
  /** Of `fit`: parameters and running statistics by name. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly dataset: Dataset;
  readonly encoder: Encoder;
  /** Whose sources are translated; its targets are not looked at. */
  readonly split: Split;
  /** Rows of the split; all of them if not given. */
  readonly indices?: Int32Array;
  readonly batchSize?: number;
  readonly threads?: number;
}

/** The tokens of each answer, in order of the rows. */
export async function translate({
  model,
  weights,
  dataset,
  encoder,
  split,
  indices = Int32Array.from({ length: split.size }, (_, i) => i),
  batchSize = 64,
  threads = 1,
}: TranslateOptions): Promise<string[][]> {
  const { task, inputShape } = dataset;
  const { preprocessing } = encoder;
  if (task.kind !== 'sequence' || preprocessing.kind !== 'pair') {
    throw new TuneError('train', `translate wants a data set of pairs of texts; ${dataset.name} is none.`);
  }
  const { output, parameters, buffers } = trace(model, inputShape);
  const variables = new Variables();
  for (const { name, shape } of [...parameters, ...buffers]) {
    const values = weights.get(name);
    if (values === undefined) throw new TuneError('train', `translate: there are no weights for "${name}".`, { name });
    variables.declare(name, shape, values);
  }
  const program = await compile({ outputs: { output } }, { variables, threads });
  const size = preprocessing.sourceLength + task.length;
  const answers: string[][] = [];
  try {
    for (const rows of batches(indices, batchSize)) {
      const input = new Float32Array(rows.length * size);
      encoder.read(split, rows, input);
      for (let k = 0; k < rows.length; k++) {
        input.fill(0, k * size + preprocessing.sourceLength, (k + 1) * size);
        input[k * size + preprocessing.sourceLength] = targetMarks.start;
      }
      const tokens = new Int32Array(rows.length * task.length);
      const open = new Set(rows.keys());
      for (let t = 0; t < task.length && open.size > 0; t++) {
        const { output: scores } = await program.run({ input });
        for (const k of open) {
          const token = likeliest(scores, (k * task.length + t) * task.vocabulary, task.vocabulary);
          tokens[k * task.length + t] = token;
          if (token === targetMarks.end) open.delete(k);
          else if (t + 1 < task.length) input[k * size + preprocessing.sourceLength + t + 1] = token;
        }
      }
      for (let k = 0; k < rows.length; k++) {
        answers.push(targetTokens(preprocessing, tokens.subarray(k * task.length, (k + 1) * task.length)));
      }
    }
  } finally {
    await program.release();
  }
  return answers;
}

/** Of `width` scores from `start` on, padding and the start token left out. */
function likeliest(scores: Float32Array | number | undefined, start: number, width: number): number {
  if (!(scores instanceof Float32Array)) throw new Error('internal: an output is missing');
  let [best, token] = [-Infinity, targetMarks.end];
  for (let k = 1; k < width; k++) {
    const score = scores[start + k] ?? -Infinity;
    if (score > best && k !== targetMarks.start) [best, token] = [score, k];
  }
  return token;
}
