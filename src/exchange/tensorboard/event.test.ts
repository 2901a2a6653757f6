/** Round trips through our reader, and every record read by `protoc` with TensorBoard's field numbers. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasProtoc, protoc } from '../fixtures/protoc.ts';
import { decodeEvent, encodeEvent, encodeFileVersion, type SummaryValue, type TensorBoardEvent } from './event.ts';
import { encodeHParams, type HParamsRecord } from './hparams.ts';

const start: HParamsRecord = {
  type: 'sessionStart',
  hparams: { 'optimizer.sgd.momentum': 0, optimizer: 'sgd', nesterov: false, batchSize: 64, tag: '' },
  startedAt: 1.7e9,
};
const experiment: HParamsRecord = {
  type: 'experiment',
  description: 'digits: maximize accuracy',
  createdAt: 1.7e9,
  hparams: [
    { name: 'learningRate', domain: { low: 1e-5, high: 0.1 } },
    { name: 'batchSize', domain: [32, 64] },
    { name: 'optimizer', domain: ['sgd', 'adam'] },
    { name: 'nesterov', domain: [false, true] },
    { name: 'free', domain: null },
  ],
  metrics: [{ tag: 'objective/accuracy', displayName: 'accuracy' }],
};
const end: HParamsRecord = { type: 'sessionEnd', status: 'success', endedAt: 1.7e9 + 12.5 };
const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47);
const values: readonly SummaryValue[] = [
  { kind: 'scalar', tag: 'loss', value: 0.5 },
  { kind: 'histogram', tag: 'weights', buckets: [[-1, 0, 3], [0, 1, 4]] }, // prettier-ignore
  { kind: 'histogram', tag: 'nothing', buckets: [] },
  { kind: 'image', tag: 'digits', width: 28, height: 14, png },
  { kind: 'text', tag: 'note', text: 'größer\n**ok**' },
  ...[experiment, start, end].map((record): SummaryValue => ({ kind: 'hparams', record })),
];

test.each(values.map((value) => [value.kind === 'hparams' ? value.record.type : value.kind, value] as const))(
  'a record of kind %s is read back as it was written',
  (_, value) => {
    const event: TensorBoardEvent = { wallTime: 1700000000.25, step: 7, value };
    expect(decodeEvent(encodeEvent(event))).toEqual(event);
  },
);

test('any float32, step and time survive', () => {
  fc.assert(
    fc.property(
      fc.float(),
      fc.maxSafeNat(),
      fc.double({ min: 0, noNaN: true }),
      fc.string(),
      (value, step, wallTime, tag) => {
        const event: TensorBoardEvent = { wallTime, step, value: { kind: 'scalar', tag, value } };
        expect(decodeEvent(encodeEvent(event))).toEqual(event);
      },
    ),
  );
});

test('records of other kinds are passed over', () => {
  expect(decodeEvent(encodeFileVersion(1))).toBeNull();
});

describe.skipIf(!hasProtoc)('protoc, with the field numbers of TensorBoard, reads', () => {
  test("the file's version", () => {
    expect(protoc('Event', encodeFileVersion(2.5))).toBe(
      'wall_time: 2.5\nfile_version: "brain.Event:2"\nsource_metadata {\n  writer: "attune"\n}\n',
    );
  });

  test('a scalar as a float tensor of rank 0', () => {
    const text = protoc(
      'Event',
      encodeEvent({ wallTime: 1, step: 3, value: { kind: 'scalar', tag: 'loss', value: 0.5 } }),
    );
    expect(text).toContain('tag: "loss"');
    expect(text).toContain('dtype: DT_FLOAT');
    expect(text).toContain('tensor_content: "\\000\\000\\000?"'); // 0.5 = 0x3f000000
    expect(text).toContain('plugin_name: "scalars"');
    expect(text).toContain('data_class: DATA_CLASS_SCALAR');
  });

  test('a histogram as [buckets, 3] doubles', () => {
    const text = protoc('Event', encodeEvent({ wallTime: 1, step: 3, value: values[1]! }));
    expect(text).toMatch(/dtype: DT_DOUBLE\s+tensor_shape \{\s+dim \{\s+size: 2\s+\}\s+dim \{\s+size: 3\s/);
    expect(text).toContain('plugin_name: "histograms"');
  });

  test('an image as width, height and PNG, a text as one string', () => {
    const image = protoc('Event', encodeEvent({ wallTime: 1, step: 3, value: values[3]! }));
    expect(image).toMatch(/string_val: "28"\s+string_val: "14"\s+string_val: "\\211PNG"/);
    expect(image).toContain('DATA_CLASS_BLOB_SEQUENCE');
    const text = protoc('Event', encodeEvent({ wallTime: 1, step: 3, value: values[4]! }));
    expect(text).toContain('string_val: "gr\\303\\266\\303\\237er\\n**ok**"');
    expect(text).toContain('plugin_name: "text"');
  });

  test('the experiment: its hyperparameters with their domains, its metrics', () => {
    const text = protoc('HParamsPluginData', encodeHParams(experiment)).replace(/\s+/g, ' ');
    expect(text).toContain(
      'name: "learningRate" type: DATA_TYPE_FLOAT64 domain_interval { min_value: 1e-05 max_value: 0.1 }',
    );
    expect(text).toContain('domain_discrete { values { number_value: 32 } values { number_value: 64 } }');
    expect(text).toContain('type: DATA_TYPE_STRING domain_discrete { values { string_value: "sgd" }');
    expect(text).toContain(
      'type: DATA_TYPE_BOOL domain_discrete { values { bool_value: false } values { bool_value: true } }',
    );
    expect(text).toContain('metric_infos { name { tag: "objective/accuracy" } display_name: "accuracy"');
  });

  test('a session: its values, zero, false and empty ones too, and its status', () => {
    const text = protoc('HParamsPluginData', encodeHParams(start)).replace(/\s+/g, ' ');
    expect(text).toContain('key: "optimizer.sgd.momentum" value { number_value: 0 }');
    expect(text).toContain('key: "nesterov" value { bool_value: false }');
    expect(text).toContain('key: "tag" value { string_value: "" }');
    expect(protoc('HParamsPluginData', encodeHParams(end))).toContain('status: STATUS_SUCCESS');
  });
});
