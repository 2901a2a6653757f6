/**
 * The live picture of a run on a terminal, as lines that never wrap: one for the study, one per running trial.
 *
 *   digits  ██████████░░░░░░░░░░  3/9 done · 2 running · 1 failed  best accuracy 0.9712  #2  0:42, 1:24 left
 *   #3  LR=0.001 BS=64  ██████░░░░  epoch 6/10  loss 0.1423  accuracy 0.9612  5,230/s  0:12 left
 */
import type { DownloadProgress } from '#data';
import { byteSize, clock, groupedNumber, metricNumber, shortParamsText } from '#text';
import { secondsLeft, tally, trialSecondsLeft } from './run-view.ts';
import type { RunningTrial, RunView } from './run-view.ts';
import { bar, displayWidth, fitLine, padEnd, truncate } from './screen.ts';
import type { Piece, Screen } from './screen.ts';

/** The frame at time `now` (ms). Shows as many running trials as the height allows. */
export function liveFrame(view: RunView, now: number, screen: Screen): string {
  const room = Math.max(1, screen.height - 3); // the study's line, a spare line, and the cursor's line
  const shown = view.running.length <= room ? view.running : view.running.slice(0, room - 1);
  const texts = shown.map((trial) => shortParamsText(trial.params));
  // Bars stand under each other: parameters get one common width, at most two fifths of the line.
  const paramsWidth = Math.min(Math.max(0, ...texts.map(displayWidth)), Math.max(12, Math.floor(screen.width * 0.4)));
  const lines = [
    studyLine(view, now, screen),
    ...shown.map((trial, i) => trialLine(trial, texts[i] ?? '', paramsWidth, view, now, screen)),
  ];
  const hidden = view.running.length - shown.length;
  if (hidden > 0)
    lines.push(
      screen.colors.dim(truncate(`${screen.glyphs.ellipsis} ${hidden} more running`, screen.width, screen.glyphs)),
    );
  return lines.join('\n');
}

function studyLine(view: RunView, now: number, screen: Screen): string {
  const { colors, glyphs } = screen;
  const { finished, running, failed, pruned } = tally(view);
  const { study, trials, objective } = view.started;
  const counts = [
    trials === null ? `${finished} done` : `${finished}/${trials} done`,
    ...(running > 0 ? [`${running} running`] : []),
    ...(pruned > 0 ? [`${pruned} pruned`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ].join(` ${glyphs.dot} `);
  const left = secondsLeft(view, now);
  const elapsed = clock((now - view.startedAt) / 1000);
  const partial = view.running.reduce((sum, trial) => sum + (trial.progress?.fraction ?? 0), 0);
  const fraction = trials === null || trials === 0 ? 0 : (finished + partial) / trials;
  const pieces: Piece[] = [
    { text: truncate(study, Math.max(8, Math.floor(screen.width / 4)), glyphs), rank: 1, style: colors.bold },
    { text: trials === null ? '' : bar(fraction, screen.width >= 80 ? 20 : 10, glyphs), rank: 3, style: colors.cyan },
    { text: counts, rank: 0 },
    { text: view.testing ? 'testing' : '', rank: 0 },
    {
      text:
        view.best === null
          ? ''
          : `best ${screen.width < 80 ? '' : `${objective.name} `}${metricNumber(view.best.value)}`,
      rank: 2,
      style: colors.green,
    },
    { text: view.best === null ? '' : `#${view.best.number}`, rank: 4, style: colors.green },
    {
      text: left === null || view.testing ? `${elapsed} elapsed` : `${elapsed}, ${clock(left)} left`,
      rank: 2,
      style: colors.dim,
    },
  ];
  return fitLine(pieces, screen);
}

function trialLine(
  trial: RunningTrial,
  params: string,
  paramsWidth: number,
  view: RunView,
  now: number,
  screen: Screen,
): string {
  const { colors, glyphs } = screen;
  const { progress, metric } = trial;
  const label = padEnd(`#${trial.number}`, 1 + String(view.running.at(-1)?.number ?? 0).length);
  const settings = padEnd(truncate(params, paramsWidth, glyphs), paramsWidth);
  if (trial.step !== null) {
    const { name } = view.started.objective;
    const ran = clock((now - trial.startedAt) / 1000);
    return fitLine(
      [
        { text: label, rank: 0, style: colors.bold },
        { text: settings, rank: 2 },
        { text: `step ${trial.step}`, rank: 0 },
        { text: metric === null ? '' : `${name} ${metricNumber(metric)}`, rank: 1 },
        { text: ran, rank: 3, style: colors.dim },
      ],
      screen,
    );
  }
  if (progress === null) {
    const waited = clock((now - trial.startedAt) / 1000);
    return fitLine(
      [
        { text: label, rank: 0, style: colors.bold },
        { text: settings, rank: 1 },
        { text: `${view.started.kind === 'command' ? 'running' : 'starting'} ${waited}`, rank: 0, style: colors.dim },
      ],
      screen,
    );
  }
  const left = trialSecondsLeft(trial, now);
  const epochDigits = String(progress.epochs).length;
  return fitLine(
    [
      { text: label, rank: 0, style: colors.bold },
      { text: settings, rank: 2 },
      { text: bar(progress.fraction, 10, glyphs), rank: 6, style: colors.cyan },
      { text: `epoch ${String(progress.epoch).padStart(epochDigits)}/${progress.epochs}`, rank: 0 },
      { text: `loss ${metricNumber(progress.loss)}`, rank: 3 },
      {
        text:
          metric === null || view.started.objective.name === 'loss'
            ? ''
            : `${view.started.objective.name} ${metricNumber(metric)}`,
        rank: 1,
      },
      { text: `${groupedNumber(progress.samplesPerSecond)}/s`, rank: 5, style: colors.dim },
      { text: left === null ? '' : `${clock(left)} left`, rank: 4, style: colors.dim },
    ],
    screen,
  );
}

/** The line of a download on its way. */
export function downloadLine({ dataset, receivedBytes, totalBytes }: DownloadProgress, screen: Screen): string {
  const size = totalBytes === null ? byteSize(receivedBytes) : `${byteSize(receivedBytes)} of ${byteSize(totalBytes)}`;
  return fitLine(
    [
      { text: `downloading ${dataset}`, rank: 0, style: screen.colors.bold },
      {
        text: totalBytes === null ? '' : bar(receivedBytes / totalBytes, 20, screen.glyphs),
        rank: 1,
        style: screen.colors.cyan,
      },
      { text: size, rank: 0 },
    ],
    screen,
  );
}
