/** The renderers, on a recorded run: explicit expectations for what the contract names, noreg snapshots for the look. */
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '#tune';
import { done, recording, started } from './fixtures/recorded-run.ts';
import { jsonLine } from './render-json.ts';
import { downloadLine, liveFrame } from './render-live.ts';
import { plainLine, trialOutcomeLine } from './render-plain.ts';
import { finalReport, roundLine } from './report.ts';
import { advance, startView } from './run-view.ts';
import type { RunView } from './run-view.ts';
import { displayWidth } from './screen.ts';
import { plainScreen } from './fixtures/plain-screen.ts';

const events = recording.map(([, event]) => event);
const viewAt = (ms: number): RunView =>
  recording.filter(([at]) => at <= ms).reduce((view, [at, event]) => advance(view, event, at), startView(started, 0));
const trials = events.filter((event) => event.type === 'trial');

describe('the live picture', () => {
  it('has a line for the study and one for each running trial', () => {
    expect(liveFrame(viewAt(9_010), 9_510, plainScreen({ width: 200 })).split('\n')).toEqual([
      'digits  ██████████████░░░░░░  2/4 done · 2 running · 1 failed  best accuracy 0.9412  #0  0:10, 0:04 left',
      '#2  LR=0.001 BS=32   ████████░░  epoch 2/2  loss 0.3000  5,400/s  0:02 left',
      '#3  LR=0.001 BS=128  starting 0:01',
    ]);
  });

  it('never writes a line wider than the terminal, at any width, with or without UTF-8', () => {
    for (let width = 1; width <= 200; width++) {
      for (const unicode of [true, false]) {
        const screen = plainScreen({ width, unicode });
        for (const [at] of recording) {
          for (const line of liveFrame(viewAt(at), at, screen).split('\n'))
            expect(displayWidth(line)).toBeLessThanOrEqual(width);
        }
      }
    }
  });

  it('leaves out trials that the height has no room for, and says how many', () => {
    const many = Array.from({ length: 30 }, (_, number): RunEvent => ({
      type: 'trialStarted',
      number,
      params: { units: number },
    }));
    const view = many.reduce(
      (v, event) => advance(v, event, 0),
      startView({ ...started, trials: 30, parallel: 30 }, 0),
    );
    const lines = liveFrame(view, 0, plainScreen({ width: 80, height: 10 })).split('\n');
    expect(lines).toHaveLength(8);
    expect(lines.at(-1)).toBe('… 24 more running');
  });

  it('looks as before at 100, 60 and 30 columns (noreg)', () => {
    const at = (width: number): string => `\n${liveFrame(viewAt(9_010), 9_510, plainScreen({ width }))}\n`;
    expect(at(100)).toMatchInlineSnapshot(`
      "
      digits  ██████████████░░░░░░  2/4 done · 2 running · 1 failed  best accuracy 0.9412  0:10, 0:04 left
      #2  LR=0.001 BS=32   ████████░░  epoch 2/2  loss 0.3000  5,400/s  0:02 left
      #3  LR=0.001 BS=128  starting 0:01
      "
    `);
    expect(at(60)).toMatchInlineSnapshot(`
      "
      digits  2/4 done · 2 running · 1 failed  best 0.9412  #0
      #2  LR=0.001 BS=32   epoch 2/2  loss 0.3000  0:02 left
      #3  LR=0.001 BS=128  starting 0:01
      "
    `);
    expect(at(30)).toMatchInlineSnapshot(`
      "
      2/4 done · 2 running · 1 fail…
      #2  LR=0.001 BS…  epoch 2/2
      #3  starting 0:01
      "
    `);
  });

  it('shows a download with its size', () => {
    const event = { type: 'download', dataset: 'cifar10', receivedBytes: 85_249_035, totalBytes: 170_498_071 } as const;
    expect(downloadLine(event, plainScreen({ width: 80 }))).toBe(
      'downloading cifar10  ██████████░░░░░░░░░░  85 MB of 170 MB',
    );
    expect(downloadLine({ ...event, totalBytes: null }, plainScreen({ width: 80 }))).toBe('downloading cifar10  85 MB');
  });

  it('leaves one line per finished trial above it', () => {
    const lines = (width: number): string[] =>
      trials.map((event) => trialOutcomeLine(event, 'accuracy', plainScreen({ width })));
    expect(lines(80)[0]).toBe('✗ #1  failed: The loss became NaN in epoch 1, step 31. at fit (fit.js:1:1)');
    expect(lines(80)[1]).toBe('✓ #0  accuracy 0.9412  LR=0.0001 BS=32  2 epochs, 8.2 s');
    expect(lines(40)[1]).toBe('✓ #0  accuracy 0.9412  LR=0.0001 BS=32');
  });
});

