/**
 * What the other end of an output stream can show, and text fitted to it: display width, truncation, glyphs for UTF-8 and for plain ASCII.
 * Renderers take a `Screen` and stay pure; only `screenOf` looks at the process.
 */
import { stripVTControlCharacters } from 'node:util';
import picocolors from 'picocolors';

export type Colors = ReturnType<typeof picocolors.createColors>;

export interface Glyphs {
  readonly full: string;
  readonly empty: string;
  readonly rule: string;
  readonly dot: string;
  readonly point: string;
  readonly axis: string;
  readonly tick: string;
  readonly ellipsis: string;
  readonly done: string;
  readonly failed: string;
  readonly pruned: string;
}

export interface Screen {
  /** Columns; Infinity for pipes and files, where nothing is cut. */
  readonly width: number;
  readonly height: number;
  readonly colors: Colors;
  readonly glyphs: Glyphs;
}

const UNICODE: Glyphs = {
  full: '█',
  empty: '░',
  rule: '─',
  dot: '·',
  point: '•',
  axis: '│',
  tick: '┤',
  ellipsis: '…',
  done: '✓',
  failed: '✗',
  pruned: '✂',
};
const ASCII: Glyphs = {
  full: '#',
  empty: '.',
  rule: '-',
  dot: '|',
  point: '*',
  axis: '|',
  tick: '+',
  ellipsis: '~',
  done: '+',
  failed: 'x',
  pruned: '/',
};

export const glyphsOf = (unicode: boolean): Glyphs => (unicode ? UNICODE : ASCII);

/** True if the locale speaks UTF-8 (POSIX: LC_ALL, then LC_CTYPE, then LANG; unset means C). */
export function speaksUnicode(env: NodeJS.ProcessEnv, platform: string): boolean {
  if (platform === 'win32') return 'WT_SESSION' in env || env['TERM_PROGRAM'] === 'vscode';
  if (env['TERM'] === 'linux') return false; // the kernel console's font lacks the block glyphs
  if (platform === 'darwin' && !env['LC_ALL'] && !env['LC_CTYPE'] && !env['LANG']) return true;
  return /utf-?8/i.test(env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '');
}

/** The screen behind a stream, asked anew for each frame because a terminal may be resized. */
export function screenOf(stream: NodeJS.WriteStream): Screen {
  const unicode = speaksUnicode(process.env, process.platform);
  const tty = stream.isTTY === true;
  // Asked per stream (picocolors' own answer is about stdout): with --json, progress is on stderr while stdout is a pipe.
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const color = !NO_COLOR && (Boolean(FORCE_COLOR) || (tty && TERM !== 'dumb'));
  return {
    // `columns` is 0 on terminals that do not tell their size (some CI systems, `script`).
    width: tty ? stream.columns || 80 : Infinity,
    height: tty ? stream.rows || 24 : Infinity,
    colors: picocolors.createColors(color),
    glyphs: glyphsOf(unicode),
  };
}

/** Text that an ASCII terminal can show, with the signs that our sentences use spelled out. */
export function toAscii(text: string): string {
  return text
    .replaceAll('…', '...')
    .replaceAll('≥', '>=')
    .replaceAll('≤', '<=')
    .replaceAll('×', 'x')
    .replaceAll('→', '->')
    .replaceAll('≈', '~')
    .replaceAll('·', '|')
    .replace(/[–—−]/g, '-')
    .replace(/[“”]/g, '"')
    .replace(/[‘’]/g, "'");
}

const ZERO_WIDTH = /[\p{M}\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]/u;
// East Asian Wide and Fullwidth blocks (Unicode Annex 11) and the emoji planes.
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1faff}\u{20000}-\u{3fffd}]/u;

const charWidth = (char: string): number => (ZERO_WIDTH.test(char) ? 0 : WIDE.test(char) ? 2 : 1);

/** Terminal columns that `text` takes, escape codes not counted. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const char of stripVTControlCharacters(text)) width += charWidth(char);
  return width;
}

/** Uncoloured `text` cut to at most `width` columns, the ellipsis included. */
export function truncate(text: string, width: number, glyphs: Glyphs): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const char of text) {
    if (used + charWidth(char) > width - 1) break;
    kept += char;
    used += charWidth(char);
  }
  return width < 1 ? '' : kept.trimEnd() + glyphs.ellipsis;
}

export const padEnd = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - displayWidth(text)));
export const padStart = (text: string, width: number): string =>
  ' '.repeat(Math.max(0, width - displayWidth(text))) + text;

/** One piece of a status line. The lower its `rank`, the more important; rank 0 stays, cut if it must be. */
export interface Piece {
  readonly text: string;
  readonly rank: number;
  readonly style?: ((text: string) => string) | undefined;
}

/** Joins pieces with two spaces so that the line never wraps: by importance, each that still fits; what must stay and does not fit is cut. */
export function fitLine(pieces: readonly Piece[], { width, glyphs }: Screen): string {
  const kept = new Set<Piece>();
  let used = -2;
  for (const piece of pieces.filter(({ text }) => text !== '').sort((a, b) => a.rank - b.rank)) {
    const needed = displayWidth(piece.text) + 2;
    if (piece.rank > 0 && used + needed > width) continue;
    kept.add(piece);
    used += needed;
  }
  let room = width;
  const shown: string[] = [];
  for (const piece of pieces) {
    if (!kept.has(piece)) continue;
    const text = truncate(piece.text, room, glyphs);
    if (text === '') break;
    shown.push(piece.style === undefined ? text : piece.style(text));
    room -= displayWidth(text) + 2;
  }
  return shown.join('  ');
}

/** Columns of a chart beside labels of `margin` columns: what it can use, on a terminal up to its width, elsewhere up to 60. */
export function chartColumns({ width }: Screen, margin: number, useful: number): number {
  const room = Number.isFinite(width) ? Math.min(width - margin - 3, 120) : 60;
  return Math.max(2, Math.min(room, useful));
}

/** A bar of `width` columns filled to `fraction` in [0, 1]. */
export function bar(fraction: number, width: number, { full, empty }: Glyphs): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return full.repeat(filled) + empty.repeat(width - filled);
}
