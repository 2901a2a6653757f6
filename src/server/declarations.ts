/** What each route takes and answers, by its schemas: the checks and /openapi.json come from these. Names in paths are keys of the storage and never become paths of files. */
import { createRoute, z } from '@hono/zod-openapi';
import {
  askSchema,
  createStudySchema,
  decisionSchema,
  enqueueSchema,
  errorSchema,
  filesSchema,
  heartbeatSchema,
  holdSchema,
  logPageSchema,
  noteSchema,
  reportSchema,
  stopSchema,
  studiesSchema,
  studySchema,
  tellSchema,
  TRIAL_STATES,
  trialSchema,
  trialsSchema,
} from '#api';

/** Trials of an answer, at most. */
const PAGE = 1000;

const json = <T extends z.ZodType>(schema: T, description: string) => ({
  content: { 'application/json': { schema } },
  description,
});
const body = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } }, required: true });
const refusals = {
  400: json(errorSchema, 'The request does not fit; `field` names where.'),
  401: json(errorSchema, 'No token, or another one.'),
  403: json(errorSchema, 'A host name that is not its own, or a page of another origin.'),
  404: json(errorSchema, 'There is no such study or trial.'),
  409: json(errorSchema, 'The study or trial is not in a state for this.'),
  413: json(errorSchema, 'The body is too large.'),
  415: json(errorSchema, 'The body does not say that it is JSON.'),
  429: json(errorSchema, 'Too many requests.'),
  500: json(errorSchema, 'The server failed, or the log is damaged.'),
  503: json(errorSchema, 'The storage cannot be reached or is busy; try again.'),
  507: json(errorSchema, 'The disk of the storage is full.'),
};
const security = [{ bearer: [] }];

const studyPath = z.object({ study: z.string().openapi({ description: 'name of the study' }) });
const trialPath = studyPath.extend({
  // What is coerced may be anything, also absent; a path has it always.
  number: z.coerce
    .number()
    .pipe(z.int().min(0))
    .openapi({ param: { name: 'number', in: 'path', required: true } }),
});

