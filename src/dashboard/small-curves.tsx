/** Curves of few trials as one small SVG: axes with three numbers each, a dash pattern beside each colour, and the same in words. For the trial page and the comparison. */
import { count, shortNumber } from '#text';

export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [step: number, value: number])[];
}

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT] = [560, 240, 64, 36, 12, 12];
const DASHES = ['none', '7 4', '2 4', '10 3 2 3'];

export function SmallCurves({ metric, curves }: { readonly metric: string; readonly curves: readonly Curve[] }) {
  const finite = curves.map(({ name, points }) => ({ name, points: points.filter(([, y]) => Number.isFinite(y)) }));
  const all = finite.flatMap(({ points }) => points);
  if (all.length === 0) return <p className="quiet">No value of {metric} was reported.</p>;
  const [x0, x1] = span(all.map(([x]) => x));
  const [y0, y1] = span(all.map(([, y]) => y));
  const px = (x: number): number => LEFT + ((x - x0) / (x1 - x0)) * (WIDTH - LEFT - RIGHT);
  const py = (y: number): number => HEIGHT - BOTTOM - ((y - y0) / (y1 - y0)) * (HEIGHT - BOTTOM - TOP);
  const words = finite
    .map(
      ({ name, points }) => `${name}: ${count(points.length, 'step')}, last ${shortNumber(points.at(-1)?.[1] ?? NaN)}`,
    )
    .join('; ');
  const third = (low: number, high: number): number[] => [low, (low + high) / 2, high];
  return (
    <figure className="curves">
      <figcaption>{metric} by step</figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${metric} by step. ${words}.`}>
        {third(y0, y1).map((y) => (
          <g key={y}>
            <line className="grid-line" x1={LEFT} x2={WIDTH - RIGHT} y1={py(y)} y2={py(y)} />
            <text x={LEFT - 6} y={py(y) + 4} textAnchor="end">
              {shortNumber(Number(y.toPrecision(3)))}
            </text>
          </g>
        ))}
        {(Number.isInteger((x0 + x1) / 2) ? third(x0, x1) : [x0, x1]).map((x) => (
          <text
            key={x}
            x={px(x)}
            y={HEIGHT - BOTTOM + 18}
            textAnchor={x === x0 ? 'start' : x === x1 ? 'end' : 'middle'}
          >
            {x === x0 ? 'step ' : ''}
            {shortNumber(x)}
          </text>
        ))}
        {finite.map(({ name, points }, i) =>
          points.length === 1 ? (
            <circle
              key={name}
              className={`dot-${i % 4}`}
              r={4}
              cx={px(points[0]?.[0] ?? 0)}
              cy={py(points[0]?.[1] ?? 0)}
            />
          ) : (
            <polyline
              key={name}
              className={`curve-${i % 4}`}
              strokeDasharray={DASHES[i % 4]}
              points={points.map(([x, y]) => `${px(x).toFixed(1)},${py(y).toFixed(1)}`).join(' ')}
            />
          ),
        )}
      </svg>
      {finite.length > 1 && (
        <ul className="legend">
          {finite.map(({ name }, i) => (
            <li key={name}>
              <svg width="36" height="10" aria-hidden>
                <line className={`curve-${i % 4}`} strokeDasharray={DASHES[i % 4]} x1="0" x2="36" y1="5" y2="5" />
              </svg>{' '}
              {name}
            </li>
          ))}
        </ul>
      )}
    </figure>
  );
}

/** From lowest to highest; a single value gets room around it. */
function span(values: readonly number[]): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  if (low < high) return [low, high];
  const room = Math.abs(low) * 0.1 || 1;
  return [low - room, high + room];
}
