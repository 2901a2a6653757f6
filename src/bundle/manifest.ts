/**
 * `bundle.json`: what a saved model answers to, how its input is made, how good it was, and where it comes from.
 * Parsed as untrusted text: a file that is damaged, or written by a later version, gives one sentence that names it.
 * `formatVersion` grows when a reader of the old form would misread the new one; adding an optional field does not.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Preprocessing, Task } from '#data';
import { TuneError } from '#math';

export const MANIFEST_FILE = 'bundle.json';
export const MODEL_FILE = 'model.onnx';
const FORMAT_VERSION = 1;

/** JSON has no NaN and no infinities: they are written as words. */
const number = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number)]);
const metrics = z.record(z.string(), number);
const positive = z.int().positive();

const task = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('classification'), classes: z.int().min(1), labels: z.array(z.string()) }),
  z.object({ kind: z.literal('regression'), target: z.string() }),
  z.object({ kind: z.literal('segmentation'), labels: z.array(z.string()) }),
]);

const preprocessing = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('image'),
    channels: positive,
    height: positive,
    width: positive,
    scale: z.number(),
    mean: z.array(z.number()).exactOptional(),
    std: z.array(z.number()).exactOptional(),
    resize: z.boolean().exactOptional(),
  }),
  z.object({
    kind: z.literal('array'),
    shape: z.array(positive),
    mean: z.array(z.number()).exactOptional(),
    std: z.array(z.number()).exactOptional(),
  }),
  z.object({
    kind: z.literal('audio'),
    sampleRate: positive,
    samples: positive,
    mels: positive,
    mean: z.array(z.number()),
    std: z.array(z.number()),
  }),
  z.object({ kind: z.literal('text'), column: z.string(), length: positive, words: z.array(z.string()) }),
  z.object({
    kind: z.literal('table'),
    columns: z.array(
      z.discriminatedUnion('kind', [
        z.object({
          kind: z.literal('number'),
          name: z.string(),
          mean: z.number(),
          std: z.number(),
          fill: z.number(),
          indicator: z.boolean(),
        }),
        z.object({
          kind: z.literal('category'),
          name: z.string(),
          categories: z.array(z.string()),
          unknown: z.boolean(),
        }),
      ]),
    ),
  }),
]);

const provenance = z.object({
  /** Version of attune that wrote the bundle. */
  attune: z.string(),
  dataset: z.string(),
  /** Null when the model was trained without a study. */
  study: z.string().nullable(),
  trial: z.int().min(0).nullable(),
  params: z.record(z.string(), z.unknown()),
  seed: z.number(),
  /** ISO 8601, from the writer's clock. */
  createdAt: z.string(),
});

const manifest = z.object({
  format: z.literal('attune.bundle'),
  formatVersion: z.literal(FORMAT_VERSION),
  task,
  /** Shape of one input, without the batch dimension. */
  inputShape: z.array(positive),
  preprocessing,
  /** `test` is absent until the held-out split was used. */
  metrics: z.object({ validation: metrics, test: metrics.exactOptional() }),
  provenance,
  /** Size and SHA-256 of the graph: a truncated copy is told from a whole one. */
  model: z.object({ file: z.literal(MODEL_FILE), bytes: positive, sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
});

type Readonlys<T> = T extends object ? { readonly [K in keyof T]: Readonlys<T[K]> } : T;
export type Manifest = Readonlys<z.output<typeof manifest>>;
export type Provenance = Readonlys<z.output<typeof provenance>>;

// What data gives must be what the manifest holds, both ways.
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
// Models of sequences are not saved as bundles.
true satisfies Same<Manifest['preprocessing'], Exclude<Preprocessing, { kind: 'pair' }>>;
true satisfies Same<Manifest['task'], Exclude<Task, { kind: 'sequence' }>>;

/** The entry that tells whether a copy of the graph is whole. */
export const describeModel = (bytes: Uint8Array): Manifest['model'] => ({
  file: MODEL_FILE,
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

/** The text of `bundle.json`. */
export function writeManifest(content: Omit<Manifest, 'format' | 'formatVersion'>): string {
  const whole = { format: 'attune.bundle', formatVersion: FORMAT_VERSION, ...content };
  const encode = (_key: string, value: unknown): unknown =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  return `${JSON.stringify(whole, encode, 2)}\n`;
}

/** Reads the text of `bundle.json`; `path` is named in messages. */
export function readManifest(text: string, path: string): Manifest {
  const bad = (what: string): TuneError => new TuneError('bundle', `${path} ${what}`, { path });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw bad('is not JSON: the bundle is damaged, copy it again or save it anew.');
  }
  const head = z.object({ format: z.literal('attune.bundle'), formatVersion: z.number() }).safeParse(json);
  if (!head.success) throw bad('is not the manifest of an attune bundle.');
  if (head.data.formatVersion > FORMAT_VERSION) {
    throw bad(
      `has format version ${head.data.formatVersion}, this attune reads up to ${FORMAT_VERSION}: use a newer attune.`,
    );
  }
  const parsed = manifest.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw bad(
    `is damaged at "${issue?.path.join('.') ?? ''}" (${issue?.message ?? 'unreadable'}): save the bundle anew.`,
  );
}
