/**
 * Text to token numbers: lower-cased words and single signs, numbered by how often training rows use them.
 *   a token   a run of letters, digits and inner apostrophes; a character of a script that writes no spaces (Han, Hiragana,
 *             Katakana, Thai) or any other sign by itself
 *   0 padding     1 unknown     2 … the words, the most frequent first, equal ones by code unit
 * A word that training rows use once is unknown, so that the vector of unknown words is learned too.
 */
const PADDING = 0;
/** The number of a word that is not known. */
export const UNKNOWN = 1;
/** The number of the first word. */
export const FIRST_WORD = 2;

const ALONE = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}`;
const TOKEN = new RegExp(String.raw`[${ALONE}]|(?:(?![${ALONE}])[\p{L}\p{M}\p{N}])+(?:['’]\p{L}+)*|[^\s]`, 'gu');

/** The tokens of a text, in their order. */
export const tokenize = (text: string): string[] => text.normalize('NFC').toLowerCase().match(TOKEN) ?? [];

/** Words that occur at least twice, the most frequent first, at most `limit` of them. */
export function countWords(rows: Iterable<readonly string[]>, limit: number): string[] {
  const counts = new Map<string, number>();
  for (const row of rows) for (const word of row) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count >= 2)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, limit)
    .map(([word]) => word);
}

/** Writes the numbers of the first `length` tokens and pads the rest; `words` are in the order of `countWords`. */
export function numberTokens(
  words: readonly string[],
  length: number,
): (tokens: readonly string[], into: Float32Array, at: number) => void {
  const numbers = new Map(words.map((word, i) => [word, FIRST_WORD + i]));
  return (tokens, into, at) => {
    for (let i = 0; i < length; i++) {
      const token = tokens[i];
      into[at + i] = token === undefined ? PADDING : (numbers.get(token) ?? UNKNOWN);
    }
  };
}
