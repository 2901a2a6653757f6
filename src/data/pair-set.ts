/**
 * A data set of pairs of texts, as sentences and their translations. A row holds both sides, because a model has one input:
 *   x  [S + T]   the source's first S tokens, padded; then START and the target's first T − 1 tokens, padded (teacher forcing)
 *   y  [T]       the target's tokens and END, cut at T: what follows each of them
 *   0 padding    1 unknown    target: 2 START    3 END    then the words of each side, the most frequent first
 * Words are learned from the training rows of a run alone; how many there can be, S and T follow from the whole training split, so that a model can be built before.
 * Cost: fit O(words), read O(batch · (S + T)).
 */
import type { Dataset, Encoder, FeatureProfile, PairPreprocessing, Split } from './dataset.ts';
import { profileOf } from './profile.ts';
import { splitData } from './split-data.ts';
import { countWords, FIRST_WORD, numberTokens, tokenize } from './tokenize.ts';

const START_WORD = '<start>'; // no token of a text: the sign < stands alone there
const END_WORD = '<end>';
const START = FIRST_WORD;
const END = FIRST_WORD + 1;

export interface PairRows {
  readonly sources: readonly string[];
  readonly targets: readonly string[];
  readonly ids: (i: number) => string;
}

export interface PairSetOptions {
  readonly name: string;
  readonly description: string;
  readonly train: PairRows;
  readonly test: PairRows | null;
  readonly validation?: Int32Array | undefined;
  /** Tokens of a side at most, the target's END included. */
  readonly maxLength: number;
  /** Numbers of a side at most. */
  readonly vocabularySize: number;
}

interface TokenRows {
  readonly sources: readonly (readonly string[])[];
  readonly targets: readonly (readonly string[])[];
}

export function pairSet({ name, description, maxLength, vocabularySize, ...parts }: PairSetOptions): Dataset {
  const [train, test] = [asSplit(parts.train), parts.test === null ? null : asSplit(parts.test)];
  const trainTokens = tokensOf(parts.train);
  const rowsOf = splitData<TokenRows>(name, [
    [train, trainTokens],
    [test, parts.test === null ? null : tokensOf(parts.test)],
  ]);
  const longest = (rows: readonly (readonly string[])[]): number =>
    rows.reduce((most, row) => Math.max(most, row.length), 1);
  const sourceLength = Math.min(maxLength, longest(trainTokens.sources));
  const targetLength = Math.min(maxLength, longest(trainTokens.targets) + 1);
  const limit = vocabularySize - FIRST_WORD;
  const wordsOf = ({ sources, targets }: TokenRows): Pick<PairPreprocessing, 'sourceWords' | 'targetWords'> => ({
    sourceWords: countWords(sources, limit),
    targetWords: [START_WORD, END_WORD, ...countWords(targets, limit - 2)],
  });
  const all = wordsOf(trainTokens);

  const fit = (trainIndices: Int32Array): Encoder => {
    const choose = (rows: readonly (readonly string[])[]) => Array.from(trainIndices, (i) => rows[i] ?? []);
    const words = wordsOf({ sources: choose(trainTokens.sources), targets: choose(trainTokens.targets) });
    const preprocessing: PairPreprocessing = { kind: 'pair', sourceLength, targetLength, ...words };
    const writeSource = numberTokens(words.sourceWords, sourceLength);
    const writeTarget = numberTokens(words.targetWords, targetLength);
    const size = sourceLength + targetLength;
    const row = new Float32Array(targetLength);
    return {
      preprocessing,
      targetScale: null,
      read(split, indices, into) {
        const { sources, targets } = rowsOf(split);
        indices.forEach((i, k) => {
          writeSource(sources[i] ?? [], into, k * size);
          writeTarget([START_WORD, ...(targets[i] ?? []), END_WORD], into, k * size + sourceLength);
          // A cut or short target has END as its last input, of which nothing follows.
          const end = into.subarray(k * size + sourceLength, (k + 1) * size).indexOf(END);
          if (end >= 0) into[k * size + sourceLength + end] = 0;
        });
      },
      readTargets(split, indices, into) {
        const { targets } = rowsOf(split);
        indices.forEach((i, k) => {
          writeTarget([...(targets[i] ?? []), END_WORD], row, 0);
          into.set(row, k * targetLength);
        });
      },
    };
  };

  const dataset: Dataset = {
    name,
    description,
    task: { kind: 'sequence', length: targetLength, vocabulary: FIRST_WORD + all.targetWords.length },
    inputShape: [sourceLength + targetLength],
    vocabulary: FIRST_WORD + all.sourceWords.length,
    classes: FIRST_WORD + all.targetWords.length,
    train,
    test,
    ...(parts.validation && { validation: parts.validation }),
    fit,
    profile() {
      const side = (label: string, rows: TokenRows['sources'], words: number): FeatureProfile => {
        const lengths = rows.map((row) => row.length).sort((a, b) => a - b);
        return {
          name: label,
          kind: 'text',
          words,
          medianTokens: lengths[lengths.length >> 1] ?? 0,
          mostTokens: lengths.at(-1) ?? 0,
          missing: lengths.filter((n) => n === 0).length,
        };
      };
      const cut = trainTokens.targets.filter((row) => row.length >= targetLength).length;
      return profileOf(
        dataset,
        [
          side('source', trainTokens.sources, all.sourceWords.length),
          side('target', trainTokens.targets, all.targetWords.length - 2),
        ],
        cut === 0
          ? []
          : [`${cut} of ${train.size} targets are longer than ${targetLength - 1} tokens and are cut there`],
      );
    },
  };
  return dataset;
}

/** The words of a target out of its numbers, up to END; the unknown word is `<unknown>`. */
export function targetTokens({ targetWords }: PairPreprocessing, numbers: ArrayLike<number>): string[] {
  const tokens: string[] = [];
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i] ?? 0;
    if (number === END || number === 0) break;
    tokens.push(targetWords[number - FIRST_WORD] ?? '<unknown>');
  }
  return tokens;
}

/** What a target begins with, and what ends it. */
export const targetMarks = { start: START, end: END } as const;

/** @internal A new source as a row whose target has yet to be found: START and padding. */
export function encodeSource(
  { sourceLength, targetLength, sourceWords }: PairPreprocessing,
  text: string,
): Float32Array {
  const row = new Float32Array(sourceLength + targetLength);
  numberTokens(sourceWords, sourceLength)(tokenize(text), row, 0);
  row[sourceLength] = START;
  return row;
}

const tokensOf = ({ sources, targets }: PairRows): TokenRows => ({
  sources: sources.map(tokenize),
  targets: targets.map(tokenize),
});

const asSplit = ({ sources, ids }: PairRows): Split => ({
  size: sources.length,
  targets: new Int32Array(sources.length),
  ids,
});
