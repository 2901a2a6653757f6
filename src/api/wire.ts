/**
 * What travels over HTTP: one zod schema for each body, from which the types, the checks and the OpenAPI document come.
 * JSON has no NaN and no infinities, which measurements may hold: they travel as the strings "NaN", "Infinity" and "-Infinity".
 */
import { z } from '@hono/zod-openapi';

const NOT_FINITE = ['NaN', 'Infinity', '-Infinity'] as const;

const numberOut = z.union([z.number(), z.enum(NOT_FINITE)]);
const numberIn = z
  .union([z.number(), z.enum(NOT_FINITE)])
  .transform(Number)
  .openapi({ description: 'a number, or "NaN", "Infinity", "-Infinity"' });

const valuesIn = z
  .record(z.string(), numberIn)
  .openapi({ description: 'numbers by name', example: { accuracy: 0.81 } });
const valuesOut = z.record(z.string(), numberOut);
const params = z
  .record(z.string(), z.unknown())
  .openapi({ example: { learningRate: 0.01, optimizer: { kind: 'adam' } } });
const attempt = z.int().min(1).optional().openapi({
  description:
    'Of the trial as it was asked; a result of an earlier attempt is refused. Without it any attempt may report.',
});

export const TRIAL_STATES = ['waiting', 'running', 'paused', 'complete', 'pruned', 'failed'] as const;

export const trialSchema = z
  .object({
    number: z.int(),
    state: z.enum(TRIAL_STATES),
    params,
    attempt: z.int(),
    step: z.int().nullable().openapi({ description: 'last reported step' }),
    values: valuesOut.nullable(),
    reason: z.string().optional().openapi({ description: 'why it was pruned or paused' }),
    error: z.string().optional(),
    seed: z.int(),
  })
  .openapi('Trial');
export type WireTrial = z.infer<typeof trialSchema>;

export const studySchema = z
  .object({
    name: z.string(),
    createdAt: z.iso.datetime(),
    space: z.record(z.string(), z.unknown()),
    objectives: z.record(z.string(), z.enum(['minimize', 'maximize'])),
    sampler: z.string(),
    pruner: z.string(),
    seed: z.number(),
    counts: z.record(z.enum(TRIAL_STATES), z.int()),
    finished: z.string().nullable().openapi({ description: 'why the search ended' }),
    best: trialSchema.nullable().openapi({ description: 'null without a complete trial, and with several objectives' }),
  })
  .openapi('Study');
export type WireStudy = z.infer<typeof studySchema>;

export const studiesSchema = z.object({
  studies: z.array(
    z.object({
      name: z.string(),
      createdAt: z.iso.datetime(),
      events: z.int(),
      objectives: z.record(z.string(), z.enum(['minimize', 'maximize'])),
      sampler: z.string(),
      pruner: z.string(),
    }),
  ),
});

export type WireStudies = z.infer<typeof studiesSchema>;

export const createStudySchema = z
  .strictObject({
    name: z.string().trim().min(1),
    space: z.record(z.string(), z.unknown()).openapi({ example: { x: { type: 'float', low: 0, high: 1 } } }),
    objectives: z.record(z.string(), z.enum(['minimize', 'maximize'])).openapi({ example: { loss: 'minimize' } }),
    sampler: z.string().optional(),
    pruner: z.string().optional(),
    seed: z.int().min(0).optional(),
    trials: z.int().min(1).optional(),
    maxSteps: z.int().min(1).optional(),
  })
  .openapi('CreateStudy');

export const askSchema = z
  .strictObject({
    resumable: z.boolean().optional().openapi({ description: 'the pruner may pause it' }),
    leaseSeconds: z
      .number()
      .min(1)
      .max(7 * 86_400)
      .default(300)
      .openapi({ description: 'how long the client may be silent before its trial is given to another' }),
  })
  .openapi('Ask');

export const heartbeatSchema = z
  .strictObject({ attempt: z.int().min(1).openapi({ description: 'of the trial as it was asked' }) })
  .openapi('Heartbeat');

export const reportSchema = z
  .strictObject({ step: z.int().min(0), values: valuesIn, attempt, resumable: z.boolean().optional() })
  .openapi('Report');

export const decisionSchema = z
  .object({ decision: z.enum(['continue', 'stop', 'pause']), reason: z.string().optional() })
  .openapi('Decision');

export const tellSchema = z
  .strictObject({
    state: z.enum(['complete', 'pruned', 'failed']).default('complete'),
    values: valuesIn.optional(),
    reason: z.string().optional(),
    error: z.string().optional(),
    attempt,
  })
  .openapi('Tell');

export const stopSchema = z
  .strictObject({ reason: z.string().trim().min(1).default('stopped by hand') })
  .openapi('Stop');

export const enqueueSchema = z
  .strictObject({ params: params.openapi({ description: 'the sampler chooses those that are left out' }) })
  .openapi('Enqueue');

export const noteSchema = z
  .strictObject({ note: z.string().max(10_000).openapi({ description: 'instead of the note before; empty: none' }) })
  .openapi('Note');

export const holdSchema = z
  .strictObject({ held: z.boolean().openapi({ description: 'true: no trial is started until it is false again' }) })
  .openapi('Hold');

export const filesSchema = z.object({ files: z.array(z.object({ name: z.string(), bytes: z.int() })) });

export const trialsSchema = z.object({ trials: z.array(trialSchema), next: z.int().nullable() });

export const logPageSchema = z
  .object({
    after: z.int().openapi({ description: 'place of the event before the first' }),
    events: z.array(z.union([z.record(z.string(), z.unknown()), z.string()])).openapi({
      description: 'a string in the place of an event says why that cannot be read',
    }),
  })
  .openapi('LogPage');

export const errorSchema = z
  .object({ error: z.object({ code: z.string(), message: z.string(), field: z.string().optional() }) })
  .openapi('Error');
export type WireError = z.infer<typeof errorSchema>;
