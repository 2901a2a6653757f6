/**
 * One trial of a command, from its start to its end: renders the command, runs it in the trial's folder, reads its reports, acts on decisions.
 *
 * The trial's folder holds `stdout.log` and `stderr.log` (every attempt is appended), `checkpoint/` for the command's own use, and whatever the command
 * writes beside them. A folder of another trial of the same name (an earlier study) is emptied; that of the same trial stays, so a command that was
 * killed or paused finds its checkpoint.
 *
 * Reports are taken one after another, in the order they were printed, also those still unread when the command ends: what the study hears does not
 * depend on timing. After the decision to stop, nothing more is heard. What a resumable command said meanwhile, or while its run died, is in `stdout.log`:
 * when it goes on, the study hears that first.
 */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Values } from '#core';
import { environmentOf, shellCommand, signalGroup, type Exit, type Handle } from '#executors';
import { didYouMean } from '#math';
import { flatten } from '#space';
import type { EpochDecision, FromWorker, TrialJob } from '../protocol.ts';
import type { CommandSetup } from './command-study.ts';
import { readReport } from './report-line.ts';
import { fill, fillCommand } from './template.ts';

/** How a command's trial ended. */
export type CommandAnswer = Extract<FromWorker, { type: 'ran' | 'paused' | 'failed' | 'lost' }>;

export interface CommandRun {
  readonly answer: Promise<CommandAnswer>;
  /** Ends the command: SIGTERM, and SIGKILL after its grace time. */
  stop(): Promise<unknown>;
}

const LOG = 'stdout.log';
/** How much of it is looked through for reports that were not heard. */
const LOG_TAIL_BYTES = 4_000_000;
/** Where the folder says whose it is and which process works in it. */
const IDENTITY = '.identity';
const PID = '.pid';
/** How much of the last output is kept with the trial's record. */
const KEPT_OUTPUT = 2000;

export function runCommand(
  setup: CommandSetup,
  job: TrialJob,
  onStep: (step: number, values: Values) => Promise<EpochDecision>,
): CommandRun {
  let handle: Handle | null = null;
  let stopped = false;
  return {
    answer: run().catch((error: unknown): CommandAnswer => {
      const message = error instanceof Error ? error.message : String(error);
      return { type: 'failed', error: { code: 'command', message } };
    }),
    async stop() {
      stopped = true;
      await handle?.stop();
    },
  };

  async function run(): Promise<CommandAnswer> {
    const began = performance.now();
    await prepareFolder(job);
    const said = setup.resumable ? await lastLines(join(job.bundle, LOG)) : [];
    handle = await start(setup, job);
    await writeFile(join(job.bundle, PID), String(handle.pid));
    if (stopped) void handle.stop();

    const reports = listen(setup, job, handle, said, onStep);
    const exit = await handle.exited;
    await rm(join(job.bundle, PID), { force: true });
    const heard = await reports.end();
    const seconds = (performance.now() - began) / 1000;
    const output = exit.output.slice(-KEPT_OUTPUT);
    if (heard.broken !== null) return failure(heard.broken, exit);
    if (heard.decision === 'pause') return { type: 'paused' };
    if (heard.decision === 'stop') return { type: 'ran', values: heard.values, stopped: true, seconds, output };
    if (exit.limit !== undefined) return failure(`the command ${exit.limit}`, exit);
    // Ended from outside, it is run again: by a person, by the run that stops, by a machine that goes down.
    if (stopped || ((exit.signal === 'SIGKILL' || exit.signal === 'SIGTERM') && !exit.outOfMemory))
      return { type: 'lost', exit };
    if (exit.signal !== null)
      return failure(
        exit.outOfMemory
          ? 'the command was ended by the system for lack of memory'
          : `the command was ended by ${exit.signal}`,
        exit,
      );
    if (exit.code !== 0) return failure(`the command ended with exit code ${exit.code ?? '?'}${lastLine(exit)}`, exit);
    const lacking = setup.told.find((name) => !(name in heard.values));
    if (lacking !== undefined) return failure(missing(lacking, Object.keys(heard.values)), exit);
    return { type: 'ran', values: heard.values, stopped: false, seconds, output };
  }
}

function missing(metric: string, reported: readonly string[]): string {
  const hint =
    reported.length === 0
      ? `print a line as attune: {"step": 1, "${metric}": 0.5}`
      : `it reported other metrics; ${didYouMean(metric, reported).replace(/\.$/, '')}`;
  return `the command ended without a report of "${metric}"; ${hint}`;
}

