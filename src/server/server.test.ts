/** The server over real sockets: the whole life of a trial, and every way in which it must refuse. */
import { execFile, spawn } from 'node:child_process';
import { request as httpRequest } from 'node:http';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { memory } from '#storage';
import { openStudy } from '#study';
import { BODY_LIMIT_BYTES } from './guard.ts';
import { startServer, type ServerOptions } from './server.ts';

const TOKEN = 'a token of thirty-two characters';
const SPACE = {
  x: { type: 'float', low: 0, high: 1 },
  kind: { type: 'branch', branches: { a: { y: { type: 'int', low: 1, high: 3 } }, b: {} } },
};

async function serving(options: Partial<ServerOptions> = {}) {
  const storage = memory();
  const server = await startServer({ storage, token: TOKEN, port: 0, version: '0.0.0', ...options });
  onTestFinished(() => server.close());
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(server.url + path, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text.startsWith('{') ? JSON.parse(text) : text) as never,
    };
  };
  const create = (more: object = {}) =>
    call('POST', '/api/studies', {
      name: 'demo',
      space: SPACE,
      objectives: { loss: 'minimize' },
      seed: 1,
      sampler: 'random',
      ...more,
    });
  return { storage, url: server.url, call, create };
}

/** A request whose path and headers go out as they are: `fetch` would tidy them up. */
function raw(url: string, path: string, headers: Record<string, string>): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((done, fail) => {
    const request = httpRequest({ hostname, port, path, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => done({ status: response.statusCode ?? 0, text }));
    });
    request.on('error', fail);
    request.end();
  });
}

test('a study is made, asked, reported, told and read', async () => {
  const { call, create, storage } = await serving();
  expect(await create()).toMatchObject({
    status: 200,
    body: { name: 'demo', seed: 1, best: null, counts: { complete: 0 } },
  });
  const asked = await call('POST', '/api/studies/demo/ask', {});
  expect(asked).toMatchObject({
    status: 200,
    body: { number: 0, state: 'running', attempt: 1, step: null, values: null },
  });
  const report = await call('POST', '/api/studies/demo/trials/0/report', {
    step: 1,
    values: { loss: 0.5, extra: 'NaN' },
    attempt: 1,
  });
  expect(report).toMatchObject({ status: 200, body: { decision: 'continue' } });
  const told = await call('POST', '/api/studies/demo/trials/0/tell', { values: { loss: 0.25 }, attempt: 1 });
  expect(told).toMatchObject({ status: 200, body: { state: 'complete', step: 1, values: { loss: 0.25 } } });

  await call('POST', '/api/studies/demo/ask', {});
  expect(await call('POST', '/api/studies/demo/trials/1/tell', { state: 'failed', error: 'no memory' })).toMatchObject({
    body: { state: 'failed', error: 'no memory', values: null },
  });
  await call('POST', '/api/studies/demo/ask', {});
  expect(await call('POST', '/api/studies/demo/trials/2/tell', { state: 'pruned', reason: 'slow' })).toMatchObject({
    body: { state: 'pruned', reason: 'slow' },
  });

  expect(await call('GET', '/api/studies/demo')).toMatchObject({
    body: { best: { number: 0 }, counts: { complete: 1, failed: 1, pruned: 1 } },
  });
  expect(await call('GET', '/api/studies')).toMatchObject({
    body: { studies: [{ name: 'demo', objectives: { loss: 'minimize' } }] },
  });
  expect(await call('GET', '/api/studies/demo/trials?state=pruned')).toMatchObject({
    body: { trials: [{ number: 2 }], next: null },
  });
  expect(await call('GET', '/api/studies/demo/trials?limit=2')).toMatchObject({
    body: { trials: [{ number: 0 }, { number: 1 }], next: 2 },
  });
  // What the library sees is the same, and the measurement's NaN is a number again.
  const study = await openStudy(storage, 'demo');
  expect(study.trials[0]?.measurements[0]?.values).toEqual({ loss: 0.5, extra: NaN });
});

test('the same study again is continued, another one of the name is refused', async () => {
  const { create } = await serving();
  await create();
  expect((await create()).status).toBe(200);
  expect(await create({ objectives: { accuracy: 'maximize' } })).toMatchObject({
    status: 409,
    body: { error: { code: 'other-study' } },
  });
});

