/** /openapi.json beside what the routes answer: each operation is called, and every answer must fit the schema that the document has for its status. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { memory } from '#storage';
import { startServer } from './server.ts';

const TOKEN = 'a token of thirty-two characters';

const mediaSchema = z.record(z.string(), z.object({ schema: z.json() }));
const operationSchema = z.object({
  parameters: z
    .array(
      z.strictObject({
        name: z.string(),
        in: z.enum(['path', 'query']),
        required: z.boolean(),
        description: z.string().optional(),
        schema: z.json(),
      }),
    )
    .default([]),
  requestBody: z.strictObject({ required: z.literal(true), content: mediaSchema }).optional(),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  responses: z.record(
    z.string().regex(/^[1-5]\d\d$/),
    z.strictObject({ description: z.string().min(1), content: mediaSchema, headers: z.json().optional() }),
  ),
});
/** The rules of OpenAPI 3.1 as far as this document uses them. */
const documentSchema = z.strictObject({
  openapi: z.literal('3.1.0'),
  info: z.object({ title: z.string(), version: z.string() }),
  paths: z.record(z.string().startsWith('/'), z.partialRecord(z.enum(['get', 'post']), operationSchema)),
  components: z.object({ schemas: z.record(z.string(), z.json()), securitySchemes: z.record(z.string(), z.json()) }),
  webhooks: z.strictObject({}).optional(),
  servers: z.json().optional(),
  security: z.json().optional(),
});
type Document = z.infer<typeof documentSchema>;
type Operation = z.infer<typeof operationSchema>;
type Method = 'get' | 'post';

async function serving() {
  const out = mkdtempSync(join(tmpdir(), 'attune-openapi-'));
  onTestFinished(() => rmSync(out, { recursive: true }));
  mkdirSync(join(out, 'demo', '0'), { recursive: true });
  writeFileSync(join(out, 'demo', '0', 'stdout.log'), 'epoch 1\n');
  const server = await startServer({
    storage: memory(),
    token: TOKEN,
    port: 0,
    version: '0.0.0',
    folderOf: (study, number) => join(out, study, String(number)),
  });
  onTestFinished(() => server.close());
  const call = (method: Method, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    fetch(server.url + path, {
      method: method.toUpperCase(),
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const document = documentSchema.parse(await (await call('get', '/openapi.json')).json());
  return { call, document };
}

/** The schema with its references written out, and objects closed: an answer may have no field that the document does not name. */
function closed(schema: unknown, document: Document): unknown {
  if (Array.isArray(schema)) return schema.map((item) => closed(item, document));
  if (typeof schema !== 'object' || schema === null) return schema;
  if ('$ref' in schema) {
    const name = /^#\/components\/schemas\/(\w+)$/.exec(String(schema.$ref))?.[1] ?? '';
    expect(document.components.schemas).toHaveProperty(name);
    return closed(document.components.schemas[name], document);
  }
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value, document)]));
  return 'properties' in inner && !('additionalProperties' in inner)
    ? { ...inner, additionalProperties: false }
    : inner;
}

/** Fails unless the document has the answer's status and its body fits the schema there. */
async function fits(document: Document, operation: Operation, response: Response): Promise<void> {
  const described = operation.responses[String(response.status)];
  const kind = response.headers.get('content-type')?.split(';')[0] ?? '';
  expect(Object.keys(described?.content ?? {}), `${response.status} ${response.url}`).toContain(kind);
  if (kind !== 'application/json') return void (await response.body?.cancel());
  const schema = closed(described?.content[kind]?.schema, document);
  const fit = z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema).safeParse(await response.json());
  expect(fit.error?.issues ?? [], `${response.status} ${response.url}`).toEqual([]);
}

