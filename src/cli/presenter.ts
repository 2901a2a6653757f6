/**
 * Shows the events of a run on the process's streams: live on a terminal, one line per event in a pipe, one JSON object per line with `--json`.
 * With `--json` stdout carries results only and everything for people goes to stderr.
 */
import { relative } from 'node:path';
import { createLogUpdate } from 'log-update';
import type { DownloadProgress } from '#data';
import type { DoneEvent, RunEvent } from '#tune';
import { jsonLine } from './render-json.ts';
import { downloadLine, liveFrame } from './render-live.ts';
import { plainLine, trialOutcomeLine } from './render-plain.ts';
import { finalReport } from './report.ts';
import { advance, startView } from './run-view.ts';
import type { RunView } from './run-view.ts';
import { respell } from './output.ts';
import { screenOf } from './screen.ts';
import type { Screen } from './screen.ts';

const FRAME_MS = 100;

/** A line that fills the last column makes some terminals wrap: live lines stop one short of it. */
function liveScreen(stream: NodeJS.WriteStream): Screen {
  const screen = screenOf(stream);
  return { ...screen, width: screen.width - 1 };
}

/** A terminal that can move its cursor, with a person before it. */
const isLive = (stream: NodeJS.WriteStream): boolean =>
  stream.isTTY === true && process.env['TERM'] !== 'dumb' && !process.env['CI'];

export interface Presenter {
  readonly onEvent: (event: RunEvent) => void;
  /** A sentence for people beside the events; stays on the terminal. Shown with `--quiet` too: it matters. */
  readonly note: (text: string) => void;
  /** Takes the live picture away and gives the cursor back; the end of every run, also one that failed. */
  readonly close: () => void;
}

export interface PresenterOptions {
  readonly file: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

export function createPresenter({ file, json, quiet }: PresenterOptions): Presenter {
  const stream = json ? process.stderr : process.stdout;
  const live = isLive(stream) && !quiet;
  const picture = live ? livePicture(stream, `preparing ${file}`) : null;
  let view: RunView | null = null;

  const line = (text: string): void => {
    if (picture === null) stream.write(`${respell(text)}\n`);
    else picture.persist(text);
  };

  return {
    onEvent: (event) => {
      const at = Date.now();
      if (event.type === 'started') view = startView(event, at);
      else if (view !== null) view = advance(view, event, at);
      if (json) {
        const text = jsonLine(event);
        if (text !== null) process.stdout.write(`${text}\n`);
      }
      if (event.type === 'done') {
        picture?.close();
        if (!json && view !== null) stream.write(`${respell(report(view, event))}\n`);
      } else if (picture !== null) {
        if (event.type === 'download') picture.show(() => downloadLine(event, liveScreen(stream)));
        if (event.type === 'trial' && view !== null) {
          picture.persist(trialOutcomeLine(event, view.started.objective.name, liveScreen(stream)));
        }
        if (event.type === 'retry' || event.type === 'paused') picture.persist(plainLine(event) ?? '');
        const shown = view;
        if (shown !== null) picture.show(() => liveFrame(shown, Date.now(), liveScreen(stream)));
      } else if (!quiet) {
        const text = plainLine(event, view?.started.objective.name);
        if (text !== null) line(text);
      }
    },
    note: (text) => {
      if (picture !== null) picture.persist(text);
      else process.stderr.write(`${respell(text)}\n`);
    },
    close: () => picture?.close(),
  };

  function report(shown: RunView, done: DoneEvent): string {
    // One empty line parts the report from the progress above it; with --quiet there is none.
    return (
      (quiet ? '' : '\n') +
      finalReport(shown.started, shown.finished, { ...done, ...nearFolders(done) }, screenOf(stream))
    );
  }
}

/** Paths as one would type them here. */
function nearFolders({ bundle, artifacts }: DoneEvent): { bundle?: string; artifacts?: string } {
  const near = (path: string): string => {
    const short = relative(process.cwd(), path);
    return short.startsWith('..') ? path : short;
  };
  return {
    ...(bundle === undefined ? {} : { bundle: near(bundle) }),
    ...(artifacts === undefined ? {} : { artifacts: near(artifacts) }),
  };
}

/** The progress of a download that is a command of its own, on stderr. */
export function createDownloadView(): { onProgress: (progress: DownloadProgress) => void; close: () => void } {
  const stream = process.stderr;
  let picture: LivePicture | null = null;
  return {
    onProgress: (progress) => {
      if (isLive(stream)) {
        picture ??= livePicture(stream, `downloading ${progress.dataset}`);
        picture.show(() => downloadLine(progress, liveScreen(stream)));
      } else {
        const text = plainLine({ type: 'download', ...progress });
        if (text !== null) stream.write(`${respell(text)}\n`);
      }
    },
    close: () => picture?.close(),
  };
}

interface LivePicture {
  /** What to draw from now on; drawn at the next tick, so events may come as fast as they like. */
  readonly show: (frame: () => string) => void;
  /** Writes a line above the picture. */
  readonly persist: (text: string) => void;
  readonly close: () => void;
}

function livePicture(stream: NodeJS.WriteStream, first: string): LivePicture {
  // log-update erases and writes in several steps; collected and written at once, no half-drawn picture is ever on the screen.
  let pending = '';
  const collector = Object.create(stream, {
    write: { value: (text: string): boolean => ((pending += text), true) },
  }) as NodeJS.WriteStream; // the same stream but for where it writes
  const flush = (): void => {
    if (pending !== '') stream.write(pending);
    pending = '';
  };
  const log = createLogUpdate(collector);
  let frame = (): string => first;
  let open = true;
  const draw = (): void => {
    if (!open) return;
    log(respell(frame()));
    flush();
  };
  draw();
  const timer = setInterval(draw, FRAME_MS); // clocks go on between events
  timer.unref();
  return {
    show: (next) => (frame = next),
    persist: (text) => {
      if (!open) return void stream.write(`${respell(text)}\n`);
      log.persist(respell(text));
      draw();
    },
    close: () => {
      if (!open) return;
      open = false;
      clearInterval(timer);
      log.clear();
      flush();
      log.done();
    },
  };
}
