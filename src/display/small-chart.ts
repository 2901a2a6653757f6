/**
 * A small chart as one `<svg>`: points, a line through some of them, round numbers on the axis of values, the ends on the other. What a notebook shows of a study without loading a
 * chart library; #plots draws everything else. Colours stand out on light and dark pages, text takes the colour of the page around it.
 */
import { ticks } from '#math';
import { escapeMarkup, shortNumber } from '#text';

export type Point = readonly [x: number, y: number];

export interface SmallChart {
  /** In words, with the main numbers: the text alternative. */
  readonly description: string;
  readonly x: string;
  readonly y: string;
  readonly points: readonly Point[];
  /** `steps`: from each to the next at the height of the first. */
  readonly line?: { readonly points: readonly Point[]; readonly steps: boolean };
}

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [480, 220, 64, 12, 12, 44];
const FONT = 'font-family="system-ui, DejaVu Sans, sans-serif" font-size="12" fill="currentColor"';

/** Points that are not finite are left out; null if none is left. */
export function smallChart({ description, x, y, points, line }: SmallChart): string | null {
  const finite = points.filter((point) => point.every(Number.isFinite));
  const path = (line?.points ?? []).filter((point) => point.every(Number.isFinite));
  const all = [...finite, ...path];
  if (all.length === 0) return null;
  const [x0, x1] = span(all.map((point) => point[0]));
  const [y0, y1] = span(all.map((point) => point[1]));
  const px = (value: number): string => (LEFT + ((value - x0) / (x1 - x0)) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const py = (value: number): string =>
    (HEIGHT - BOTTOM - ((value - y0) / (y1 - y0)) * (HEIGHT - BOTTOM - TOP)).toFixed(1);
  const label = (value: number): string => escapeMarkup(shortNumber(Number(value.toPrecision(4))));
  const rows = ticks(y0, y1).map(
    (value) =>
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${py(value)}" y2="${py(value)}" stroke="currentColor" stroke-opacity="0.2"/>` +
      `<text x="${LEFT - 6}" y="${Number(py(value)) + 4}" text-anchor="end">${label(value)}</text>`,
  );
  const columns = [x0, x1].map(
    (value, i) =>
      `<text x="${px(value)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="${i === 0 ? 'start' : 'end'}">${label(value)}</text>`,
  );
  const d = path
    .map(([a, b], i) =>
      i === 0 ? `M${px(a)} ${py(b)}` : line?.steps === true ? `H${px(a)}V${py(b)}` : `L${px(a)} ${py(b)}`,
    )
    .join('');
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">` +
    `<title>${escapeMarkup(description)}</title><g ${FONT}>${rows.join('')}${columns.join('')}` +
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escapeMarkup(x)}</text>` +
    `<text transform="translate(12 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${escapeMarkup(y)}</text></g>` +
    finite.map(([a, b]) => `<circle cx="${px(a)}" cy="${py(b)}" r="3" fill="#0072b2" fill-opacity="0.75"/>`).join('') +
    (d === '' ? '' : `<path d="${d}" fill="none" stroke="#d55e00" stroke-width="2"/>`) +
    '</svg>'
  );
}

/** From lowest to highest; a single value gets room around it. */
function span(values: readonly number[]): readonly [number, number] {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  if (low < high) return [low, high];
  const room = Math.abs(low) * 0.1 || 1;
  return [low - room, high + room];
}