test('events come as they are written, from any place in the log', async () => {
  const { url, call, create } = await serving();
  await create();
  const abort = new AbortController();
  const listen = async (path: string, headers: Record<string, string>, count: number): Promise<string[]> => {
    const response = await fetch(url + path, {
      headers: { authorization: `Bearer ${TOKEN}`, ...headers },
      signal: abort.signal,
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    let text = '';
    const reader = response.body?.getReader();
    while ((text.match(/^id: /gm) ?? []).length < count)
      text += Buffer.from((await reader?.read())?.value ?? []).toString();
    await reader?.cancel();
    return text.trim().split('\n\n');
  };
  const heard = listen('/api/studies/demo/events', {}, 3);
  await call('POST', '/api/studies/demo/ask', {});
  await call('POST', '/api/studies/demo/trials/0/report', { step: 1, values: { loss: 'NaN' } });
  const events = await heard;
  expect(events.map((one) => /^event: (\w+)$/m.exec(one)?.[1])).toEqual(['studyCreated', 'trialCreated', 'measured']);
  expect(events[2]).toContain('"values":{"loss":"NaN"}');
  expect((await listen('/api/studies/demo/events?after=2', {}, 1))[0]).toContain('event: measured\n');
  expect((await listen('/api/studies/demo/events', { 'last-event-id': '1' }, 2))[0]).toContain('event: trialCreated\n');
  abort.abort();
});

test('the document is OpenAPI 3.1, names every route, and says that a token is needed', async () => {
  const { call } = await serving();
  const { status, body } = await call('GET', '/openapi.json', undefined, { authorization: '' });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    openapi: '3.1.0',
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    paths: { '/api/studies/{study}/ask': { post: { security: [{ bearer: [] }] } } },
  });
  expect(Object.keys((body as { paths: object }).paths).sort()).toEqual([
    '/api/studies',
    '/api/studies/{study}',
    '/api/studies/{study}/ask',
    '/api/studies/{study}/enqueue',
    '/api/studies/{study}/events',
    '/api/studies/{study}/hold',
    '/api/studies/{study}/log',
    '/api/studies/{study}/trials',
    '/api/studies/{study}/trials/{number}',
    '/api/studies/{study}/trials/{number}/files',
    '/api/studies/{study}/trials/{number}/files/{name}',
    '/api/studies/{study}/trials/{number}/heartbeat',
    '/api/studies/{study}/trials/{number}/note',
    '/api/studies/{study}/trials/{number}/report',
    '/api/studies/{study}/trials/{number}/stop',
    '/api/studies/{study}/trials/{number}/tell',
  ]);
});

