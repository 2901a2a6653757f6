/**
 * Decodes JPEG and PNG to 8-bit RGB or RGBA: by sharp where it is installed (fast, can resize), else by jpeg-js and pngjs.
 * Both ways ignore colour profiles and the EXIF orientation (as PyTorch's ImageFolder does), and what comes out of a PNG is the same to the bit;
 * JPEG decoders may differ by a level or two.
 * Channels: colour goes to gray as ITU-R 601 luma in Pillow's integers (19595 R + 38470 G + 7471 B) / 65536; transparency is laid over black.
 */
import type sharpDefault from 'sharp';
import { TuneError } from '#math';

export interface Bitmap {
  readonly width: number;
  readonly height: number;
  /** Bytes per pixel: red, green, blue, and alpha where the decoder gives it. */
  readonly depth: number;
  readonly pixels: Uint8Array; // [height, width, depth]
}

export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

type Sharp = typeof sharpDefault;
type Decoder = 'sharp' | 'plain';

let sharpModule: Promise<Sharp | null> | undefined;

function loadSharp(): Promise<Sharp | null> {
  sharpModule ??= import('sharp').then(
    (module) => module.default,
    () => null, // an optional dependency: absent, or without a binary for this machine
  );
  return sharpModule;
}

/** `where` names the image in messages. `decoder` is for tests: 'plain' decodes as if sharp were not installed. */
export async function decodeImage(
  bytes: Uint8Array,
  where: string,
  { size, decoder }: { readonly size?: ImageSize | undefined; readonly decoder?: Decoder | undefined } = {},
): Promise<Bitmap> {
  const format = formatOf(bytes);
  if (format === null) {
    const start = bytes.length === 0 ? 'it is empty' : `it starts with ${hex(bytes.subarray(0, 4))}`;
    throw new TuneError('badImage', `${where} is no JPEG or PNG image: ${start}.`, { path: where });
  }
  const sharp = decoder === 'plain' ? null : await loadSharp();
  if (size !== undefined && sharp === null) {
    throw new TuneError(
      'sharpMissing',
      'Resizing images needs the package "sharp", which is not installed here: run `npm i sharp`, or resize the files.',
    );
  }
  try {
    if (sharp !== null) return await decodeBySharp(sharp, bytes, size);
    return format === 'png' ? await decodePng(bytes) : await decodeJpeg(bytes);
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).trim().split('\n').at(-1) ?? '';
    throw new TuneError(
      'badImage',
      `${where} cannot be decoded as ${format.toUpperCase()}: it is damaged or cut off (${why}).`,
      { path: where },
    );
  }
}

async function decodeBySharp(sharp: Sharp, bytes: Uint8Array, size: ImageSize | undefined): Promise<Bitmap> {
  const image = sharp(bytes, { failOn: 'error', ignoreIcc: true });
  const sized = size === undefined ? image : image.resize(size.width, size.height, { fit: 'fill' });
  const { data, info } = await sized.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, depth: info.channels, pixels: data };
}

async function decodePng(bytes: Uint8Array): Promise<Bitmap> {
  const { PNG } = await import('pngjs');
  const { width, height, data } = PNG.sync.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return { width, height, depth: 4, pixels: data };
}

async function decodeJpeg(bytes: Uint8Array): Promise<Bitmap> {
  const jpeg = await import('jpeg-js');
  const { width, height, data } = jpeg.default.decode(bytes, { useTArray: true, tolerantDecoding: false });
  return { width, height, depth: 4, pixels: data };
}

function formatOf(bytes: Uint8Array): 'jpeg' | 'png' | null {
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpeg';
  return bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47 ? 'png' : null;
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join(' ');

/** True when every pixel has equal red, green and blue. */
export function isGray({ pixels, depth }: Bitmap): boolean {
  for (let at = 0; at < pixels.length; at += depth) {
    if (pixels[at] !== pixels[at + 1] || pixels[at] !== pixels[at + 2]) return false;
  }
  return true;
}

/** The image as planes [channels, height, width]; 1 channel is luma, 3 are red, green, blue. */
export function toPlanes({ width, height, depth, pixels }: Bitmap, channels: number): Uint8Array {
  const plane = width * height;
  const planes = new Uint8Array(channels * plane);
  for (let p = 0, at = 0; p < plane; p++, at += depth) {
    const alpha = depth === 4 ? (pixels[at + 3] ?? 255) : 255;
    const over = (v: number | undefined): number => (alpha === 255 ? (v ?? 0) : Math.round(((v ?? 0) * alpha) / 255));
    const r = over(pixels[at]);
    const g = over(pixels[at + 1]);
    const b = over(pixels[at + 2]);
    if (channels === 1) {
      planes[p] = (19595 * r + 38470 * g + 7471 * b + 0x8000) >> 16;
    } else {
      planes[p] = r;
      planes[plane + p] = g;
      planes[2 * plane + p] = b;
    }
  }
  return planes;
}
