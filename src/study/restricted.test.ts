/** Defaults first, values that are fixed, and spaces that are edited: the same rules for every sampler. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRng } from '#math';
import { samplers } from '#samplers';
import { branch, choice, fixed, float, flatten, int, linear, predicate, space, type Fields } from '#space';
import { openStorage } from '#storage';
import { randomSpace } from '#testing';
import { afterAll, describe, expect, test } from 'vitest';
import { createStudy, openStudy } from './create.ts';

const dir = mkdtempSync(join(tmpdir(), 'attune-restricted-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

const objectives = { loss: 'minimize' } as const;
const fields = {
  rate: float(1e-4, 1, { log: true, default: 1e-3 }),
  n: int(1, 8, { step: 1 }),
  o: branch({ sgd: { momentum: float(0, 1, { default: 0.9 }) }, adam: {} }, { default: 'sgd' }),
};
const s = space(fields);
const free = Object.keys(samplers).filter((name) => name !== 'grid');

describe('defaults', () => {
  test.each(free)('the first trial of %s is at them, exactly, and elsewhere in the middle', async (sampler) => {
    const study = await createStudy({ space: s, objectives, sampler, seed: 1 });
    const { params } = await study.ask();
    expect(params).toEqual({
      rate: 1e-3,
      n: expect.toSatisfy((n) => n === 4 || n === 5) as number,
      o: { kind: 'sgd', momentum: 0.9 },
    });
    expect((await study.ask()).params).not.toEqual(params);
  });

  test('grid keeps its own order', async () => {
    const study = await createStudy({ space: space({ n: int(1, 3, { default: 3 }) }), objectives, sampler: 'grid' });
    expect((await study.ask()).params).toEqual({ n: 1 });
  });

  test('a person who asked for something first does not take their place, one who asked for them does', async () => {
    const study = await createStudy({ space: s, objectives, sampler: 'random', seed: 1 });
    await study.enqueue({ rate: 0.5, n: 1, o: { kind: 'adam' } });
    expect((await study.ask()).params.rate).toBe(0.5);
    expect((await study.ask()).params.rate).toBe(1e-3);
    const asked = await createStudy({
      space: space({ n: int(1, 3, { default: 3 }) }),
      objectives,
      sampler: 'random',
      seed: 1,
    });
    await asked.enqueue({ n: 3 });
    await asked.ask();
    expect((await asked.ask()).params.n).not.toBe(3);
  });

  test('constraints that refuse them leave the choice to the sampler', async () => {
    const constrained = space(
      { n: int(1, 8, { default: 8 }) },
      { constraints: [linear({ coefficients: { n: 1 }, atMost: 4 })] },
    );
    const study = await createStudy({ space: constrained, objectives, seed: 1 });
    expect((await study.ask()).params.n).toBeLessThanOrEqual(4);
  });
});

describe('fixed values', () => {
  test('of a study hold for every trial of every sampler, also after it was opened again', async () => {
    const storage = `sqlite:${join(dir, 'fixed.db')}`;
    for (const sampler of free) {
      const study = await createStudy({
        name: sampler,
        space: s,
        objectives,
        sampler,
        storage,
        seed: 3,
        fixed: { o: 'sgd', 'o.sgd.momentum': 0.5 },
      });
      for (let i = 0; i < 4; i++) {
        const trial = await study.ask();
        expect(trial.params.o).toEqual({ kind: 'sgd', momentum: 0.5 });
        await study.tell(trial, { loss: i });
      }
      await study.close();
      const again = await createStudy({ name: sampler, space: s, objectives, storage });
      expect((await again.ask()).params.o).toEqual({ kind: 'sgd', momentum: 0.5 });
      await again.close();
    }
  });

  test('other ones than those of the stored study are another study', async () => {
    const storage = await openStorage(`sqlite:${join(dir, 'other.db')}`);
    await createStudy({ name: 'a', space: s, objectives, storage, fixed: { n: 2 } });
    await expect(createStudy({ name: 'a', space: s, objectives, storage, fixed: { n: 3 } })).rejects.toThrow(
      'study "a" exists with another definition: its fixed values were { n: 2 } and are { n: 3 }.',
    );
    await storage.close();
  });

  test('of one ask hold for its trial, over those of the study, and a waiting trial is taken only if it has them', async () => {
    const study = await createStudy({ space: s, objectives, sampler: 'random', seed: 5, fixed: { n: 2 } });
    await study.enqueue({ rate: 0.5, n: 7, o: { kind: 'adam' } });
    expect((await study.ask({ fixed: { n: 3, rate: 0.25 } })).params).toMatchObject({ n: 3, rate: 0.25 });
    expect((await study.ask({ fixed: { n: 7 } })).number).toBe(0);
    expect((await study.ask()).params.n).toBe(2);
  });

  test.each(free)('%s fills in what an enqueued trial leaves open, the same after a reload', async (sampler) => {
    const parts = [{ rate: 0.5 }, { o: { kind: 'sgd' } }, { n: 3, o: { kind: 'sgd', momentum: 0.25 } }] as const;
    const storage = await openStorage(`sqlite:${join(dir, 'enqueue.db')}`);
    const enqueue = async (reload: boolean) => {
      const name = `${sampler} ${reload}`;
      let study = await createStudy({ name, space: s, objectives, sampler, seed: 1, storage });
      for (const part of parts) {
        await study.enqueue(part);
        if (reload) study = await createStudy({ name, space: s, objectives, seed: 1, storage });
        await study.tell(await study.ask(), { loss: 1 });
      }
      return study.trials.map(({ params }) => params);
    };
    const [straight, reloaded] = [await enqueue(false), await enqueue(true)];
    expect(straight).toMatchObject(parts);
    for (const params of straight) expect(s.parse(params)).toEqual(params);
    expect(reloaded).toEqual(straight);
    await storage.close();
  });

  test('wrong ones are refused with the path', async () => {
    const study = await createStudy({ space: s, objectives });
    await expect(study.enqueue({ rate: 2 })).rejects.toThrow(
      'params: "rate" must fit float(0.0001, 1, { log: true }); got 2.',
    );
    await expect(study.ask({ fixed: { n: 0 } })).rejects.toThrow('fixed: "n" must fit int(1, 8); got 0.');
    await expect(study.ask({ fixed: { m: 0 } as object })).rejects.toThrow(
      'fixed: "m" is not a parameter of this space;',
    );
    await expect(createStudy({ space: s, objectives, fixed: { o: 'lion' as 'sgd' } })).rejects.toThrow(
      'fixed: "o" must fit branch({ sgd, adam }); got "lion".',
    );
    const tight = space(
      { a: int(0, 9), b: int(0, 9) },
      { constraints: [linear({ coefficients: { a: 1, b: 1 }, atMost: 5 })] },
    );
    await expect(createStudy({ space: tight, objectives, fixed: { a: 6 } })).rejects.toThrow(
      'constraint a + b <= 5: it cannot be met: the least sum is 6; with "a" in [6, 6] and "b" in [0, 9]',
    );
  });

  test('what they leave of a finite space ends in a sentence', async () => {
    const study = await createStudy({
      space: space({ a: int(0, 3), b: choice(['x', 'y']) }),
      objectives,
      sampler: 'tpe',
      fixed: { a: 1 },
    });
    for (let i = 0; i < 2; i++) await study.tell(await study.ask(), { loss: i });
    await expect(study.ask()).rejects.toThrow('All 2 points of the space with a = 1 have been tried.');
    expect((await study.ask({ fixed: { a: 2 } })).params.a).toBe(2);
  });
});

describe('editing', () => {
  const sized = space({ n: int(1, 8), c: choice(['x', 'y']), o: branch({ sgd: { m: float(0, 1) }, adam: {} }) });
  const edits: readonly [string, Fields][] = [
    ['a range is narrowed', { n: int(2, 4) }],
    ['a range is widened', { n: int(1, 20) }],
    ['a choice is added and one is gone', { c: choice(['y', 'z']) }],
    ['a branch is added', { o: branch({ sgd: { m: float(0, 1) }, adam: {}, rprop: { eta: float(0, 1) } }) }],
    ['a branch is gone', { o: branch({ sgd: { m: float(0, 1) } }) }],
    ['a parameter is fixed', { n: fixed(3) }],
    ['one is new', { extra: float(1e-3, 1, { log: true, default: 0.1 }) }],
    [
      'all at once',
      {
        n: fixed(8),
        c: choice(['z']),
        o: branch({ sgd: { m: float(0, 0.5) }, rprop: {} }),
        extra: int(0, 3, { default: 2 }),
      },
    ],
  ];

  test.each(edits)(
    'when %s, every sampler suggests inside the new space, and the same after a reload',
    async (_, change) => {
      const next = space({ ...sized.fields, ...change });
      const storage = await openStorage(`sqlite:${join(dir, 'edits.db')}`);
      const play = async (sampler: string, reload: boolean) => {
        const name = `${sampler} ${JSON.stringify(change)} ${reload}`;
        const study = await createStudy({ name, space: sized, objectives, sampler, storage, seed: 2 });
        for (let i = 0; i < 6; i++) {
          const trial = await study.ask();
          if (i % 3 !== 2)
            await study.tell(trial, i % 4 === 3 ? { state: 'failed', error: 'x' } : { loss: Math.sin(i) });
        }
        let edited = await study.edit(next);
        expect(edited.trials).toHaveLength(6);
        for (let i = 0; i < 4; i++) {
          if (reload) edited = await createStudy({ name, space: next, objectives, storage });
          const trial = await edited.ask();
          expect(next.parse(trial.params)).toEqual(trial.params);
          await edited.tell(trial, { loss: Math.cos(i) });
        }
        return edited.trials.map(({ params }) => params);
      };
      for (const sampler of free) expect(await play(sampler, true), sampler).toEqual(await play(sampler, false));
      await storage.close();
    },
  );

  test('random edits of random spaces: suggestions lie inside, nothing of the history is lost', async () => {
    for (let k = 0; k < 12; k++) {
      const rng = createRng('edits').fork(k);
      const before = randomSpace(rng, { points: 200 });
      const study = await createStudy({ space: before, objectives, sampler: k % 2 === 0 ? 'tpe' : 'random', seed: k });
      const ask = async (count: number): Promise<void> => {
        for (let i = 0; i < count; i++) {
          const trial = await study.ask().catch(() => null);
          if (trial === null) return;
          expect(study.space.parse(trial.params)).toEqual(trial.params);
          await study.tell(trial, { loss: rng.float() });
        }
      };
      await ask(6);
      const seen = study.trials.map(({ params }) => params);
      // The last parameter is fixed at what the first trial had, the others lose what can be lost.
      const value = flatten(seen[0] ?? {});
      const narrowed = Object.fromEntries(
        Object.entries(before.fields).map(([name, param]) => {
          if (param.kind === 'int' && !param.log && rng.float() < 0.5)
            return [name, fixed(Number(value[name]))] as const;
          if (param.kind === 'choice' && param.choices.length > 2)
            return [name, { ...param, choices: param.choices.slice(1), default: undefined }] as const;
          return [name, param] as const;
        }),
      );
      await study.edit(space({ ...narrowed, fresh: int(0, 2, { default: 1 }) }));
      expect(study.trials.map(({ params }) => params)).toEqual(seen.map((params) => ({ ...params, fresh: 1 })));
      await ask(6);
    }
  });

  test('a finite space that was exhausted goes on where it was widened, without repeats', async () => {
    const study = await createStudy({ space: space({ n: int(1, 3) }), objectives, sampler: 'random', seed: 1 });
    for (let i = 0; i < 3; i++) await study.tell(await study.ask(), { loss: i });
    await expect(study.ask()).rejects.toThrow('All 3 points');
    const wider = await study.edit(space({ n: int(1, 5) }));
    for (let i = 0; i < 2; i++) await wider.tell(await wider.ask(), { loss: i });
    expect(study.trials.map(({ params }) => params['n']).sort()).toEqual([1, 2, 3, 4, 5]);
    await expect(study.ask()).rejects.toThrow('All 5 points');
  });

  test('models go on learning from trials of a parameter that is fixed since', async () => {
    const study = await createStudy({
      space: space({ x: float(0, 1), k: int(0, 9) }),
      objectives,
      sampler: 'gp',
      seed: 1,
    });
    for (let i = 0; i < 20; i++) await study.add({ x: i / 19, k: i % 10 }, { loss: (i / 19 - 0.3) ** 2 });
    const edited = await study.edit(space({ x: float(0, 1), k: fixed(9) }));
    const trial = await edited.ask();
    expect(trial.params.k).toBe(9);
    expect(Math.abs(trial.params.x - 0.3)).toBeLessThan(0.1); // two of the 20 trials had k = 9, at x = 0.47 and 1
  });

  test('another process that has the study open goes on in the new space; one that opens it with the old one is told', async () => {
    const storage = await openStorage(`sqlite:${join(dir, 'two.db')}`);
    const mine = await createStudy({
      name: 'a',
      space: space({ n: int(1, 3) }),
      objectives,
      storage,
      sampler: 'random',
    });
    const theirs = await openStudy(storage, 'a');
    await mine.edit(space({ n: int(7, 9) }));
    expect(Number((await theirs.ask()).params['n'])).toBeGreaterThanOrEqual(7);
    await expect(createStudy({ name: 'a', space: space({ n: int(1, 3) }), objectives, storage })).rejects.toThrow(
      'study "a" exists with another definition: "n" was int(7, 9) and is int(1, 3).',
    );
    await storage.close();
  });

  test('values that are fixed come and go with an edit, and a waiting trial that does not fit ends as failed', async () => {
    const study = await createStudy({ space: s, objectives, sampler: 'random', fixed: { n: 2 } });
    await study.enqueue({ rate: 0.5, n: 8 });
    await study.enqueue({ rate: 0.5, n: 1 });
    const edited = await study.edit(space({ ...fields, n: int(1, 4) }), { fixed: { o: 'adam' } });
    expect(study.trials.map(({ state }) => state)).toEqual(['failed', 'waiting']);
    expect(study.definition.fixed).toEqual({ o: 'adam' });
    await edited.ask();
    expect((await edited.ask()).params.o).toEqual({ kind: 'adam' });
    expect(await edited.edit(space({ ...fields, n: int(1, 4) }), { fixed: { o: 'adam' } })).toBe(study);
  });

  test('a refused edit leaves the study as it is', async () => {
    const study = await createStudy({ space: s, objectives });
    await expect(study.edit(space({ ...fields, n: choice([1, 2]) }))).rejects.toThrow('a parameter keeps its kind');
    expect(study.space).toBe(s);
  });
});

test('a predicate is missing where only its name was stored, and can be given', async () => {
  const storage = await openStorage(`sqlite:${join(dir, 'predicate.db')}`);
  const constrained = space({ n: int(1, 8) }, { constraints: [predicate('even', (p) => p.n % 2 === 0)] });
  await createStudy({ name: 'a', space: constrained, objectives, storage, sampler: 'random' });
  const bare = await openStudy(storage, 'a');
  await expect(bare.ask()).rejects.toThrow(
    'the space has the constraint "even", whose code is not here; give it in the space of createStudy',
  );
  expect(bare.trials).toHaveLength(0);
  const predicates = { even: (p: { n: number }) => p.n % 2 === 0 };
  const whole = await openStudy(storage, 'a', { predicates });
  for (let i = 0; i < 4; i++) expect(Number((await whole.ask()).params['n']) % 2).toBe(0);
  await expect(whole.ask()).rejects.toThrow('All 4 points of the space that its constraints allow have been tried.');
  await storage.close();
});