/** What a program that gives up says last is most often why. */
function lastLine({ output }: Exit): string {
  const line = output.trimEnd().split('\n').at(-1)?.trim() ?? '';
  return line === '' ? '' : `: ${line.slice(0, 200)}`;
}

const failure = (message: string, { output }: Exit): CommandAnswer => ({
  type: 'failed',
  error: { code: 'command', message, ...(output === '' ? {} : { output }) },
});

/** Takes the reports of a running command, one at a time. */
function listen(
  { names }: CommandSetup,
  { reported, measured }: TrialJob,
  handle: Handle,
  said: readonly string[],
  onStep: (step: number, values: Values) => Promise<EpochDecision>,
) {
  let values: Values = measured ?? {};
  let last = reported;
  let final = false;
  let decision: EpochDecision = 'continue';
  let broken: string | null = null;
  let queue: Promise<void> = Promise.resolve();

  async function take(line: string): Promise<void> {
    if (decision !== 'continue' || broken !== null || final) return;
    const report = readReport(line, names);
    if (report === null) return;
    if (typeof report === 'string') {
      broken = `the command reported what cannot be read: ${report}`;
      void handle.stop();
      return;
    }
    const { step } = report;
    // What a command repeats after it was started again is known already.
    if (step !== null && step <= last && !report.final) return;
    values = { ...values, ...report.values };
    final = report.final;
    if (step === null || step <= last || Object.keys(report.values).length === 0) return;
    last = step;
    decision = await onStep(step, report.values);
    if (decision !== 'continue') void handle.stop();
  }

  const hear = (line: unknown): void => {
    queue = queue.then(() => take(String(line)));
  };
  said.forEach(hear);
  handle.onMessage(hear);
  return {
    /** What was heard, once every report is taken. */
    async end() {
      await queue;
      // A metric is the last value reported; a command that went on and had nothing to add has the one from before.
      return { values, decision, broken };
    },
  };
}

function start(setup: CommandSetup, job: TrialJob): Promise<Handle> {
  const folder = job.bundle;
  const flat = flatten(job.params);
  const { program, args, env } = fillCommand(setup.command, flat);
  const checkpointDir = join(folder, 'checkpoint');
  const { study, number, params, seed, reported } = job;
  const facts = { study, number, params, seed, checkpointDir, step: reported, maxSteps: setup.maxSteps };
  const executor = shellCommand({
    graceMs: setup.graceMs,
    logs: { stdout: join(folder, LOG), stderr: join(folder, 'stderr.log') },
    ...(setup.timeoutMs === null ? {} : { timeoutMs: setup.timeoutMs }),
    ...(setup.memoryLimitBytes === null ? {} : { memoryLimitBytes: setup.memoryLimitBytes }),
  });
  return executor.start({
    entry: program,
    args,
    cwd: setup.cwd,
    env: {
      PYTHONUNBUFFERED: '1', // Python keeps lines back when stdout is a pipe: reports would come at the end
      ...Object.fromEntries(Object.entries(setup.env).map(([name, template]) => [name, fill(template, flat)])),
      ...env,
      ATTUNE_TRIAL: JSON.stringify(facts),
      ATTUNE_TRIAL_DIR: folder,
      ATTUNE_CHECKPOINT_DIR: checkpointDir,
      ATTUNE_SEED: String(seed),
    },
  });
}

/** The lines of an earlier attempt's log, or of its end; the last one may have been cut by a kill. */
async function lastLines(path: string): Promise<string[]> {
  if (!existsSync(path)) return [];
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const length = Math.min(size, LOG_TAIL_BYTES);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer
      .toString('utf8')
      .split('\n')
      .slice(length < size ? 1 : 0, -1);
  } finally {
    await file.close();
  }
}

/** The folder of this very trial, with no other process at work in it. */
async function prepareFolder({ bundle: folder, checkpoint: { identity } }: TrialJob): Promise<void> {
  const mark = join(folder, IDENTITY);
  killOrphan(folder);
  if (!existsSync(mark) || readFileSync(mark, 'utf8') !== identity) await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'checkpoint'), { recursive: true });
  await writeFile(mark, identity);
}

/**
 * Ends a command of this folder whose run is gone (both were killed, so that nobody could end it). A process of the same number that is another one is
 * told by its environment; where that cannot be read (not Linux) nothing is ended.
 */
function killOrphan(folder: string): void {
  const file = join(folder, PID);
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8'));
  if (Number.isSafeInteger(pid) && pid > 1 && environmentOf(pid)?.get('ATTUNE_TRIAL_DIR') === folder)
    signalGroup(pid, 'SIGKILL');
}