describe('refused:', () => {
  test.each([[''], ['Bearer wrong'], [`Basic ${TOKEN}`], [`Bearer ${TOKEN}x`], [TOKEN]])(
    '401 with the authorization %j',
    async (authorization) => {
      const { call } = await serving();
      const { status, headers, body } = await call('GET', '/api/studies', undefined, { authorization });
      expect({ status, asks: headers.get('www-authenticate') }).toEqual({ status: 401, asks: 'Bearer' });
      expect(body).toMatchObject({ error: { code: 'unauthorized' } });
    },
  );

  test('403 for a host name that is not its own, also with the token', async () => {
    const { url } = await serving();
    const headers = { authorization: `Bearer ${TOKEN}` };
    for (const host of ['evil.example', 'evil.example:80', '127.0.0.1.evil.example'])
      expect(await raw(url, '/api/studies', { ...headers, host })).toMatchObject({ status: 403 });
    expect((await raw(url, '/api/studies', { ...headers, host: 'LOCALHOST:1' })).status).toBe(200);
    const named = await serving({ allowHosts: ['tuner.example'] });
    expect((await raw(named.url, '/api/studies', { ...headers, host: 'tuner.example' })).status).toBe(200);
  });

  test('413 for a body over the limit, told by its length or only found while it comes', async () => {
    const { call, url } = await serving();
    const large = JSON.stringify({ name: 'x'.repeat(BODY_LIMIT_BYTES) });
    expect(await call('POST', '/api/studies', large)).toMatchObject({
      status: 413,
      body: { error: { code: 'too-large' } },
    });
    const chunked = await fetch(`${url}/api/studies`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: new Blob([large]).stream(),
      duplex: 'half',
    });
    expect(chunked.status).toBe(413);
  });

  test.each([
    ['{"name": ', 'body'],
    ['[1]', 'body'],
    ['{"name": "x", "objectives": {"loss": "minimize"}}', 'space'],
    ['{"name": "", "space": {}, "objectives": {}}', 'name'],
    ['{"name": "x", "space": {}, "objectives": {"loss": "down"}}', 'objectives.loss'],
    ['{"name": "x", "space": {}, "objectives": {"loss": "minimize"}, "sede": 1}', 'sede'],
    [
      '{"name": "x", "space": {"lr": {"type": "float", "low": 2, "high": 1}}, "objectives": {"loss": "minimize"}}',
      'lr',
    ],
    ['{"name": "x", "space": {"lr": {"type": "flaot"}}, "objectives": {"loss": "minimize"}}', 'lr'],
    [
      '{"name": "x", "space": {"x": {"type": "fixed", "value": 1}}, "objectives": {"loss": "minimize"}, "sampler": "gird"}',
      'gird',
    ],
  ])('400 for %s, with the field %s', async (body, field) => {
    const { call, storage } = await serving();
    expect(await call('POST', '/api/studies', body)).toMatchObject({ status: 400, body: { error: { field } } });
    expect(await storage.list()).toEqual([]);
  });

  test('400 for a report or a result that does not fit, with the field', async () => {
    const { call, create } = await serving();
    await create();
    await call('POST', '/api/studies/demo/ask', {});
    const at = '/api/studies/demo/trials/0';
    const field = async (path: string, body: unknown) => {
      const { status, body: answer } = await call('POST', path, body);
      expect(status).toBe(400);
      return (answer as { error: { field?: string; message: string } }).error;
    };
    expect(await field(`${at}/report`, { step: -1, values: {} })).toMatchObject({ field: 'step' });
    expect(await field(`${at}/report`, { step: 1, values: { loss: 'low' } })).toMatchObject({ field: 'values.loss' });
    expect(await field(`${at}/tell`, { state: 'done' })).toMatchObject({ field: 'state' });
    expect((await field(`${at}/tell`, { values: { los: 1 } })).message).toContain('"loss" is missing');
    expect(await field('/api/studies/demo/trials/x/report', { step: 1, values: { loss: 1 } })).toMatchObject({
      field: 'number',
    });
    // A body of another type is not read at all.
    expect((await call('POST', `${at}/tell`, 'values=1', { 'content-type': 'text/plain' })).status).toBe(415);
    expect(await call('GET', at)).toMatchObject({ body: { state: 'running', step: null } });
  });

  test('404 for studies, trials and paths that are not there, 409 for what is over', async () => {
    const { call, create } = await serving();
    await create();
    expect(await call('GET', '/api/studies/demi')).toMatchObject({
      status: 404,
      body: { error: { code: 'no-study' } },
    });
    expect(await call('GET', '/api/studies/demo/trials/7')).toMatchObject({
      status: 404,
      body: { error: { code: 'no-trial' } },
    });
    expect(await call('GET', '/api/nothing')).toMatchObject({ status: 404 });
    await call('POST', '/api/studies/demo/ask', {});
    await call('POST', '/api/studies/demo/trials/0/tell', { values: { loss: 1 } });
    const again = await call('POST', '/api/studies/demo/trials/0/tell', { values: { loss: 2 } });
    expect(again).toMatchObject({ status: 409, body: { error: { code: 'ended' } } });
  });

  test.each([
    ['/../../../../etc/passwd'],
    ['/api/../../etc/passwd'],
    ['/api/studies/../../../etc/passwd'],
    ['/api/studies/%2e%2e%2f%2e%2e%2fetc%2fpasswd'],
    ['/api/studies/..%2f..%2fetc%2fpasswd/trials'],
    ['/api/studies/..%5c..%5cetc/events'],
    ['/openapi.json/../../package.json'],
    ['//etc/passwd'],
    ['/api/studies/%00'],
    ['/%c0%ae%c0%ae/etc/passwd'],
  ])('404 for the path %s', async (path) => {
    const { url } = await serving();
    const { status, text } = await raw(url, path, { authorization: `Bearer ${TOKEN}` });
    expect(status).toBe(404);
    expect(text).not.toContain('root:');
  });

  test('429 when asked too often; after a while it answers again', async () => {
    const { call } = await serving({ limit: { perSecond: 5, burst: 3 } });
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await call('GET', '/api/studies')).status);
    expect(statuses.slice(0, 3)).toEqual([200, 200, 200]);
    expect(statuses).toContain(429);
    await sleep(1000);
    expect((await call('GET', '/api/studies')).status).toBe(200);
  });

  test('other sites get no leave to read: no CORS header is sent, and the type of an answer is not to be guessed', async () => {
    const { call } = await serving();
    const { headers } = await call('GET', '/api/studies', undefined, { origin: 'https://evil.example' });
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('a port that is taken is one sentence', async () => {
    const { url } = await serving();
    const port = Number(new URL(url).port);
    await expect(startServer({ storage: memory(), token: TOKEN, port, version: '0' })).rejects.toThrow(
      `Cannot listen on 127.0.0.1:${port} (EADDRINUSE)`,
    );
  });
});

