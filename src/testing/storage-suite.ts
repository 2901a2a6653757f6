/** The laws of the Storage contract (see #core), for every storage there is. */
import assert from 'node:assert/strict';
import { isTuneError, type Storage, type StudyDefinition, type StudyEvent } from '#core';
import type { Law } from './law.ts';

export interface StorageUnderTest {
  /** An empty storage. */
  readonly open: () => Promise<Storage>;
  /** A second connection to the storage that `open` gave last; absent where there is none. */
  readonly reopen?: () => Promise<Storage>;
}

const definition = (name: string): StudyDefinition => ({
  name,
  space: { x: { type: 'float', low: 0, high: 1 }, ключ: { type: 'choice', choices: ['日本', '"\\\n', null] } },
  objectives: [{ name: 'loss', direction: 'minimize' }],
  sampler: 'random',
  pruner: 'none',
  seed: 42,
  hints: { trials: 3 },
  source: 'it\'s "here".ts',
  createdAt: 1_700_000_000_000,
});

const created = (number: number): StudyEvent => ({
  type: 'trialCreated',
  at: number,
  number,
  params: { x: 0.1 + 0.2, note: 'ünï\n"' },
  worker: 'w',
  suggestedBy: 'random',
});
const codeOf = (error: unknown): string => (isTuneError(error) ? error.code : `not a TuneError: ${String(error)}`);
const rejection = async (work: Promise<unknown>): Promise<string> => work.then(() => 'no error', codeOf);

