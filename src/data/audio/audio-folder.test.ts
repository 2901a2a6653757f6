import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeInput } from '../encode-input.ts';
import { loadDataset } from '../registry.ts';

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'attune-audio-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A 16-bit mono WAV file of a tone. */
function wav(hertz: number, seconds = 0.2, rate = 8000): Buffer {
  const count = Math.round(seconds * rate);
  const bytes = Buffer.alloc(44 + 2 * count);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + 2 * count, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20); // PCM
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(2 * rate, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(2 * count, 40);
  for (let i = 0; i < count; i++)
    bytes.writeInt16LE(Math.round(9000 * Math.sin((2 * Math.PI * hertz * i) / rate)), 44 + 2 * i);
  return bytes;
}
function put(path: string, bytes: Buffer = wav(300)): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), bytes);
}
const speakers = ['ann', 'bob', 'eve'];
function putSpoken(): void {
  for (const speaker of speakers) {
    for (const [k, label] of ['no', 'yes'].entries()) {
      for (let i = 0; i < 2; i++) put(`${label}_${speaker}_${i}.wav`, wav(300 + 900 * k + 10 * i));
    }
  }
}

test('a pattern reads classes from names and holds a speaker out', async () => {
  putSpoken();
  const set = await loadDataset({
    audio: dir,
    pattern: '{label}_{speaker}_{index}',
    test: { speaker: 'eve' },
    validation: { speaker: ['bob'] },
    seconds: 0.2,
    mels: 8,
  });
  expect(set.task).toEqual({ kind: 'classification', classes: 2, labels: ['no', 'yes'] });
  expect(set.inputShape).toEqual([1, 8, 18]); // ⌊(1600 − 200) / 80⌋ + 1 frames
  const names = (split: typeof set.train | null): string[] =>
    Array.from({ length: split?.size ?? 0 }, (_, i) => (split?.ids?.(i) ?? '').slice(dir.length + 1));
  expect(names(set.test)).toEqual(['no_eve_0.wav', 'no_eve_1.wav', 'yes_eve_0.wav', 'yes_eve_1.wav']);
  expect([...(set.validation ?? [])].map((i) => names(set.train)[i])).toEqual(
    names(set.train).filter((n) => n.includes('bob')),
  );
  expect([...set.train.targets]).toEqual([0, 0, 1, 1, 0, 0, 1, 1]);
});

test('rows are standardised by the training rows, and one file is encoded as its row', async () => {
  putSpoken();
  const set = await loadDataset({ audio: dir, pattern: '{label}_{speaker}_{index}', test: 0, seconds: 0.15, mels: 6 });
  const rows = Int32Array.of(0, 3, 5);
  const encoder = set.fit(rows);
  const values = new Float32Array(3 * 6 * 13);
  encoder.read(set.train, rows, values);
  const mean = values.reduce((sum, v) => sum + v / values.length, 0);
  expect(mean).toBeCloseTo(0, 5);
  expect(values.reduce((sum, v) => sum + v ** 2 / values.length, 0)).toBeCloseTo(1, 4);
  const { preprocessing } = encoder;
  const alone = await encodeInput(preprocessing, wav(310), 'x.wav'); // row 3 is no_bob_1
  expect(set.train.ids?.(3)).toContain('no_bob_1.wav');
  alone.forEach((v, i) => expect(v).toBeCloseTo(values[6 * 13 + i] ?? NaN, 5));
  await expect(encodeInput(preprocessing, wav(310, 0.2, 16000), 'x.wav')).rejects.toThrow(
    'x.wav has 16000 samples a second, this model takes 8000: convert the file.',
  );
  await expect(encodeInput(preprocessing, [1, 2], 'x')).rejects.toThrow(
    'so the input must be the bytes of a WAV file.',
  );
});

test('folders of classes are read as those of images are', async () => {
  for (let i = 0; i < 5; i++) for (const label of ['a', 'b']) put(`${label}/${i}.wav`);
  const set = await loadDataset({ audio: dir, seconds: 0.1 });
  expect([set.train.size, set.test?.size, set.classes]).toEqual([8, 2, 2]);
  expect(set.profile().notes).toEqual([
    '2 of the 10 training clips were set aside as test rows (fixed)',
    '10 of 10 clips are longer than 0.1 s: their middle is taken',
  ]);
});

test('what does not fit is said in one sentence', async () => {
  putSpoken();
  const spec = { audio: dir, pattern: '{label}_{speaker}_{index}' };
  await expect(loadDataset({ ...spec, test: { speaker: 'zoe' } })).rejects.toThrow('no file of');
  await expect(loadDataset({ ...spec, test: { speeker: 'eve' } })).rejects.toThrow(
    'the pattern has no field "speeker": did you mean "speaker"?',
  );
  await expect(loadDataset({ ...spec, test: { speaker: speakers } })).rejects.toThrow('leave no clip');
  await expect(loadDataset({ ...spec, pattern: '{speaker}_{index}' })).rejects.toThrow(
    'dataset.pattern must hold {label}',
  );
  await expect(loadDataset({ audio: dir, test: { speaker: 'eve' } })).rejects.toThrow('need dataset.pattern');
  await expect(loadDataset({ ...spec, seconds: 0 })).rejects.toThrow('dataset.seconds must be a number of seconds');
  await expect(loadDataset({ audio: join(dir, 'nowhere') })).rejects.toThrow('does not exist');
  put('stray.wav');
  await expect(loadDataset(spec)).rejects.toThrow(
    'holds stray.wav, which is not named "{label}_{speaker}_{index}.wav"',
  );
  rmSync(join(dir, 'stray.wav'));
  put('yes_eve_9.wav', wav(300, 0.1, 16000));
  await expect(loadDataset(spec)).rejects.toThrow('yes_eve_9.wav has 16000 samples a second, expected 8000');
});