const SPACE = { x: { type: 'float', low: 0, high: 1 }, o: { type: 'branch', branches: { sgd: {}, adam: {} } } };
const study = { name: 'demo', space: SPACE, objectives: { loss: 'minimize' }, sampler: 'random', seed: 1 };
const S = '/api/studies/{study}';
const T = `${S}/trials/{number}`;
/** In this order: the life of trial 0, and of trials 1 and 2 that end in other ways. */
const LIFE: readonly (readonly [Method, template: string, path: string, body?: unknown])[] = [
  ['get', '/api/studies', '/api/studies'],
  ['post', '/api/studies', '/api/studies', study],
  ['get', '/api/studies', '/api/studies'],
  ['get', S, '/api/studies/demo'],
  ['post', `${S}/ask`, '/api/studies/demo/ask', { resumable: true }],
  ['post', `${T}/report`, '/api/studies/demo/trials/0/report', { step: 1, values: { loss: 0.5, norm: 'Infinity' } }],
  ['post', `${T}/heartbeat`, '/api/studies/demo/trials/0/heartbeat', { attempt: 1 }],
  ['get', T, '/api/studies/demo/trials/0'],
  ['post', `${T}/tell`, '/api/studies/demo/trials/0/tell', { values: { loss: 0.4 } }],
  ['post', `${S}/ask`, '/api/studies/demo/ask', {}],
  ['post', `${T}/stop`, '/api/studies/demo/trials/1/stop', { reason: 'enough' }],
  ['post', `${T}/tell`, '/api/studies/demo/trials/1/tell', { state: 'pruned' }],
  ['post', `${S}/enqueue`, '/api/studies/demo/enqueue', { params: { x: 0.5 } }],
  ['post', `${S}/ask`, '/api/studies/demo/ask', {}],
  ['post', `${T}/tell`, '/api/studies/demo/trials/2/tell', { state: 'failed', error: 'no memory' }],
  ['post', `${T}/note`, '/api/studies/demo/trials/0/note', { note: 'the good one' }],
  ['get', `${S}/trials`, '/api/studies/demo/trials?limit=2'],
  ['get', S, '/api/studies/demo'],
  ['get', `${T}/files`, '/api/studies/demo/trials/0/files'],
  ['get', `${T}/files/{name}`, '/api/studies/demo/trials/0/files/stdout.log'],
  ['get', `${S}/log`, '/api/studies/demo/log'],
  ['get', `${S}/events`, '/api/studies/demo/events'],
  ['post', `${S}/hold`, '/api/studies/demo/hold', { held: true }],
];
const operationOf = (document: Document, method: Method, template: string): Operation => {
  const operation = document.paths[template]?.[method];
  if (operation === undefined) throw new Error(`the document has no ${method} ${template}`);
  return operation;
};

test('every operation is described once, with the parameters of its path', async () => {
  const { document } = await serving();
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const inPath = operation.parameters.filter((parameter) => parameter.in === 'path');
      expect(inPath.map(({ name }) => `{${name}}`).sort()).toEqual((path.match(/\{\w+\}/g) ?? []).sort());
      expect(inPath.every(({ required }) => required)).toBe(true);
      // 3.0's way to say "or null", which 3.1 does not have.
      expect(JSON.stringify(operation)).not.toContain('"nullable"');
      return `${method} ${path}`;
    }),
  );
  expect([...new Set(LIFE.map(([method, template]) => `${method} ${template}`))].sort()).toEqual(described.sort());
});

test('what each operation answers fits its schema, with no field beside it', async () => {
  const { call, document } = await serving();
  for (const [method, template, path, body] of LIFE) {
    const response = await call(method, path, body);
    expect(response.status, `${method} ${path}`).toBe(200);
    await fits(document, operationOf(document, method, template), response);
  }
});

test('refusals fit their schemas, too: no token, another origin, no study, a body that is broken, or of another type, or too large', async () => {
  const { call, document } = await serving();
  for (const [method, template, path, body] of LIFE) {
    const operation = operationOf(document, method, template);
    const refused = async (status: number, sent: unknown, headers?: Record<string, string>): Promise<void> => {
      const response = await call(method, path, sent, headers);
      expect(response.status, `${method} ${path}`).toBe(status);
      await fits(document, operation, response);
    };
    await refused(401, body, { authorization: 'Bearer other' });
    await refused(403, body, { 'sec-fetch-site': 'cross-site' });
    if (template !== '/api/studies') await refused(404, body);
    if (body === undefined) continue;
    await refused(400, '{"a": ');
    await refused(400, { unknown: 1 });
    await refused(415, 'x', { 'content-type': 'text/plain' });
    await refused(413, `"${'x'.repeat(1_000_001)}"`);
  }
});