export function storageLaws({ open, reopen }: StorageUnderTest): Law[] {
  const law = (name: string, body: (storage: Storage) => Promise<void>): Law => ({
    name,
    check: async () => {
      const storage = await open();
      try {
        await body(storage);
      } finally {
        await storage.close();
      }
    },
  });

  const laws = [
    law('a new log holds its creation and can be found by name', async (storage) => {
      const id = await storage.createStudy(definition('a'));
      assert.deepEqual(await storage.find('a'), { id, definition: definition('a') });
      const first = { type: 'studyCreated', at: 1_700_000_000_000, definition: definition('a') };
      assert.deepEqual(await storage.read(id, 0), [{ seq: 1, event: first }]);
      assert.equal(await storage.find('b'), null);
    }),
    law('a name is taken once, whatever characters it has', async (storage) => {
      for (const name of ['a', "a'; drop table studies; --", 'ü/☃', ' ']) {
        await storage.createStudy(definition(name));
        assert.equal(await rejection(storage.createStudy(definition(name))), 'study-exists');
        assert.equal((await storage.find(name))?.definition.name, name);
      }
    }),
    law('studies are listed oldest first with the length of their logs', async (storage) => {
      assert.deepEqual(await storage.list(), []);
      const b = await storage.createStudy(definition('b'));
      const a = await storage.createStudy(definition('a'));
      await storage.append(b, 1, [created(0), created(1)]);
      assert.deepEqual(await storage.list(), [
        { id: b, definition: definition('b'), events: 3 },
        { id: a, definition: definition('a'), events: 1 },
      ]);
    }),
    law('events are read in order from any place, numbered without gaps', async (storage) => {
      const id = await storage.createStudy(definition('a'));
      assert.equal(await storage.append(id, 1, [created(0)]), 'ok');
      assert.equal(await storage.append(id, 2, [created(1), created(2)]), 'ok');
      const all = await storage.read(id, 0);
      assert.deepEqual(
        all.map(({ seq }) => seq),
        [1, 2, 3, 4],
      );
      assert.deepEqual(await storage.read(id, 2), all.slice(2));
      assert.deepEqual(await storage.read(id, 1, 2), all.slice(1, 3));
      assert.deepEqual(await storage.read(id, 3, 9), all.slice(3));
      assert.deepEqual(all.at(-1)?.event, created(2));
      assert.deepEqual(await storage.read(id, 4), []);
    }),
    law('an append at the wrong place is a conflict and changes nothing', async (storage) => {
      const id = await storage.createStudy(definition('a'));
      await storage.append(id, 1, [created(0)]);
      const before = await storage.read(id, 0);
      for (const place of [0, 1, 3, 100])
        assert.equal(await storage.append(id, place, [created(1), created(2)]), 'conflict');
      assert.deepEqual(await storage.read(id, 0), before);
    }),
    law('an append of nothing succeeds at the end of the log', async (storage) => {
      const id = await storage.createStudy(definition('a'));
      assert.equal(await storage.append(id, 1, []), 'ok');
      assert.equal((await storage.read(id, 0)).length, 1);
    }),
    law('measurements keep NaN, infinities and every bit of a number', async (storage) => {
      const id = await storage.createStudy(definition('a'));
      const values = { a: NaN, b: Infinity, c: -Infinity, d: 1e-300, e: 1e300, f: 0.1 + 0.2, g: Number.MIN_VALUE };
      const event: StudyEvent = { type: 'measured', at: 1, number: 0, step: 1, values };
      await storage.append(id, 1, [event]);
      assert.deepEqual(await storage.read(id, 1), [{ seq: 2, event }]);
    }),
    law('logs do not touch each other', async (storage) => {
      const a = await storage.createStudy(definition('a'));
      const b = await storage.createStudy(definition('b'));
      await storage.append(a, 1, [created(0)]);
      assert.equal((await storage.read(b, 0)).length, 1);
      assert.equal(await storage.append(b, 1, [created(0)]), 'ok');
    }),
    law('of appends at the same place exactly one succeeds', async (storage) => {
      const id = await storage.createStudy(definition('a'));
      const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => storage.append(id, 1, [created(i)])));
      assert.equal(answers.filter((a) => a === 'ok').length, 1);
      assert.equal((await storage.read(id, 0)).length, 2);
    }),
    law('an unknown id is refused', async (storage) => {
      for (const id of ['999', 'x', '']) {
        assert.equal(await rejection(storage.read(id, 0)), 'no-study');
        assert.equal(await rejection(storage.append(id, 1, [created(0)])), 'no-study');
      }
    }),
    law('heartbeats are counted by study and worker, and leave no trace in the log', async (storage) => {
      const a = await storage.createStudy(definition('a'));
      const b = await storage.createStudy(definition('b'));
      assert.equal((await storage.beats(a)).size, 0);
      await storage.beat(a, 'w', true);
      await storage.beat(a, 'w', true);
      await storage.beat(a, "ü'", true);
      await storage.beat(b, 'w', true);
      assert.deepEqual(
        [...(await storage.beats(a))].sort(),
        [
          ['w', 2],
          ["ü'", 1],
        ].sort(),
      );
      await storage.beat(a, 'w', false);
      assert.deepEqual([...(await storage.beats(a))], [["ü'", 1]]);
      assert.deepEqual([...(await storage.beats(b))], [['w', 1]]);
      assert.equal((await storage.read(a, 0)).length, 1);
    }),
    law('a log of ten thousand events is read back whole', async (storage) => {
      const id = await storage.createStudy(definition('a'));
      for (let i = 0; i < 100; i++)
        await storage.append(
          id,
          1 + 100 * i,
          Array.from({ length: 100 }, (_, j) => created(100 * i + j)),
        );
      const events = await storage.read(id, 0);
      assert.equal(events.length, 10_001);
      assert.ok(events.every(({ seq }, i) => seq === i + 1));
    }),
    law(
      'a snapshot comes back as it was kept or not at all, the newest wins, and none is longer than its log',
      async (storage) => {
        const a = await storage.createStudy(definition('a'));
        const b = await storage.createStudy(definition('b'));
        assert.equal(await storage.snapshot(a), null);
        await storage.append(a, 1, [created(0), created(1)]);
        const bytes = (first: number) => () => Uint8Array.from({ length: 100_000 }, (_, i) => first + i);
        await storage.keepSnapshot(a, 2, bytes(2));
        await storage.keepSnapshot(a, 3, bytes(3));
        await storage.keepSnapshot(a, 2, bytes(9));
        await storage.keepSnapshot(b, 7, bytes(7));
        const kept = await storage.snapshot(a);
        if (kept !== null) assert.deepEqual(new Uint8Array(kept), bytes(3)());
        assert.equal(await storage.snapshot(b), null);
        assert.equal((await storage.read(a, 0)).length, 3);
      },
    ),
    law('a log that was packed reads as before from any place, and goes on', async (storage) => {
      const a = await storage.createStudy(definition('a'));
      const b = await storage.createStudy(definition('b'));
      const odd: StudyEvent = { type: 'measured', at: 1, number: 0, step: 1, values: { y: NaN, 'a,\n"': -Infinity } };
      await storage.append(a, 1, [odd, ...Array.from({ length: 13_000 }, (_, i) => created(i))]);
      await storage.append(b, 1, [created(0)]);
      const before = await storage.read(a, 0);
      const { events, packed } = await storage.compact(a);
      assert.equal(packed, events);
      assert.ok(events < before.length);
      assert.equal((await storage.compact(b)).events, 0);
      assert.deepEqual(await storage.compact(a), { events: 0, packed, before: 0, after: 0 });
      for (const [after, limit] of [
        [0, undefined],
        [4999, 2],
        [5000, 1],
        [1, 4999],
        [4990, 5020],
        [9999, 7],
        [packed, undefined],
        [packed - 1, 3],
        [13_001, 10],
        [13_002, undefined],
      ] as const)
        assert.deepEqual(await storage.read(a, after, limit), before.slice(after, after + (limit ?? before.length)));
      assert.equal(await storage.append(a, 13_001, [created(0)]), 'conflict');
      assert.equal(await storage.append(a, 13_002, [created(1)]), 'ok');
      assert.equal((await storage.list())[0]?.events, 13_003);
      await storage.vacuum();
      assert.equal((await storage.read(a, 0)).length, 13_003);
      assert.ok((await storage.room()).bytes >= 0);
      assert.equal(await rejection(storage.compact('999')), 'no-study');
    }),
  ];
  if (reopen === undefined) return laws;
  return [
    ...laws,
    law(
      'what was appended is seen at once by another connection, and conflicts hold across connections',
      async (storage) => {
        const other = await reopen();
        try {
          const id = await storage.createStudy(definition('a'));
          assert.equal((await other.find('a'))?.id, id);
          assert.equal(await storage.append(id, 1, [created(0)]), 'ok');
          assert.deepEqual(await other.read(id, 0), await storage.read(id, 0));
          assert.equal(await other.append(id, 1, [created(9)]), 'conflict');
          assert.equal(await other.append(id, 2, [created(1)]), 'ok');
          assert.equal((await storage.read(id, 2)).length, 1);
          assert.equal(await rejection(other.createStudy(definition('a'))), 'study-exists');
        } finally {
          await other.close();
        }
      },
    ),
  ];
}