export const routes = {
  studies: createRoute({
    method: 'get',
    path: '/api/studies',
    security,
    responses: { 200: json(studiesSchema, 'All studies, oldest first.'), ...refusals },
  }),
  create: createRoute({
    method: 'post',
    path: '/api/studies',
    security,
    request: { body: body(createStudySchema) },
    responses: {
      200: json(studySchema, 'The study; one that was there is continued if space, objectives and seed are equal.'),
      ...refusals,
    },
  }),
  study: createRoute({
    method: 'get',
    path: '/api/studies/{study}',
    security,
    request: { params: studyPath },
    responses: { 200: json(studySchema, 'The study.'), ...refusals },
  }),
  ask: createRoute({
    method: 'post',
    path: '/api/studies/{study}/ask',
    security,
    request: { params: studyPath, body: body(askSchema) },
    responses: { 200: json(trialSchema, 'The next trial to run.'), ...refusals },
  }),
  trials: createRoute({
    method: 'get',
    path: '/api/studies/{study}/trials',
    security,
    request: {
      params: studyPath,
      query: z.object({
        state: z.enum(TRIAL_STATES).optional(),
        from: z.coerce.number().pipe(z.int().min(0)).default(0).openapi({ description: 'lowest number' }),
        limit: z.coerce.number().pipe(z.int().min(1).max(PAGE)).default(PAGE),
      }),
    },
    responses: { 200: json(trialsSchema, 'Trials by number; `next` is the `from` of the next page.'), ...refusals },
  }),
  trial: createRoute({
    method: 'get',
    path: '/api/studies/{study}/trials/{number}',
    security,
    request: { params: trialPath },
    responses: { 200: json(trialSchema, 'The trial.'), ...refusals },
  }),
  report: createRoute({
    method: 'post',
    path: '/api/studies/{study}/trials/{number}/report',
    security,
    request: { params: trialPath, body: body(reportSchema) },
    responses: { 200: json(decisionSchema, 'Whether to go on.'), ...refusals },
  }),
  heartbeat: createRoute({
    method: 'post',
    path: '/api/studies/{study}/trials/{number}/heartbeat',
    security,
    request: { params: trialPath, body: body(heartbeatSchema) },
    responses: {
      200: json(decisionSchema, 'The lease begins anew; "stop" if somebody has asked the trial to end.'),
      ...refusals,
    },
  }),
  tell: createRoute({
    method: 'post',
    path: '/api/studies/{study}/trials/{number}/tell',
    security,
    request: { params: trialPath, body: body(tellSchema) },
    responses: { 200: json(trialSchema, 'The trial as it ended.'), ...refusals },
  }),
  stop: createRoute({
    method: 'post',
    path: '/api/studies/{study}/trials/{number}/stop',
    security,
    request: { params: trialPath, body: body(stopSchema) },
    responses: {
      200: json(trialSchema, 'The trial; a running one ends when its worker has heard of it.'),
      ...refusals,
    },
  }),
  note: createRoute({
    method: 'post',
    path: '/api/studies/{study}/trials/{number}/note',
    security,
    request: { params: trialPath, body: body(noteSchema) },
    responses: { 200: json(trialSchema, 'The trial.'), ...refusals },
  }),
  enqueue: createRoute({
    method: 'post',
    path: '/api/studies/{study}/enqueue',
    security,
    request: { params: studyPath, body: body(enqueueSchema) },
    responses: { 200: json(trialSchema, 'The trial, which waits to be run.'), ...refusals },
  }),
  hold: createRoute({
    method: 'post',
    path: '/api/studies/{study}/hold',
    security,
    request: { params: studyPath, body: body(holdSchema) },
    responses: { 200: json(studySchema, 'The study.'), ...refusals },
  }),
  files: createRoute({
    method: 'get',
    path: '/api/studies/{study}/trials/{number}/files',
    security,
    request: { params: trialPath },
    responses: {
      200: json(filesSchema, 'What the trial has written, largest last; empty where the server was not told where.'),
      ...refusals,
    },
  }),
  file: createRoute({
    method: 'get',
    path: '/api/studies/{study}/trials/{number}/files/{name}',
    security,
    request: {
      params: trialPath.extend({ name: z.string() }),
      query: z.object({ from: z.coerce.number().pipe(z.int()).default(0) }),
    },
    responses: {
      200: {
        content: { 'application/octet-stream': { schema: z.string() } },
        description:
          'The bytes of the file behind `from` (negative: that many of its end), 1 MB at most; attune-file-from and attune-file-bytes say where they begin and how long it is.',
      },
      ...refusals,
    },
  }),
  log: createRoute({
    method: 'get',
    path: '/api/studies/{study}/log',
    security,
    request: {
      params: studyPath,
      query: z.object({ after: z.coerce.number().pipe(z.int().min(0)).default(0) }),
    },
    responses: {
      200: {
        ...json(
          logPageSchema,
          'The page of the log with the event behind `after`, up to 10,000 events (the first: 1,000), compressed.',
        ),
        headers: {
          'attune-log-total': { description: 'length of the whole log', schema: { type: 'integer' as const } },
          'attune-log-created': {
            description: 'when the study was made: another number is another study of that name',
            schema: { type: 'integer' as const },
          },
        },
      },
      ...refusals,
    },
  }),
  events: createRoute({
    method: 'get',
    path: '/api/studies/{study}/events',
    security,
    request: { params: studyPath, query: z.object({ after: z.coerce.number().pipe(z.int().min(0)).optional() }) },
    responses: {
      200: {
        content: { 'text/event-stream': { schema: z.string() } },
        description:
          'The log of the study from its beginning or behind `after` (or the header last-event-id), and on as it grows: `id` is the place in the log, `data` the event. `damage` stands for events up to `id` that cannot be read, `gone` ends the stream of a study that was removed.',
      },
      ...refusals,
    },
  }),
};
