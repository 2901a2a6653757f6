/**
 * Brings a .tar.gz from a URL into a folder: download to a temporary folder beside the target, check the SHA-256, unpack the wanted files,
 * rename. Whoever looks at the target sees nothing or everything; a broken download leaves nothing behind.
 * Nothing is unpacked before the checksum holds, and only files that were asked for by name and size are written.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { TuneError } from '#math';

export interface Archive {
  readonly url: string;
  readonly sha256: string;
  /** Files to unpack, by base name, and the size each must have. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

export interface DownloadProgress {
  readonly dataset: string;
  readonly receivedBytes: number;
  readonly totalBytes: number | null;
}

export interface DownloadOptions {
  /** Name of the data set, for progress and messages. */
  readonly dataset: string;
  /** Folder that will hold the files. */
  readonly into: string;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** A download that receives nothing for so long is given up. */
  readonly stallMs?: number;
}

export async function downloadArchive(archive: Archive, options: DownloadOptions): Promise<void> {
  const { dataset, into } = options;
  await mkdir(dirname(into), { recursive: true }).catch((error: unknown) => {
    throw new TuneError(
      'download',
      `Cannot download ${dataset}: the folder ${dirname(into)} cannot be made (${reason(error)}).`,
      { into },
    );
  });
  const work = await mkdtemp(join(dirname(into), `.${basename(into)}-`)).catch((error: unknown) => {
    throw new TuneError(
      'download',
      `Cannot download ${dataset}: ${dirname(into)} cannot be written (${reason(error)}).`,
      { into },
    );
  });
  try {
    const file = join(work, 'archive.tar.gz');
    await receive(archive, file, options);
    const unpacked = join(work, 'unpacked');
    await mkdir(unpacked);
    await unpack(archive, file, unpacked);
    await rename(unpacked, into).catch(async (error: unknown) => {
      // Another process may have brought the same files in the meantime.
      const there = await Promise.all(archive.files.map(({ name }) => exists(join(into, name))));
      if (there.includes(false)) {
        throw new TuneError(
          'download',
          `Downloaded ${dataset}, but it cannot be moved to ${into} (${reason(error)}): make room there.`,
          { into },
        );
      }
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Streams the body to `file` and compares the checksum of what arrived. */
async function receive({ url, sha256 }: Archive, file: string, options: DownloadOptions): Promise<void> {
  const { dataset, onProgress, signal, stallMs = 60_000 } = options;
  const stalled = new AbortController();
  let timer = setTimeout(() => stalled.abort(), stallMs);
  const failed = (why: string): TuneError =>
    new TuneError('download', `The download of ${dataset} from ${url} failed: ${why}.`, { dataset, url });
  let receivedBytes = 0;
  let totalBytes: number | null = null;
  const hash = createHash('sha256');
  try {
    const response = await fetch(url, { signal: AbortSignal.any([stalled.signal, ...(signal ? [signal] : [])]) });
    if (!response.ok || response.body === null)
      throw failed(`the server answered ${response.status} ${response.statusText}`);
    const length = Number(response.headers.get('content-length') ?? NaN);
    if (Number.isFinite(length)) totalBytes = length;
    onProgress?.({ dataset, receivedBytes, totalBytes });
    await pipeline(
      Readable.fromWeb(response.body),
      async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          receivedBytes += chunk.length;
          clearTimeout(timer);
          timer = setTimeout(() => stalled.abort(), stallMs);
          onProgress?.({ dataset, receivedBytes, totalBytes });
          yield chunk;
        }
      },
      createWriteStream(file),
    );
  } catch (error) {
    if (error instanceof TuneError) throw error;
    if (signal?.aborted === true) throw failed('it was stopped');
    const place = receivedBytes === 0 ? '' : ` after ${receivedBytes} of ${totalBytes ?? 'an unknown number of'} bytes`;
    throw failed(
      stalled.signal.aborted ? `nothing arrived for ${stallMs / 1000} s${place}` : `${reason(error)}${place}`,
    );
  } finally {
    clearTimeout(timer);
  }
  const got = hash.digest('hex');
  if (got !== sha256) {
    throw failed(
      `the ${receivedBytes} bytes that came have SHA-256 ${got}, expected ${sha256} (a proxy's page, or another version?)`,
    );
  }
}

async function unpack({ url, files }: Archive, file: string, into: string): Promise<void> {
  const missing = new Map(files.map(({ name, bytes }) => [name, bytes]));
  const entries = extract();
  const reading = pipeline(createReadStream(file), createGunzip(), entries);
  const writing = (async () => {
    for await (const entry of entries) {
      const name = basename(entry.header.name);
      const bytes = missing.get(name);
      if (entry.header.type !== 'file' || bytes === undefined) {
        entry.resume();
        continue;
      }
      if (entry.header.size !== bytes) {
        throw new TuneError('download', `${name} in ${url} has ${entry.header.size ?? 0} bytes, expected ${bytes}.`, {
          url,
          name,
        });
      }
      await pipeline(entry, createWriteStream(join(into, name)));
      missing.delete(name);
    }
  })();
  await Promise.all([reading, writing]).catch((error: unknown) => {
    throw error instanceof TuneError
      ? error
      : new TuneError('download', `${url} cannot be unpacked: ${reason(error)}.`, { url });
  });
  if (missing.size > 0) {
    throw new TuneError('download', `${url} does not hold ${[...missing.keys()].join(', ')}.`, { url });
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** What went wrong, in words of the system: fetch wraps the real cause. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : error;
  return 'code' in cause && typeof cause.code === 'string' && !cause.message.includes(cause.code)
    ? `${cause.message || error.message} (${cause.code})`
    : cause.message || error.message;
}
