/**
 * Reads WAV files: RIFF chunks with PCM of 8, 16, 24 or 32 bits or floats of 32 or 64 bits; several channels become their mean.
 * Microsoft & IBM 1991, "Multimedia Programming Interface and Data Specifications 1.0"; WAVE_FORMAT_EXTENSIBLE by its sub-format.
 * Samples are in [-1, 1): whole numbers are divided by 2^(bits − 1), and 8-bit ones, which are unsigned, are shifted first.
 */
import { TuneError } from '#math';

export interface Recording {
  /** Samples a second. */
  readonly sampleRate: number;
  readonly samples: Float32Array;
}

interface Format {
  readonly isFloat: boolean;
  readonly channels: number;
  readonly sampleRate: number;
  readonly bits: number;
}

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;

/** `where` names the file in messages. */
export function readWav(bytes: Uint8Array, where: string): Recording {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bad = (why: string): TuneError => new TuneError('badAudio', `${where} ${why}.`, { path: where });
  const tag = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || tag(0) !== 'RIFF' || tag(8) !== 'WAVE') {
    throw bad(`is no WAV file: ${bytes.length === 0 ? 'it is empty' : `it starts with "${printable(tag(0))}"`}`);
  }
  let format: Format | null = null;
  for (let at = 12; at + 8 <= bytes.length;) {
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    if (tag(at) === 'fmt ') {
      if (size < 16 || start + size > bytes.length) throw bad('is cut off in its "fmt " chunk');
      format = readFormat(view, start, size, bad);
    }
    if (tag(at) === 'data') {
      if (format === null) throw bad('has its samples before its "fmt " chunk');
      if (start + size > bytes.length) {
        throw bad(`is cut off: its header says ${size} bytes of samples, there are ${bytes.length - start}`);
      }
      return { sampleRate: format.sampleRate, samples: readSamples(view, start, size, format) };
    }
    at = start + size + (size % 2); // chunks are padded to even sizes
  }
  throw bad('has no "data" chunk');
}

function readFormat(view: DataView, at: number, size: number, bad: (why: string) => TuneError): Format {
  const written = view.getUint16(at, true);
  const code = written === EXTENSIBLE && size >= 26 ? view.getUint16(at + 24, true) : written;
  const [channels, sampleRate, bits] = [
    view.getUint16(at + 2, true),
    view.getUint32(at + 4, true),
    view.getUint16(at + 14, true),
  ];
  const known = code === PCM ? [8, 16, 24, 32] : code === FLOAT ? [32, 64] : [];
  if (!known.includes(bits) || channels === 0 || sampleRate === 0) {
    throw bad(
      `has format ${code} with ${bits} bits and ${channels} channels at ${sampleRate} Hz, expected PCM of 8, 16, 24 or 32 bits or floats`,
    );
  }
  return { isFloat: code === FLOAT, channels, sampleRate, bits };
}

function readSamples(view: DataView, start: number, size: number, { isFloat, channels, bits }: Format): Float32Array {
  const width = bits / 8;
  const scale = 2 ** (bits - 1);
  const sample = (at: number): number => {
    if (isFloat) return bits === 32 ? view.getFloat32(at, true) : view.getFloat64(at, true);
    if (bits === 8) return (view.getUint8(at) - 128) / scale;
    if (bits === 16) return view.getInt16(at, true) / scale;
    if (bits === 24) return (view.getUint16(at, true) + view.getInt8(at + 2) * 65536) / scale;
    return view.getInt32(at, true) / scale;
  };
  const frame = width * channels;
  return Float32Array.from({ length: Math.floor(size / frame) }, (_, i) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += sample(start + i * frame + c * width);
    return sum / channels;
  });
}

const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?');
