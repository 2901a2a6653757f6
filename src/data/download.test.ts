import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { downloadArchive, type Archive, type DownloadProgress } from './download.ts';

const WANTED = { 'one.bin': 'first file', 'two.bin': 'second file' };
let root = '';
let archiveBytes: Buffer = Buffer.alloc(0);
let server: Server | undefined;
let answer: RequestListener = () => undefined;
let url = '';

async function tarball(files: Record<string, string>): Promise<Buffer> {
  const tar = pack();
  for (const [name, text] of Object.entries(files)) tar.entry({ name }, text);
  tar.finalize();
  return gzipSync(await buffer(tar));
}
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const archiveOf = (bytes: Buffer): Archive => ({
  url,
  sha256: sha256(bytes),
  files: Object.entries(WANTED).map(([name, text]) => ({ name, bytes: text.length })),
});
const serve = (bytes: Buffer) => {
  answer = (_, response) => response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
};

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'attune-download-'));
  archiveBytes = await tarball({
    'folder/one.bin': WANTED['one.bin'],
    '../two.bin': WANTED['two.bin'],
    'folder/readme.html': 'x',
  });
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((ready) => server?.listen(0, '127.0.0.1', ready));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/archive.tar.gz`; // listening on TCP
});
afterAll(async () => {
  server?.closeAllConnections();
  await new Promise((closed) => server?.close(closed));
  await rm(root, { recursive: true, force: true });
});
afterEach(async () => {
  // Whatever happened, no temporary folder is left.
  expect((await readdir(root)).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('an archive is fetched, checked and unpacked; only the wanted files are written, by base name', async () => {
  serve(archiveBytes);
  const seen: DownloadProgress[] = [];
  const into = join(root, 'good');
  await downloadArchive(archiveOf(archiveBytes), { dataset: 'toy', into, onProgress: (p) => seen.push(p) });
  expect((await readdir(into)).sort()).toEqual(['one.bin', 'two.bin']);
  expect(await readFile(join(into, 'two.bin'), 'utf8')).toBe(WANTED['two.bin']);
  expect(seen.at(0)).toEqual({ dataset: 'toy', receivedBytes: 0, totalBytes: archiveBytes.length });
  expect(seen.at(-1)).toEqual({ dataset: 'toy', receivedBytes: archiveBytes.length, totalBytes: archiveBytes.length });
});

test('a wrong checksum leaves nothing behind and tells both sums', async () => {
  const page = Buffer.from('<html>please log in</html>');
  serve(page);
  const into = join(root, 'wrong');
  const asked = downloadArchive(archiveOf(archiveBytes), { dataset: 'toy', into });
  await expect(asked).rejects.toThrow(
    `26 bytes that came have SHA-256 ${sha256(page)}, expected ${sha256(archiveBytes)}`,
  );
  expect(await readdir(root)).not.toContain('wrong');
});

test('a body that breaks off is an error that says how much came', async () => {
  answer = (_, response) => {
    response.writeHead(200, { 'content-length': archiveBytes.length });
    response.write(archiveBytes.subarray(0, 50), () => setTimeout(() => response.destroy(), 50));
  };
  const asked = downloadArchive(archiveOf(archiveBytes), { dataset: 'toy', into: join(root, 'broken') });
  await expect(asked).rejects.toThrow(
    new RegExp(`download of toy.*failed:.* after 50 of ${archiveBytes.length} bytes`),
  );
  expect(await readdir(root)).not.toContain('broken');
});

test('a server that stops sending is given up', async () => {
  answer = (_, response) => {
    response.writeHead(200, { 'content-length': archiveBytes.length });
    response.write(archiveBytes.subarray(0, 50));
  };
  const asked = downloadArchive(archiveOf(archiveBytes), { dataset: 'toy', into: join(root, 'stalled'), stallMs: 200 });
  await expect(asked).rejects.toThrow(/nothing arrived for 0\.2 s after 50 of/);
});

test('the status of a refusing server is told', async () => {
  answer = (_, response) => response.writeHead(404, 'Not Found').end();
  const asked = downloadArchive(archiveOf(archiveBytes), { dataset: 'toy', into: join(root, 'gone') });
  await expect(asked).rejects.toThrow(/the server answered 404 Not Found/);
});

test('a signal stops a download', async () => {
  answer = (_, response) => void response.writeHead(200, { 'content-length': 100 }).write('x');
  const controller = new AbortController();
  const asked = downloadArchive(archiveOf(archiveBytes), {
    dataset: 'toy',
    into: join(root, 'stopped'),
    signal: controller.signal,
    onProgress: ({ receivedBytes }) => receivedBytes > 0 && controller.abort(),
  });
  await expect(asked).rejects.toThrow(/it was stopped/);
});

test('an archive with a missing file or a file of another size is refused', async () => {
  const lacking = await tarball({ 'one.bin': WANTED['one.bin'] });
  serve(lacking);
  await expect(downloadArchive(archiveOf(lacking), { dataset: 'toy', into: join(root, 'lacking') })).rejects.toThrow(
    /does not hold two\.bin/,
  );
  const grown = await tarball({ ...WANTED, 'two.bin': 'another length' });
  serve(grown);
  await expect(downloadArchive(archiveOf(grown), { dataset: 'toy', into: join(root, 'grown') })).rejects.toThrow(
    /two\.bin in .* has 14 bytes, expected 11/,
  );
});

test('something that is no archive in spite of its checksum is refused', async () => {
  const junk = Buffer.from('not gzip at all');
  serve(junk);
  await expect(downloadArchive(archiveOf(junk), { dataset: 'toy', into: join(root, 'junk') })).rejects.toThrow(
    /cannot be unpacked/,
  );
});

test('two processes that fetch the same set at once both succeed', async () => {
  serve(archiveBytes);
  const into = join(root, 'both');
  await Promise.all([1, 2].map(() => downloadArchive(archiveOf(archiveBytes), { dataset: 'toy', into })));
  expect((await readdir(into)).sort()).toEqual(['one.bin', 'two.bin']);
});

test('a folder that cannot be written is named', async () => {
  await mkdir(join(root, 'x'), { recursive: true });
  await writeFile(join(root, 'x', 'file'), '');
  const asked = downloadArchive(archiveOf(archiveBytes), { dataset: 'toy', into: join(root, 'x', 'file', 'set') });
  await expect(asked).rejects.toThrow(/Cannot download toy: the folder .*file cannot be made/);
});
