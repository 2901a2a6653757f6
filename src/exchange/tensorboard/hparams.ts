/**
 * What TensorBoard's HParams tab reads: one record for the experiment (which hyperparameters and metrics there are, with their ranges), in the empty run, and two
 * for each session, in its own run: its hyperparameters when it starts, its status when it ends.
 * Field numbers are those of tensorboard/plugins/hparams/plugin_data.proto and api.proto; values are google.protobuf.Value (struct.proto).
 */
import { decode, double, encode, integer, message, string, type Field, type Fields } from './wire.ts';

export type HParamValue = string | number | boolean;

export interface HParamInfo {
  readonly name: string;
  /** A closed interval of numbers, or the values there are, all of one type; null if it is not restricted. */
  readonly domain: { readonly low: number; readonly high: number } | readonly HParamValue[] | null;
}

/** A metric is the last point of the scalar series `tag` in a session's run. */
export interface MetricInfo {
  readonly tag: string;
  readonly displayName: string;
}

export type HParamsRecord =
  | {
      readonly type: 'experiment';
      readonly description: string;
      /** Seconds since 1970, as all times here. */
      readonly createdAt: number;
      readonly hparams: readonly HParamInfo[];
      readonly metrics: readonly MetricInfo[];
    }
  | {
      readonly type: 'sessionStart';
      readonly hparams: Readonly<Record<string, HParamValue>>;
      readonly startedAt: number;
    }
  | { readonly type: 'sessionEnd'; readonly status: SessionStatus; readonly endedAt: number };

/** TensorBoard's `Status`. */
export type SessionStatus = 'unknown' | 'success' | 'failure' | 'running';

/** The tag under which each record is found (tensorboard/plugins/hparams/metadata.py). */
export const HPARAMS_TAGS = {
  experiment: '_hparams_/experiment',
  sessionStart: '_hparams_/session_start_info',
  sessionEnd: '_hparams_/session_end_info',
} as const;

const STATUSES: readonly SessionStatus[] = ['unknown', 'success', 'failure', 'running'];
const DATA_TYPE = { string: 1, boolean: 2, number: 3 } as const;
const VALIDATION = 2; // DatasetType

/** The message HParamsPluginData. */
export function encodeHParams(record: HParamsRecord): Uint8Array {
  switch (record.type) {
    case 'experiment':
      return encode(
        message(
          2,
          string(1, record.description),
          double(3, record.createdAt),
          ...record.hparams.map((info) => message(4, ...hparamInfo(info))),
          ...record.metrics.map(({ tag, displayName }) =>
            message(5, message(1, string(2, tag)), string(3, displayName), integer(5, VALIDATION)),
          ),
        ),
      );
    case 'sessionStart': {
      const entries = Object.entries(record.hparams);
      return encode(
        message(
          3,
          ...entries.map(([name, value]) => message(1, string(1, name), message(2, valueField(value)))),
          double(5, record.startedAt),
        ),
      );
    }
    case 'sessionEnd':
      return encode(message(4, integer(1, STATUSES.indexOf(record.status)), double(2, record.endedAt)));
  }
}

function hparamInfo({ name, domain }: HParamInfo): Field[] {
  if (domain === null) return [string(1, name)];
  if ('low' in domain)
    return [string(1, name), integer(4, DATA_TYPE.number), message(6, double(1, domain.low), double(2, domain.high))];
  const type = typeof domain[0];
  return [
    string(1, name),
    integer(4, type === 'number' || type === 'boolean' ? DATA_TYPE[type] : DATA_TYPE.string),
    message(5, ...domain.map((value) => message(1, valueField(value)))),
  ];
}

/** google.protobuf.Value is a oneof: its member is written even at the type's default. */
const valueField =
  (value: HParamValue): Field =>
  (writer) => {
    if (typeof value === 'number') writer.tag(2, 1).double(value);
    else if (typeof value === 'string') writer.tag(3, 2).string(value);
    else writer.tag(4, 0).bool(value);
  };

const readValue = (value: Fields | null): HParamValue => {
  if (value?.has(4) === true) return value.integer(4) !== 0;
  return value?.has(3) === true ? value.string(3) : (value?.double(2) ?? 0);
};

/** The inverse of `encodeHParams`; null for a kind of record that is not known here. */
export function decodeHParams(data: Uint8Array): HParamsRecord | null {
  const fields = decode(data);
  const experiment = fields.message(2);
  if (experiment !== null) {
    return {
      type: 'experiment',
      description: experiment.string(1),
      createdAt: experiment.double(3),
      hparams: experiment.messages(4).map((info) => ({ name: info.string(1), domain: readDomain(info) })),
      metrics: experiment
        .messages(5)
        .map((info) => ({ tag: info.message(1)?.string(2) ?? '', displayName: info.string(3) })),
    };
  }
  const start = fields.message(3);
  if (start !== null) {
    const entries = start.messages(1).map((entry) => [entry.string(1), readValue(entry.message(2))] as const);
    return { type: 'sessionStart', hparams: Object.fromEntries(entries), startedAt: start.double(5) };
  }
  const end = fields.message(4);
  if (end === null) return null;
  return { type: 'sessionEnd', status: STATUSES[end.integer(1)] ?? 'unknown', endedAt: end.double(2) };
}

function readDomain(info: Fields): HParamInfo['domain'] {
  const interval = info.message(6);
  if (interval !== null) return { low: interval.double(1), high: interval.double(2) };
  return info.message(5)?.messages(1).map(readValue) ?? null;
}