test('a result of an attempt that was taken over comes too late', async () => {
  const { call, create, storage } = await serving();
  await create();
  await call('POST', '/api/studies/demo/ask', {});
  const study = await openStudy(storage, 'demo');
  await study.release(0, 'its client was silent');
  const second = await call('POST', '/api/studies/demo/ask', {});
  expect(second).toMatchObject({ body: { number: 0, attempt: 2 } });
  expect(await call('POST', '/api/studies/demo/trials/0/tell', { values: { loss: 1 }, attempt: 1 })).toMatchObject({
    status: 409,
    body: { error: { code: 'taken-over' } },
  });
});

test('the trial of a client that is gone is given to the next that asks', async () => {
  const { call, create, storage } = await serving({ leaseMs: 500 });
  await create();
  await call('POST', '/api/studies/demo/ask', { leaseSeconds: 1 });
  const at = '/api/studies/demo/trials/0';
  await expect.poll(async () => (await call('GET', at)).body).toMatchObject({ state: 'waiting', attempt: 2 });
  const asked = await call('POST', '/api/studies/demo/ask', { leaseSeconds: 3600 });
  expect(asked).toMatchObject({ body: { number: 0, attempt: 2, state: 'running' } });
  const late = { status: 409, body: { error: { code: 'taken-over' } } };
  expect(await call('POST', `${at}/heartbeat`, { attempt: 1 })).toMatchObject(late);
  expect(await call('POST', `${at}/report`, { step: 1, values: { loss: 1 }, attempt: 1 })).toMatchObject(late);
  expect(await call('POST', `${at}/tell`, { values: { loss: 1 }, attempt: 1 })).toMatchObject(late);
  expect(await call('POST', `${at}/tell`, { values: { loss: 1 } })).toMatchObject(late);
  expect(await call('POST', `${at}/heartbeat`, { attempt: 2 })).toEqual(
    expect.objectContaining({ status: 200, body: { decision: 'continue' } }),
  );
  expect(await call('POST', `${at}/tell`, { values: { loss: 0.5 }, attempt: 2 })).toMatchObject({
    body: { state: 'complete', values: { loss: 0.5 } },
  });
  // Nobody holds anything any more: of heartbeats only the server's own is left.
  expect((await storage.beats('1')).size).toBe(1);
});

test('the Python file sends heartbeats while a trial runs, and none after it', async () => {
  const { url, create, storage } = await serving();
  await create();
  const script = `
import attune, sys
study = attune.connect("${url}", "${TOKEN}", "demo", lease_seconds=1)
trial = study.ask()
print("asked", flush=True)
sys.stdin.readline()
study.tell(trial, loss=1)
print("told", flush=True)
sys.stdin.readline()
`;
  const child = spawn('python3', ['-c', script], {
    env: { ...process.env, PYTHONPATH: resolve(import.meta.dirname, '../../clients/python') },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const beats = async () => [...(await storage.beats('1'))].filter(([worker]) => worker.startsWith('client:'));
  // The first is the ask's.
  await expect.poll(async () => (await beats())[0]?.[1] ?? 0).toBeGreaterThan(3);
  child.stdin.write('\n');
  await expect.poll(beats).toEqual([]);
  expect((await openStudy(storage, 'demo')).counts.complete).toBe(1);
});

test('the Python file asks, reports and tells', async () => {
  const { url, create, storage } = await serving();
  await create();
  const script = `
import attune
study = attune.connect("${url}", "${TOKEN}", "demo")
for _ in range(3):
    trial = study.ask()
    assert study.report(trial, 1, loss=trial["params"]["x"])["decision"] == "continue"
    study.tell(trial, loss=trial["params"]["x"])
study.fail(study.ask(), "gave up")
print([t["state"] for t in study.trials()])
try:
    attune.connect("${url}", "wrong", "demo").ask()
except attune.ServerError as error:
    print(error.status, error.code)
`;
  const output = await new Promise<string>((done, fail) =>
    execFile(
      'python3',
      ['-c', script],
      { env: { ...process.env, PYTHONPATH: resolve(import.meta.dirname, '../../clients/python') } },
      (error, stdout, stderr) => (error ? fail(new Error(stderr)) : done(stdout)),
    ),
  );
  expect(output).toBe("['complete', 'complete', 'complete', 'failed']\n401 unauthorized\n");
  expect((await openStudy(storage, 'demo')).counts).toMatchObject({ complete: 3, failed: 1 });
});
