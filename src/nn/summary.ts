/**
 * The table of a model that Keras users know: layer, output shape, parameters, totals.
 */
import { type Shape, showShape } from '#graph';
import type { Layer } from './layer.ts';
import { multiplyAdds } from './multiply-adds.ts';
import { trace, type TraceOptions } from './trace.ts';

/** `inputShape` is without the batch. Layers inside containers are shown by their path. */
export function summary(model: Layer, inputShape: Shape, options: Pick<TraceOptions, 'dtype'> = {}): string {
  const { layers, parameters, buffers, output } = trace(model, inputShape, { ...options, training: true });
  const sizes = new Map([...parameters, ...buffers].map(({ name, shape }) => [name, product(shape)]));
  const total = (names: Iterable<string>): number => [...names].reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
  const header = ['Layer (type)', 'Output shape', 'Parameters'];
  const rows = layers
    .filter((layer) => !layer.container || layer.parameters.length > 0)
    .map(({ path, kind, output, parameters, buffers }) => [
      path === '' ? kind : `${path} (${kind})`,
      showShape(output),
      grouped(total([...parameters, ...buffers])),
    ]);
  const trained = total(parameters.map(({ name }) => name));
  const kept = total(buffers.map(({ name }) => name));
  const totals = [
    ['Total parameters', trained + kept],
    ['Trainable', trained],
    ['Not trainable', kept],
  ] as const;
  return [
    ...table([header, ...rows]),
    ...totals.map(([label, n]) => `${label}: ${grouped(n)} (${bytes(4 * n)})`),
    `Multiply-adds of one sample: ${grouped(multiplyAdds(output))}`,
  ].join('\n');
}

/** Left-aligned columns, the last one right-aligned, ruled below the header and at the end. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const last = widths.length - 1;
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === last ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join('  ');
  const rule = widths.map((width) => '─'.repeat(width)).join('──');
  return [line(rows[0] ?? []), rule, ...rows.slice(1).map(line), rule];
}

const product = (shape: readonly number[]): number => shape.reduce((size, dim) => size * dim, 1);

const grouped = (n: number): string => n.toLocaleString('en-US');

const bytes = (n: number): string =>
  n < 1024 ? `${n} B` : n < 1024 ** 2 ? `${(n / 1024).toFixed(2)} KiB` : `${(n / 1024 ** 2).toFixed(2)} MiB`;
