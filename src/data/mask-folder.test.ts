import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRng } from '#math';
import { createAugmenter, paddedCrop, quarterTurns, rotate } from './augment/index.ts';
import { loadDataset } from './registry.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'attune-masks-'));
  for (const name of ['image', 'label']) mkdirSync(join(dir, name));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function put(path: string, gray: (y: number, x: number) => number, [height, width] = [4, 8]): void {
  const png = new PNG({ width, height });
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) png.data.set([gray(y, x), gray(y, x), gray(y, x), 255], (y * width + x) * 4);
  }
  writeFileSync(join(dir, path), PNG.sync.write(png));
}
/** Picture n: brightness 16 n + y + x/10 … as whole numbers; its mask is dark where x >= 5. */
function putAll(count: number): void {
  for (let n = 0; n < count; n++) {
    put(`image/${n}.png`, (y, x) => 16 * n + 8 * (y % 2) + x);
    put(`label/${n}.png`, (_, x) => (x >= 5 ? 0 : 255));
  }
}
const spec = () => ({ images: join(dir, 'image'), masks: join(dir, 'label'), label: 'wall', dark: true, tile: 4 });

test('pictures and masks are cut into the same tiles, and pictures are kept whole by the splits', async () => {
  putAll(5);
  const set = await loadDataset({ ...spec(), test: 0.2, validation: 0.2, normalize: 'none' });
  expect(set.task).toEqual({ kind: 'segmentation', labels: ['wall'] });
  expect([set.inputShape, set.classes, set.train.size, set.test?.size]).toEqual([[1, 4, 4], 1, 8, 2]);
  expect(set.validation).toEqual(Int32Array.of(6, 7));
  const pictureOf = (id: string): string => /(\d)\.png/.exec(id)?.[1] ?? '';
  const pictures = (rows: number[]) => new Set(rows.map((i) => pictureOf(set.train.ids?.(i) ?? '')));
  const [own, held] = [pictures([0, 1, 2, 3, 4, 5]), pictures([6, 7])];
  expect([own.size, held.size, new Set([...own, ...held]).size]).toEqual([3, 1, 4]);
  expect([...own, ...held]).not.toContain(pictureOf(set.test?.ids?.(0) ?? ''));

  const encoder = set.fit(Int32Array.of(0, 1, 2, 3));
  const [x, y] = [new Float32Array(32), new Float32Array(32)];
  encoder.read(set.train, Int32Array.of(1, 0), x); // the right tile, then the left one
  encoder.readTargets?.(set.train, Int32Array.of(1, 0), y);
  const n = Number(pictureOf(set.train.ids?.(0) ?? ''));
  for (let i = 0; i < 16; i++) {
    const [row, column] = [Math.floor(i / 4), i % 4];
    expect(x[i]).toBe(16 * n + 8 * (row % 2) + column + 4);
    expect(x[16 + i]).toBe(16 * n + 8 * (row % 2) + column);
    expect([y[i], y[16 + i]]).toEqual([column + 4 >= 5 ? 1 : 0, 0]);
  }
  expect(set.profile().notes).toEqual(['"wall" is on 37.5 % of the training pixels']); // columns 5, 6, 7 of 8
});

test('changes of place move a mask with its picture', () => {
  for (const change of [quarterTurns(), paddedCrop(2), rotate(30)]) {
    const values = Float32Array.from({ length: 2 * 25 }, (_, i) => Math.sin(i));
    const masks = Float32Array.from(values);
    const augmenter = createAugmenter([change], [1, 5, 5], { kind: 'array', shape: [1, 5, 5] });
    const before = Float32Array.from(values);
    augmenter.apply(values, Int32Array.of(0, 1), (row) => createRng(row), masks);
    expect(masks).toEqual(values);
    expect(values).not.toEqual(before);
  }
});

test('quarter turns are the eight symmetries of the square', () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 200; seed++) {
    const values = Float32Array.of(1, 2, 3, 4);
    const augmenter = createAugmenter([quarterTurns()], [1, 2, 2], { kind: 'array', shape: [1, 2, 2] });
    augmenter.apply(values, Int32Array.of(0), () => createRng(seed));
    seen.add(values.join(''));
  }
  // Corners read row by row: the identity, turns by 90, 180, 270 degrees to the left, and the four mirrored ones.
  expect([...seen].sort()).toEqual(['1234', '2413', '4321', '3142', '2143', '1324', '3412', '4231'].sort());
});

test('what does not fit is said in one sentence', async () => {
  putAll(2);
  await expect(loadDataset({ ...spec(), tile: 3 })).rejects.toThrow(
    'dataset.tile must divide the height and width of the pictures, which are 4 × 8; got 3.',
  );
  await expect(loadDataset({ ...spec(), test: 0.9 })).rejects.toThrow('leave none of 2 pictures to train on');
  put('image/9.png', () => 0);
  await expect(loadDataset(spec())).rejects.toThrow('9.png has no mask of that name in');
  put('label/9.png', () => 0, [4, 4]);
  await expect(loadDataset(spec())).rejects.toThrow(
    '9.png is 4 × 4 (height × width), expected 4 × 8 as the other pictures.',
  );
});
