import { expect, test } from 'vitest';
import golden from './audio.golden.json' with { type: 'json' };
import { powerSpectrum } from './fft.ts';
import { logMel, melFrames } from './log-mel.ts';
import { readWav } from './wav.ts';

/** The signal of scripts/golden/audio.py. */
function signal(n: number, rate: number): Float32Array {
  const x = Float32Array.from({ length: n }, (_, i) => {
    const t = i / rate;
    return 0.3 * Math.sin(2 * Math.PI * (200 * t + 900 * t * t)) + 0.1 * t * Math.sin(2 * Math.PI * 1500 * t);
  });
  x[n >> 1] = (x[n >> 1] ?? 0) + 0.5;
  return x;
}

test("the power spectrum is that of numpy's rfft", () => {
  const power = new Float64Array(9);
  powerSpectrum(16)(Float64Array.from(golden.frame), power);
  golden.power.forEach((value, k) => expect(power[k]).toBeCloseTo(value, 12));
  expect(() => powerSpectrum(12)).toThrow('needs frames of 2, 4, 8 … numbers; got 12.');
});

test.each(Object.entries(golden.wavs))('a WAV file of %s is read as scipy wrote it', (_name, wav) => {
  const { sampleRate, samples } = readWav(Buffer.from(wav.base64, 'base64'), 'a.wav');
  expect(sampleRate).toBe(wav.sampleRate);
  expect([...samples]).toEqual(wav.samples.map(Math.fround));
});

test.each([
  ['a clip shorter than the window, between silence', golden.short, 900, { sampleRate: 8000, samples: 1600, mels: 12 }],
  ['the middle of a longer clip', golden.long, 5000, { sampleRate: 16000, samples: 3200, mels: 10 }],
] as const)(
  "the log-mel spectrogram of %s is that of numpy's FFT and the written-down filters",
  (_name, wanted, n, shape) => {
    const frames = melFrames(shape);
    const values = new Float32Array(1 + shape.mels * frames);
    logMel(shape)(signal(n, shape.sampleRate), values, 1);
    expect(wanted.map((row) => row.length)).toEqual(wanted.map(() => frames));
    wanted.forEach((row, m) =>
      // The clip is float32, numbers are kept as float32 and the file has seven places.
      row.forEach((value, t) => expect(Math.abs((values[1 + m * frames + t] ?? NaN) - value)).toBeLessThan(2e-5)),
    );
  },
);

test('loudness does not matter, and silence is silence', () => {
  const shape = { sampleRate: 8000, samples: 800, mels: 8 };
  const of = (clip: Float32Array): number[] => {
    const into = new Float32Array(8 * melFrames(shape));
    logMel(shape)(clip, into, 0);
    return [...into];
  };
  const clip = signal(800, 8000);
  const quiet = of(clip.map((x) => x / 16)); // a power of two: only exponents change
  expect(quiet).toEqual(of(clip));
  expect(new Set(of(new Float32Array(300)))).toEqual(new Set([Math.fround(Math.log(1e-4))]));
});

test('what is no WAV file, or a damaged one, is said with its name', () => {
  const whole = Buffer.from(golden.wavs['16 bits'].base64, 'base64');
  const edited = (at: number, value: number): Buffer => {
    const copy = Buffer.from(whole);
    copy.writeUInt16LE(value, at);
    return copy;
  };
  expect(() => readWav(new Uint8Array(), 'e.wav')).toThrow('e.wav is no WAV file: it is empty.');
  expect(() => readWav(Buffer.from('fLaC and so on …'), 'f.wav')).toThrow(
    'f.wav is no WAV file: it starts with "fLaC".',
  );
  expect(() => readWav(whole.subarray(0, -3), 'c.wav')).toThrow(
    'c.wav is cut off: its header says 10 bytes of samples, there are 7.',
  );
  expect(() => readWav(whole.subarray(0, 20), 'c.wav')).toThrow('c.wav is cut off in its "fmt " chunk.');
  expect(() => readWav(whole.subarray(0, 36), 'c.wav')).toThrow('c.wav has no "data" chunk.');
  expect(() => readWav(edited(20, 6), 'a.wav')).toThrow('a.wav has format 6 with 16 bits'); // 6: A-law
});
