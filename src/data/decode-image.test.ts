import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';
import { describe, expect, test } from 'vitest';
import { decodeImage, isGray, toPlanes } from './decode-image.ts';

/** Pixels [r, g, b, a] row by row. */
const png = (width: number, height: number, pixels: number[]): Buffer => {
  const image = new PNG({ width, height });
  image.data = Buffer.from(pixels);
  return PNG.sync.write(image);
};
const colours = [255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 10, 200, 77, 255];
const sharpHere = await import('sharp').then(
  () => true,
  () => false,
);

describe.each(['sharp', 'plain'] as const)('decoded by %s', (decoder) => {
  test.skipIf(decoder === 'sharp' && !sharpHere)(
    'a PNG keeps every byte (sharp: skipped where it is not installed)',
    async () => {
      const bitmap = await decodeImage(png(4, 1, colours), 'x.png', { decoder });
      expect([bitmap.width, bitmap.height]).toEqual([4, 1]);
      expect([...toPlanes(bitmap, 3)]).toEqual([255, 0, 0, 10, 0, 255, 0, 200, 0, 0, 255, 77]);
    },
  );

  test('a JPEG of one flat gray comes out gray and within 2 levels', async () => {
    const data = Buffer.alloc(16 * 16 * 4, 255);
    for (let p = 0; p < 256; p++) data.fill(93, 4 * p, 4 * p + 3);
    const bytes = jpeg.encode({ width: 16, height: 16, data }, 95).data;
    const bitmap = await decodeImage(bytes, 'x.jpg', { decoder });
    expect(isGray(bitmap)).toBe(true);
    // quantisation of the DC term at quality 95: a step of 2/8 of a level, plus rounding of the colour transform
    for (const v of toPlanes(bitmap, 1)) expect(Math.abs(v - 93)).toBeLessThanOrEqual(2);
  });

  test('a file that is cut off is named and called damaged', async () => {
    // Noise, so that the file is long and its second half matters.
    const data = Buffer.from(Array.from({ length: 64 * 64 * 4 }, (_, i) => ((i * i * 31 + i) >> 3) % 256));
    const whole = png(64, 64, [...data]);
    await expect(decodeImage(whole.subarray(0, whole.length / 2), 'cat/7.png', { decoder })).rejects.toThrow(
      /cat\/7\.png cannot be decoded as PNG: it is damaged or cut off/,
    );
    const photo = jpeg.encode({ width: 64, height: 64, data }, 90).data;
    await expect(decodeImage(photo.subarray(0, photo.length / 2), 'cat/7.jpg', { decoder })).rejects.toThrow(
      /cat\/7\.jpg cannot be decoded as JPEG: it is damaged or cut off/,
    );
  });

  test('text and empty files are no images', async () => {
    await expect(decodeImage(Buffer.from('hello'), 'a.png', { decoder })).rejects.toThrow(
      /a\.png is no JPEG or PNG image: it starts with 68 65 6c 6c/,
    );
    await expect(decodeImage(new Uint8Array(), 'a.png', { decoder })).rejects.toThrow(/it is empty/);
  });
});

test("luma is Pillow's to the level", async () => {
  const bitmap = await decodeImage(png(4, 1, colours), 'x.png');
  // Pillow 9.4.0: Image.new('RGB', (1, 1), c).convert('L').getpixel((0, 0))
  expect([...toPlanes(bitmap, 1)]).toEqual([76, 150, 29, 129]);
});

test('planes are red, green, blue; transparency is laid over black', async () => {
  const bitmap = await decodeImage(png(2, 1, [200, 100, 50, 128, 7, 8, 9, 0]), 'x.png');
  // 200 · 128 / 255 = 100.39, 50.20, 25.10
  expect([...toPlanes(bitmap, 3)]).toEqual([100, 0, 50, 0, 25, 0]);
});

test.skipIf(!sharpHere)('sharp resizes (skipped where it is not installed)', async () => {
  const flat = png(8, 4, Array.from({ length: 32 }, () => [40, 50, 60, 255]).flat());
  const bitmap = await decodeImage(flat, 'x.png', { size: { height: 2, width: 3 } });
  expect([bitmap.height, bitmap.width]).toEqual([2, 3]);
  expect([...toPlanes(bitmap, 3)]).toEqual([40, 40, 40, 40, 40, 40, 50, 50, 50, 50, 50, 50, 60, 60, 60, 60, 60, 60]);
});

test('without sharp, resizing says what to install', async () => {
  const asked = decodeImage(png(4, 1, colours), 'x.png', { decoder: 'plain', size: { height: 2, width: 2 } });
  await expect(asked).rejects.toThrow(/npm i sharp/);
});

test.skipIf(!sharpHere)(
  'gray, palette, 16-bit and gray-alpha PNGs decode alike by both decoders (skipped without sharp)',
  async () => {
    const { default: sharp } = await import('sharp');
    const levels = Buffer.from([0, 60, 128, 255]);
    const gray = sharp(levels, { raw: { width: 4, height: 1, channels: 1 } });
    const files = {
      gray: await gray.clone().toColourspace('b-w').png().toBuffer(),
      palette: await gray.clone().png({ palette: true }).toBuffer(),
      deep: await gray.clone().toColourspace('rgb16').png().toBuffer(),
      alpha: await gray.clone().toColourspace('b-w').ensureAlpha(0.5).png().toBuffer(),
    };
    for (const [name, bytes] of Object.entries(files)) {
      const [bySharp, plain] = await Promise.all(
        (['sharp', 'plain'] as const).map((decoder) => decodeImage(bytes, name, { decoder })),
      );
      if (bySharp === undefined || plain === undefined) throw new Error('two were asked for');
      expect([name, ...toPlanes(bySharp, 3)]).toEqual([name, ...toPlanes(plain, 3)]);
      expect([name, isGray(bySharp)]).toEqual([name, true]);
    }
  },
);
