"""Reference numbers for src/data/audio: WAV files as scipy and the standard library write them, and a log-mel spectrogram by numpy's FFT.

numpy 1.24.2, scipy 1.10.1, Python 3.11.  Command: /usr/bin/python3 scripts/golden/audio.py > src/data/audio/audio.golden.json
The mel filters are written down from torchaudio's melscale_fbanks(mel_scale="htk", norm=None); torchaudio itself is not in Debian.
"""
import base64
import io
import json
import wave

import numpy as np
from scipy.io import wavfile
from scipy.signal import get_window


def signal(n, rate):
    """A chirp, a tone that swells, and a click; a formula, so that the test can make the same."""
    t = np.arange(n) / rate
    x = 0.3 * np.sin(2 * np.pi * (200 * t + 900 * t * t)) + 0.1 * t * np.sin(2 * np.pi * 1500 * t)
    x[n // 2] += 0.5
    return x.astype(np.float32)


def filters(mels, size, rate):
    freqs = np.linspace(0, rate / 2, size // 2 + 1)
    mel = np.linspace(0, 2595 * np.log10(1 + rate / 2 / 700), mels + 2)
    points = 700 * (10 ** (mel / 2595) - 1)
    diff = np.diff(points)
    slopes = points[None, :] - freqs[:, None]
    down = -slopes[:, :-2] / diff[:-1]
    up = slopes[:, 2:] / diff[1:]
    return np.maximum(0, np.minimum(down, up))  # [bins, mels]


def log_mel(clip, rate, samples, mels):
    x = clip.astype(np.float64)
    x = x / np.sqrt(np.mean(x**2))
    out = np.zeros(samples)
    if len(x) >= samples:
        start = (len(x) - samples) // 2
        out[:] = x[start : start + samples]
    else:
        start = (samples - len(x)) // 2
        out[start : start + len(x)] = x
    length, hop = round(0.025 * rate), round(0.01 * rate)
    size = 2 ** int(np.ceil(np.log2(length)))
    w = get_window("hann", length)
    frames = (samples - length) // hop + 1
    windows = np.stack([out[t * hop : t * hop + length] * w for t in range(frames)])
    power = np.abs(np.fft.rfft(windows, size)) ** 2 / np.sum(w**2)
    return np.log(power @ filters(mels, size, rate) + 1e-4).T  # [mels, frames]


def scipy_wav(values, rate=8000):
    buffer = io.BytesIO()
    wavfile.write(buffer, rate, values)
    return base64.b64encode(buffer.getvalue()).decode()


def wave24(values, rate=44100):
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as w:
        w.setnchannels(1)
        w.setsampwidth(3)
        w.setframerate(rate)
        w.writeframes(b"".join(int(v).to_bytes(3, "little", signed=True) for v in values))
    return base64.b64encode(buffer.getvalue()).decode()


frame = np.random.default_rng(1).normal(size=16)
wavs = {
    "8 bits": (scipy_wav(np.array([0, 64, 128, 200, 255], np.uint8)), 8000, [-1, -0.5, 0, 72 / 128, 127 / 128]),
    "16 bits": (scipy_wav(np.array([-32768, -1, 0, 16384, 32767], np.int16)), 8000, [-1, -(2**-15), 0, 0.5, 1 - 2**-15]),
    "24 bits": (wave24([-(2**23), -1, 1, 2**22]), 44100, [-1, -(2**-23), 2**-23, 0.5]),
    "32 bits": (scipy_wav(np.array([-(2**31), 2**30, 0], np.int32), 16000), 16000, [-1, 0.5, 0]),
    "float": (scipy_wav(np.array([0.25, -0.75], np.float32), 16000), 16000, [0.25, -0.75]),
    "double": (scipy_wav(np.array([0.1, -0.2], np.float64), 16000), 16000, [0.1, -0.2]),
    "stereo": (scipy_wav(np.array([[16384, 0], [-16384, 16384]], np.int16)), 8000, [0.25, 0]),
}
print(
    json.dumps(
        {
            "frame": frame.tolist(),
            "power": (np.abs(np.fft.rfft(frame)) ** 2).tolist(),
            "wavs": {k: {"base64": b, "sampleRate": r, "samples": s} for k, (b, r, s) in wavs.items()},
            "short": np.round(log_mel(signal(900, 8000), 8000, 1600, 12), 7).tolist(),
            "long": np.round(log_mel(signal(5000, 16000), 16000, 3200, 10), 7).tolist(),
        }
    )
)
