/**
 * A data set of texts with class labels. A row is its first T tokens as numbers, padded at the end; the words are learned from the
 * training rows of a run alone, but how many there can be (`vocabulary`) and T follow from the whole training split, so that a model can
 * be built before anything is fitted.
 * Cost: fit O(words), read O(batch · T).
 */
import type { Dataset, Encoder, Split, Task, TextPreprocessing } from './dataset.ts';
import { profileOf } from './profile.ts';
import { splitData } from './split-data.ts';
import { countWords, FIRST_WORD, numberTokens, tokenize } from './tokenize.ts';

export interface TextRows {
  readonly texts: readonly string[];
  readonly targets: Int32Array; // [rows]
  readonly ids: (i: number) => string;
}

export interface TextSetOptions {
  readonly name: string;
  readonly description: string;
  readonly task: Task & { readonly kind: 'classification' };
  /** What the text is called in files of new rows. */
  readonly column: string;
  readonly train: TextRows;
  readonly test: TextRows | null;
  readonly validation?: Int32Array;
  /** Tokens of a row at most. */
  readonly maxLength: number;
  /** Numbers at most, padding and unknown included. */
  readonly vocabularySize: number;
}

interface TokenRows {
  readonly tokens: readonly (readonly string[])[];
}

export function textSet(options: TextSetOptions): Dataset {
  const { name, description, task, column, maxLength, vocabularySize } = options;
  const train = asSplit(options.train);
  const test = options.test === null ? null : asSplit(options.test);
  const tokensOf = ({ texts }: TextRows): TokenRows => ({ tokens: texts.map(tokenize) });
  const trainTokens = tokensOf(options.train);
  const rowsOf = splitData<TokenRows>(name, [
    [train, trainTokens],
    [test, options.test === null ? null : tokensOf(options.test)],
  ]);

  const lengths = trainTokens.tokens.map((row) => row.length).sort((a, b) => a - b);
  const longest = lengths.at(-1) ?? 0;
  const length = Math.max(1, Math.min(maxLength, longest));
  const limit = vocabularySize - FIRST_WORD;
  const vocabulary = FIRST_WORD + countWords(trainTokens.tokens, limit).length;

  const fit = (trainIndices: Int32Array): Encoder => {
    const rows = Array.from(trainIndices, (i) => trainTokens.tokens[i] ?? []);
    const preprocessing: TextPreprocessing = { kind: 'text', column, length, words: countWords(rows, limit) };
    const write = numberTokens(preprocessing.words, length);
    return {
      preprocessing,
      targetScale: null,
      read(split, indices, into) {
        const { tokens } = rowsOf(split);
        indices.forEach((row, i) => write(tokens[row] ?? [], into, i * length));
      },
    };
  };

  const cut = lengths.filter((n) => n > length).length;
  const dataset: Dataset = {
    name,
    description,
    task,
    inputShape: [length],
    vocabulary,
    classes: task.classes,
    train,
    test,
    ...(options.validation && { validation: options.validation }),
    fit,
    profile: () =>
      profileOf(
        dataset,
        [
          {
            name: column,
            kind: 'text',
            words: vocabulary - FIRST_WORD,
            medianTokens: lengths[lengths.length >> 1] ?? 0,
            mostTokens: longest,
            missing: lengths.filter((n) => n === 0).length,
          },
        ],
        cut === 0 ? [] : [`${cut} of ${lengths.length} texts are longer than ${length} tokens and are cut there`],
      ),
  };
  return dataset;
}

const asSplit = ({ targets, ids }: TextRows): Split => ({ size: targets.length, targets, ids });
