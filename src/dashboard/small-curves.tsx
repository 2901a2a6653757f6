/** Curves of few trials as one small SVG: axes with three numbers each, a dash pattern beside each colour, and the same in words. For the trial page and the comparison. */
import { ticks } from '#math';
import { shortNumber } from '#text';

export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [step: number, value: number])[];
}

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT] = [420, 220, 60, 44, 12, 14];
const DASHES = ['none', '7 4', '2 4', '10 3 2 3'];

interface SmallCurvesProps {
  readonly metric: string;
  readonly curves: readonly Curve[];
  /** What is counted from left to right. */
  readonly unit?: string;
  /** From each point to the next at the height of the first. */
  readonly stairs?: boolean;
}

export function SmallCurves({ metric, curves, unit = 'step', stairs = false }: SmallCurvesProps) {
  const finite = curves.map(({ name, points }) => ({ name, points: points.filter(([, y]) => Number.isFinite(y)) }));
  const all = finite.flatMap(({ points }) => points);
  if (all.length === 0) return <p className="quiet">No value of {metric} was reported.</p>;
  const [x0, x1] = span(all.map(([x]) => x));
  const [y0, y1] = span(all.map(([, y]) => y));
  const px = (x: number): number => LEFT + ((x - x0) / (x1 - x0)) * (WIDTH - LEFT - RIGHT);
  const py = (y: number): number => HEIGHT - BOTTOM - ((y - y0) / (y1 - y0)) * (HEIGHT - BOTTOM - TOP);
  const words = finite.map(({ name, points }) => `${name}: last ${shortNumber(points.at(-1)?.[1] ?? NaN)}`).join('; ');
  const steps = ticks(x0, x1, 6).filter(Number.isInteger);
  return (
    <figure className="curves">
      <figcaption>
        {metric} by {unit}
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${metric} by ${unit}. ${words}.`}>
        {ticks(y0, y1).map((y) => (
          <g key={y}>
            <line className="grid-line" x1={LEFT} x2={WIDTH - RIGHT} y1={py(y)} y2={py(y)} />
            <text x={LEFT - 6} y={py(y) + 4} textAnchor="end">
              {shortNumber(y)}
            </text>
          </g>
        ))}
        {(steps.length > 0 ? steps : [x0, x1]).map((x) => (
          <text key={x} x={px(x)} y={HEIGHT - BOTTOM + 18} textAnchor="middle">
            {shortNumber(x)}
          </text>
        ))}
        <text x={(LEFT + WIDTH - RIGHT) / 2} y={HEIGHT - 4} textAnchor="middle">
          {unit}
        </text>
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
              points={(stairs ? staircase(points) : points)
                .map(([x, y]) => `${px(x).toFixed(1)},${py(y).toFixed(1)}`)
                .join(' ')}
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

const staircase = (points: Curve['points']): Curve['points'] =>
  points.flatMap((point, i) => {
    const before = points[i - 1];
    return before === undefined ? [point] : [[point[0], before[1]] as const, point];
  });

/** From lowest to highest; a single value gets room around it. */
function span(values: readonly number[]): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  if (low < high) return [low, high];
  const room = Math.abs(low) * 0.1 || 1;
  return [low - room, high + room];
}
