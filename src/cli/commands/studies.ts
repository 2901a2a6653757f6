/** `attune studies`: what a storage holds, the newest first. */
import { bestTrial } from '#core';
import type { StudyState } from '#core';
import { EXIT } from '../failure.ts';
import type { ExitCode } from '../failure.ts';
import { readState, shownAddress } from '#storage';
import { metricNumber } from '#text';
import { stdoutScreen, writeJson, writeLine } from '../output.ts';
import type { ReadFlags } from '../flags.ts';
import { runningTrials, withStorage } from '../study-reader.ts';
import { renderTable } from '../table.ts';

interface StudyLine {
  readonly name: string;
  readonly createdAt: string;
  readonly source: string | null;
  readonly trials: number;
  readonly planned: number | null;
  readonly complete: number;
  readonly failed: number;
  readonly running: number;
  readonly finished: boolean;
  readonly best: { readonly number: number; readonly values: Readonly<Record<string, number>> } | null;
}

export async function studies({ storage: url, json }: ReadFlags): Promise<ExitCode> {
  const lines = await withStorage(url, async (storage) => {
    const list = await storage.list();
    const states = await Promise.all(list.map(({ id }) => readState(storage, id)));
    return states.map(({ state }) => lineOf(state)).reverse();
  });
  if (json) {
    for (const line of lines) writeJson(line);
    return EXIT.done;
  }
  if (lines.length === 0) {
    writeLine(`${shownAddress(url)} holds no studies.`);
    return EXIT.done;
  }
  const columns = [
    { head: 'study' },
    { head: 'trials', align: 'right' as const },
    { head: 'failed', align: 'right' as const },
    { head: 'best', align: 'right' as const },
    { head: 'state' },
    { head: 'created', optional: true },
    { head: 'file', optional: true },
  ];
  const rows = lines.map((line) => [
    line.name,
    line.planned === null ? String(line.trials) : `${line.trials}/${line.planned}`,
    String(line.failed),
    line.best === null ? '' : metricNumber(Object.values(line.best.values)[0] ?? NaN),
    line.finished ? 'finished' : line.running > 0 ? `${line.running} running` : 'unfinished',
    line.createdAt.slice(0, 16).replace('T', ' '),
    line.source ?? '',
  ]);
  writeLine(renderTable(columns, rows, stdoutScreen()));
  return EXIT.done;
}

function lineOf(study: StudyState): StudyLine {
  const { definition, trials, counts, finished } = study;
  const { name, createdAt, source = null, hints, objectives, limits } = definition;
  const [objective, second] = objectives;
  const best = objective === undefined || second !== undefined ? null : bestTrial(trials, objectives, limits);
  return {
    name,
    createdAt: new Date(createdAt).toISOString(),
    source,
    trials: trials.length,
    planned: hints.trials ?? null,
    complete: counts.complete,
    failed: counts.failed,
    running: runningTrials(study).alive,
    finished: finished !== null,
    best:
      best === null || objective === undefined
        ? null
        : { number: best.number, values: { [objective.name]: best.values[objective.name] ?? NaN } },
  };
}
