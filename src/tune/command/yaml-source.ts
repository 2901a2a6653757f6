/**
 * A YAML file whose every value knows its line: what is refused is refused as `study.yaml:7: …`.
 * YAML 1.2 core schema (`1e-5` is a number, `on` and `no` are text); a key given twice is refused.
 */
import {
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type Alias,
  type Document,
  type ParsedNode,
  type YAMLError,
} from 'yaml';
import { didYouMean, TuneError } from '#math';

/** Keys and list places from the top of the file to a value. */
export type YamlPath = readonly (string | number)[];

export interface YamlSource {
  /** The file's content as plain data. */
  readonly data: unknown;
  /** The error for a value: `FILE:LINE: SENTENCE`. The line is that of the key; of a list's item, its own; of what is not there, that of what is around it. */
  refuse(path: YamlPath, sentence: string): TuneError;
  /** Throws for the first key of the map at `path` that is not in `known`. */
  checkKeys(path: YamlPath, map: object, known: readonly string[], what: string): void;
}

/** Parses `text`; `file` is its name for messages. */
export function yamlSource(text: string, file: string): YamlSource {
  const lines = new LineCounter();
  const document: Document<ParsedNode> = parseDocument(text, { lineCounter: lines });
  const at = (offset: number): string => `${file}:${Math.max(1, lines.linePos(offset).line)}`;
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) throw new TuneError('command', `${at(error.pos[0])}: ${faultOf(error, text)}`, { file });

  function refuse(path: YamlPath, sentence: string): TuneError {
    return new TuneError('command', `${at(offsetOf(document, path))}: ${sentence}`, { file, path: path.join('.') });
  }
  return {
    data: plain(document, (offset, sentence) => new TuneError('command', `${at(offset)}: ${sentence}`, { file })),
    refuse,
    checkKeys(path, map, known, what) {
      for (const key of Object.keys(map))
        if (!known.includes(key))
          throw refuse([...path, key], `unknown key "${key}"${what}; ${didYouMean(key, known)}`);
    },
  };
}

/** What is wrong with the text, where the library speaks of its own functions or names no key. */
function faultOf({ code, message, pos: [offset] }: YAMLError, text: string): string {
  if (code === 'DUPLICATE_KEY') {
    const key = /^["']?(.*?)["']?\s*:/.exec(text.slice(offset))?.[1] ?? '';
    return `the key "${key}" stands there twice; leave one out.`;
  }
  if (code === 'MULTIPLE_DOCS') return 'the file goes on with another document behind "---"; keep one.';
  return firstSentence(message);
}

/** Aliases without an anchor, and those that blow up, are met when the data is made. */
function plain(document: Document<ParsedNode>, refuse: (offset: number, sentence: string) => TuneError): unknown {
  const aliases: Alias[] = [];
  visit(document, { Alias: (_, alias) => void aliases.push(alias) });
  const loose = aliases.find((alias) => alias.resolve(document) === undefined);
  if (loose !== undefined)
    throw refuse(loose.range?.[0] ?? 0, `the alias *${loose.source} has no anchor &${loose.source} before it.`);
  try {
    return document.toJS();
  } catch (error) {
    if (aliases.length === 0) throw error;
    throw refuse(aliases[0]?.range?.[0] ?? 0, 'the aliases (*NAME) of this file grow to too much data; write it out.');
  }
}

function offsetOf(document: Document<ParsedNode>, path: YamlPath): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(key),
      );
      if (pair === undefined) return offset;
      offset = isNode(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
      node = pair.value;
    } else if (typeof key === 'number' && isNode(node) && 'items' in node && Array.isArray(node.items)) {
      node = (node.items as unknown[])[key]; // a sequence's items
      offset = isNode(node) ? (node.range?.[0] ?? offset) : offset;
    } else return offset;
  }
  return offset;
}

/** The library's message goes on with the place and an excerpt, which the line number replaces. */
const firstSentence = (message: string): string =>
  (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '').replace(/([^.])$/, '$1.');