describe('plain lines', () => {
  it('are one per event, and none for progress within an epoch (noreg)', () => {
    const lines = events.map((event) => plainLine(event, 'accuracy')).filter((line) => line !== null);
    expect(lines.every((line) => !line.includes('\n'))).toBe(true);
    expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
      "
      study digits: 4 trials, 2 at a time
      trial 0 started: learningRate=0.0001 batchSize=32
      trial 1 started: learningRate=10 batchSize=64
      trial 1 failed (The loss became NaN in epoch 1, step 31. at fit (fit.js:1:1)) after 0 epochs, 3.0 s
      trial 2 started: learningRate=0.001 batchSize=32
      trial 0 epoch 1: loss 0.4200 accuracy 0.8812 (training loss 0.6300, 5,230 samples/s)
      trial 2 goes back to be run again: the worker ended with SIGKILL
      trial 2 started: learningRate=0.001 batchSize=32
      trial 0 epoch 2: loss 0.2000 accuracy 0.9412 (training loss 0.3000, 5,230 samples/s)
      trial 0 complete: accuracy 0.9412 loss 0.2000 after 2 epochs, 8.2 s
      trial 3 started: learningRate=0.001 batchSize=128
      trial 2 complete: accuracy 0.9712 loss 0.1000 after 2 epochs, 5.0 s
      trial 3 complete: accuracy 0.9601 loss 0.1200 after 2 epochs, 3.8 s
      evaluating 3 completed trials on the test split
      "
    `);
  });

  it('say how much was done before a resume', () => {
    expect(plainLine({ ...started, resumed: 3 })).toBe('study digits: 4 trials, 3 already done, 2 at a time');
  });

  it('tell of a download only its beginning and its end', () => {
    const at = (receivedBytes: number): string | null =>
      plainLine({ type: 'download', dataset: 'cifar10', receivedBytes, totalBytes: 170_498_071 });
    expect([at(0), at(1000), at(170_498_071)]).toEqual([
      'downloading cifar10 (170 MB)',
      null,
      'downloaded cifar10 (170 MB)',
    ]);
  });
});

describe('JSON lines', () => {
  const lines = events.map(jsonLine).filter((line) => line !== null);

  it('are the objects of the contract: trials, then the end', () => {
    expect(lines).toHaveLength(5);
    expect(lines[1]).toBe(
      '{"event":"trial","number":0,"state":"complete","params":{"learningRate":0.0001,"batchSize":32},"values":{"accuracy":0.9412,"loss":0.2},"epochs":2,"seconds":8.19}',
    );
    expect(lines.at(-1)).toBe(
      '{"event":"done","study":"digits","trials":4,"best":{"number":2,"params":{"learningRate":0.001,"batchSize":32},"values":{"accuracy":0.9712}},"test":{"accuracy":0.9733},"bundle":"attune-out/digits/best"}',
    );
  });

  it('of a failed trial have no values but its error', () => {
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      event: 'trial',
      number: 1,
      state: 'failed',
      values: null,
      epochs: 0,
    });
    expect(lines[0]).toContain('"error":"The loss became NaN');
  });

  it('of a run without a complete trial have a best that is null', () => {
    const { test: _test, bundle: _bundle, ...rest } = done;
    expect(jsonLine({ ...rest, best: null })).toBe(
      '{"event":"done","study":"digits","trials":4,"best":null,"bundle":null}',
    );
  });
});

describe('the final report', () => {
  it('prints rounds as the seed document does, with the accuracy on test', () => {
    // Seed §5.2: print(f"Round {i+1}: LR={result[0]}, BS={result[1]}, Accuracy={result[2][1]:.4f}")
    const params = { learningRate: 0.001, batchSize: 32 };
    const round = {
      number: 0,
      params,
      state: 'complete',
      values: { accuracy: 0.74 },
      test: { accuracy: 0.7325 },
    } as const;
    expect(roundLine(round, 'accuracy', { kind: 'experiment' })).toBe('Round 1: LR=0.001, BS=32, Accuracy=0.7325');
  });

  it('names other parameters by their path, and says when a value is not on test', () => {
    const params = { learningRate: 0.01, optimizer: { kind: 'sgd', momentum: 0.9 } };
    const round = { number: 4, params, state: 'complete', values: { loss: 0.25 }, test: null } as const;
    expect(roundLine(round, 'loss', { kind: 'experiment' })).toBe(
      'Round 5: LR=0.01, optimizer=sgd, optimizer.sgd.momentum=0.9, Loss=0.2500 (validation)',
    );
  });

  it('has rounds by number, a table by result, the best, the bundle and how to use it (noreg)', () => {
    const finished = viewAt(13_000).finished;
    expect(`\n${finalReport(started, finished, done, plainScreen())}\n`).toMatchInlineSnapshot(`
      "
      Round 1: LR=0.0001, BS=32, Accuracy=0.9433
      Round 2: LR=10, BS=64, failed: The loss became NaN in epoch 1, step 31. at fit (fit.js:1:1)
      Round 3: LR=0.001, BS=32, Accuracy=0.9733
      Round 4: LR=0.001, BS=128, Accuracy=0.9600

      trial  accuracy  test accuracy  state     learningRate  batchSize  epochs   time
      ─────  ────────  ─────────────  ────────  ────────────  ─────────  ──────  ─────
          2    0.9712         0.9733  complete         0.001         32       2  5.0 s
          3    0.9601         0.9600  complete         0.001        128       2  3.8 s
          0    0.9412         0.9433  complete        0.0001         32       2  8.2 s
          1                           failed              10         64       0  3.0 s

      Best: trial 2, accuracy 0.9712 on validation, 0.9733 on test
        learningRate=0.001 batchSize=32
      Model: attune-out/digits/best
      Predict: attune predict attune-out/digits/best FILE
      "
    `);
    expect(`\n${finalReport(started, finished, done, plainScreen({ width: 50, unicode: false }))}\n`)
      .toMatchInlineSnapshot(`
        "
        Round 1: LR=0.0001, BS=32, Accuracy=0.9433
        Round 2: LR=10, BS=64, failed: The loss became NaN in epoch 1, step 31. at fit (fit.js:1:1)
        Round 3: LR=0.001, BS=32, Accuracy=0.9733
        Round 4: LR=0.001, BS=128, Accuracy=0.9600

        trial  accuracy    test  state         LR   BS
        -----  --------  ------  --------  ------  ---
            2    0.9712  0.9733  complete   0.001   32
            3    0.9601  0.9600  complete   0.001  128
            0    0.9412  0.9433  complete  0.0001   32
            1                    failed        10   64

        Best: trial 2, accuracy 0.9712 on validation, 0.9733 on test
          learningRate=0.001 batchSize=32
        Model: attune-out/digits/best
        Predict: attune predict attune-out/digits/best FILE
        "
      `);
  });

  it('says that no trial completed', () => {
    const { test: _test, bundle: _bundle, ...rest } = done;
    const text = finalReport(
      started,
      [],
      { ...rest, trials: 1, best: null, rounds: done.rounds.slice(1, 2) },
      plainScreen(),
    );
    expect(text).toContain('Round 2: LR=10, BS=64, failed');
    expect(text.split('\n').at(-1)).toBe('No trial completed (1 trial).');
  });
});
