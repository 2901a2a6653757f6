/**
 * The command tree: names, flags and help texts. Each action loads its command's module, so `--help` touches nothing heavy.
 */
import { Command, Option } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import type { ExitCode } from './failure.ts';
import { DEFAULT_STORAGE, EXPORT_FORMATS, IMPORTANCE_METHODS, PLOT_KINDS, PRUNERS, SAMPLERS, TABLES } from './flags.ts';
import type {
  CompactFlags,
  CompareFlags,
  DashboardFlags,
  DataFlags,
  ExportFlags,
  ImportFlags,
  PlotFlags,
  PlotKind,
  PredictFlags,
  ReadFlags,
  RepeatFlags,
  ReportFlags,
  RunFlags,
  ServeFlags,
  ShowFlags,
} from './flags.ts';
import {
  assignments,
  nameList,
  nonEmpty,
  oneOf,
  portNumber,
  positiveInteger,
  positiveSeconds,
  seedNumber,
  sizeBytes,
  trialNumber,
} from './options.ts';

/** Builds the tree; `finish` gets the exit code of the command that ran. */
export function buildProgram(finish: (code: ExitCode) => void): Command {
  const program = new Command('attune')
    .description('Tunes deep-learning models: real data in, a tuned, saved, usable model out.')
    .version(manifest.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureHelp({ sortSubcommands: false })
    .addHelpText(
      'after',
      '\nExamples:\n  attune run experiment.ts --parallel 2\n  attune predict attune-out/experiment image.png\n',
    );

  // Made new for each command: an Option keeps what was parsed into it.
  const storage = (): Option =>
    new Option('--storage <url>', 'where studies are kept: sqlite:PATH or postgres://…')
      .default(DEFAULT_STORAGE)
      .argParser(nonEmpty('--storage'));
  const json = (what: string): Option => new Option('--json', what);
  const dataDir = (): Option =>
    new Option('--data-dir <dir>', 'look for data sets here first').argParser(nonEmpty('--data-dir'));

  program
    .command('run')
    .summary('tune the experiment or command in FILE')
    .description(
      'Tunes the experiment that FILE exports (.ts, .js, .mjs) and saves the best model as a bundle, ' +
        'or the command that FILE describes (.yaml), in any language. ' +
        'Ctrl-C stops cleanly; --resume goes on where it stopped.',
    )
    .argument('<file>', 'module whose default export is an experiment, or a study in YAML')
    .option(
      '--trials <n>',
      "number of trials (default: the file's, the grid's size, or 20)",
      positiveInteger('--trials'),
    )
    .option(
      '--parallel <n>',
      'trials that run at the same time, each in its own process (default: one per core)',
      positiveInteger('--parallel'),
    )
    .option(
      '--lag <n>',
      'choose a trial from the results of those n before it: same seed, same study (default: --parallel)',
      positiveInteger('--lag'),
    )
    .option('--async', 'choose trials from whatever is known: nobody waits, but timing decides')
    .option('--sampler <name>', `how hyperparameters are chosen: ${SAMPLERS.join(', ')}`, nonEmpty('--sampler'))
    .option(
      '--fix <path=value>',
      'search with this parameter held at a value, as optimizer.sgd.momentum=0.9 (repeatable)',
      assignments('--fix'),
    )
    .option('--pruner <name>', `how weak trials are stopped early: ${PRUNERS.join(', ')}`, nonEmpty('--pruner'))
    .option('--seed <n>', 'seed of everything random', seedNumber('--seed'))
    .option(
      '--storage <url>',
      'where the study is kept: sqlite:PATH, postgres://… or memory (default: "sqlite:attune.db")',
      nonEmpty('--storage'),
    )
    .option(
      '--transfer-from <studies>',
      'start from what earlier studies of the same storage found (names between commas)',
      nameList('--transfer-from'),
    )
    .option('--study <name>', "name of the study (default: the file's name)", nonEmpty('--study'))
    .option('--resume', 'go on with the named study, or with the newest unfinished one of FILE')
    .option('--edit-space', 'with --resume: go on in the space that FILE has now, keeping all trials')
    .option('--epochs <n>', "epochs per trial, instead of the experiment's", positiveInteger('--epochs'))
    .option('--timeout <seconds>', 'start no trial and stop running ones after this time', positiveSeconds('--timeout'))
    .option(
      '--max-epochs <n>',
      'end when all trials together have trained so many epochs',
      positiveInteger('--max-epochs'),
    )
    .option('--max-failures <n>', 'end when so many trials have failed', positiveInteger('--max-failures'))
    .option('--max-disk <size>', "end when the study's folder is larger, as 2GB", sizeBytes('--max-disk'))
    .option('--max-memory <size>', 'end when the run and its workers hold more, as 8GB', sizeBytes('--max-memory'))
    .option('--memory-limit <size>', 'refuse trials whose worker would hold more, as 2GB', sizeBytes('--memory-limit'))
    .addOption(dataDir())
    .option('--out <dir>', 'where the bundle is written (default: "attune-out")', nonEmpty('--out'))
    .option(
      '--tensorboard <dir>',
      'keep TensorBoard event files in DIR/STUDY while the run goes on',
      nonEmpty('--tensorboard'),
    )
    .option(
      '--mlflow <url>',
      'send the study to this MLflow tracking server while the run goes on',
      nonEmpty('--mlflow'),
    )
    .addOption(json('print one JSON object a line to stdout; progress goes to stderr'))
    .option('--quiet', 'print results only, no progress')
    .action(async (file: string, flags: RunFlags) => {
      const { run } = await import('./commands/run.ts');
      finish(await run(file, flags));
    });

  program
    .command('repeat')
    .summary('run the best parameters again with other seeds')
    .description(
      'Runs the parameters of the best trial again with other seeds, as further trials of the study, none of them stopped early, ' +
        'and prints their mean with its 95 % interval. Given again, it runs only those that are still missing.',
    )
    .argument('<study>', 'name of the study')
    .option('--trial <n>', 'repeat this trial instead of the best', trialNumber('--trial'))
    .addOption(
      new Option('--times <n>', 'how many repeats there are to be').default(5).argParser(positiveInteger('--times')),
    )
    .option(
      '--parallel <n>',
      'trials that run at the same time, each in its own process (default: one per core)',
      positiveInteger('--parallel'),
    )
    .addOption(storage())
    .addOption(dataDir())
    .option('--out <dir>', 'where bundles are written (default: "attune-out")', nonEmpty('--out'))
    .addOption(json('print one JSON object a line to stdout; progress goes to stderr'))
    .option('--quiet', 'print results only, no progress')
    .action(async (name: string, flags: RepeatFlags) => {
      const { repeat } = await import('./commands/repeat.ts');
      finish(await repeat(name, flags));
    });

  program
    .command('studies')
    .summary('list the studies of a storage')
    .description('Lists the studies of a storage, the newest first.')
    .addOption(storage())
    .addOption(json('print one JSON object a line'))
    .action(async (flags: ReadFlags) => {
      const { studies } = await import('./commands/studies.ts');
      finish(await studies(flags));
    });

  program
    .command('show')
    .summary('show a study: definition, trials, best, history')
    .description(
      'Shows a study: its definition, progress, trials sorted by result, the best, the history of results and, ' +
        'from ten complete trials on, how much each parameter mattered.',
    )
    .argument('<study>', 'name of the study')
    .addOption(storage())
    .addOption(json('print one JSON object'))
    .addOption(
      new Option('--importance <method>', 'how importance is measured: ped-anova, or fanova for shares of the variance')
        .default('ped-anova')
        .argParser(oneOf('--importance', IMPORTANCE_METHODS)),
    )
    .option('--fingerprint', 'print only a hash of all suggestions, measurements and results')
    .action(async (name: string, flags: ShowFlags) => {
      const { show } = await import('./commands/show.ts');
      finish(await show(name, flags));
    });

  program
    .command('best')
    .summary('print the best parameters of a study')
    .description(
      'Prints the parameters of the best trial, one `path=value` a line. Exits with 1 if no trial is complete.',
    )
    .argument('<study>', 'name of the study')
    .addOption(storage())
    .addOption(json('print one JSON object'))
    .action(async (name: string, flags: ReadFlags) => {
      const { best } = await import('./commands/best.ts');
      finish(await best(name, flags));
    });

  program
    .command('export')
    .summary('write the trials of a study for other tools')
    .description(
      'Writes the trials of a study as CSV, JSON, Parquet, TensorBoard event files or a file that Optuna 3.1 opens, or sends them to an ' +
        'MLflow tracking server. Nested parameters are named by path: optimizer.sgd.momentum.',
    )
    .argument('<study>', 'name of the study')
    .addOption(storage())
    .requiredOption(
      '--format <format>',
      'csv, json, parquet, tensorboard, mlflow or optuna',
      oneOf('--format', EXPORT_FORMATS),
    )
    .option('--table <table>', 'of Parquet: trials or measurements (default: trials)', oneOf('--table', TABLES))
    .option(
      '--out <file>',
      'write to this file instead of stdout; the new folder of the event files; for Optuna a new .db or .journal',
      nonEmpty('--out'),
    )
    .option('--mlflow <url>', 'address of the tracking server', nonEmpty('--mlflow'))
    .action(async (name: string, flags: ExportFlags) => {
      const { exportStudy } = await import('./commands/export.ts');
      finish(await exportStudy(name, flags));
    });

  program
    .command('compact')
    .summary('pack the older events of studies')
    .description(
      'Packs the older events of a study, or of all studies of a storage, so that they take less room. Nothing is lost: every command ' +
        'reads them as before. Others may work on the studies meanwhile.',
    )
    .argument('[study]', 'name of the study (default: all)')
    .addOption(storage())
    .option('--vacuum', 'give the room that is free back to the system; others wait meanwhile')
    .addOption(json('print one JSON object a line'))
    .action(async (study: string | undefined, flags: CompactFlags) => {
      const { compact } = await import('./commands/compact.ts');
      finish(await compact(study, flags));
    });

  program
    .command('import')
    .summary('read a study from a file of Optuna')
    .description(
      'Reads a study from an SQLite file or a journal that Optuna 3.1 wrote, as a new study. Its space is what its trials show: ' +
        'parameters that only some trials have become branches.',
    )
    .argument('<file>', 'SQLite file or journal, as FILE or sqlite:FILE')
    .addOption(storage())
    .option('--study <name>', 'the study to read, where the file holds several', nonEmpty('--study'))
    .option('--as <name>', 'its name here (default: the same)', nonEmpty('--as'))
    .action(async (file: string, flags: ImportFlags) => {
      const { importStudy } = await import('./commands/import.ts');
      finish(await importStudy(file, flags));
    });

  program
    .command('plot')
    .summary('draw a plot of a study as SVG or PNG')
    .description(
      `Draws a plot of a study. KIND is one of ${PLOT_KINDS.join(', ')}. ` +
        'The ending of --out decides: .svg, .png, or .csv for its numbers. What the plot shows is also printed in words.',
    )
    .argument('<study>', 'name of the study')
    .argument('<kind>', 'what to draw', oneOf('KIND', PLOT_KINDS))
    .addOption(storage())
    .requiredOption('--out <file>', 'file to write', nonEmpty('--out'))
    .option(
      '--objective <name>',
      'which objective, where there are several (default: the first)',
      nonEmpty('--objective'),
    )
    .option('--metric <name>', 'curves: another reported metric instead of the objective', nonEmpty('--metric'))
    .option('--params <paths>', 'slice, parallel, contour: these parameters only', nameList('--params'))
    .option('--limit <n>', 'curves, parallel: at most so many trials', positiveInteger('--limit'))
    .option('--trial <n>', 'confusion, schedule: of this trial (default: the best)', trialNumber('--trial'))
    .addOption(
      new Option('--runs <dir>', 'confusion, schedule: where runs wrote, their --out')
        .default('attune-out')
        .argParser(nonEmpty('--runs')),
    )
    .option('--log', 'history: logarithmic axis')
    .option('--dark', 'on a dark page')
    .option('--width <pixels>', 'default: 800', positiveInteger('--width'))
    .option('--height <pixels>', 'default: what suits the plot', positiveInteger('--height'))
    .action(async (name: string, kind: PlotKind, flags: PlotFlags) => {
      const { plot } = await import('./commands/plot.ts');
      finish(await plot(name, kind, flags));
    });

  program
    .command('report')
    .summary('write a report of a study, to send to a colleague')
    .description(
      'Writes what was searched, how, and what was found, with plots, the trials, failures and the command to run it again: ' +
        'one HTML file that needs nothing else, or Markdown.',
    )
    .argument('<study>', 'name of the study')
    .addOption(storage())
    .requiredOption('--out <file>', 'file to write: .html or .md', nonEmpty('--out'))
    .action(async (name: string, flags: ReportFlags) => {
      const { report } = await import('./commands/report.ts');
      finish(await report(name, flags));
    });

  program
    .command('compare-samplers')
    .summary('show what each sampler brings on the experiment in FILE')
    .description(
      'Runs the experiment in FILE with each sampler and seed, and compares the best results so far. ' +
        'Each run is a study FILE-SAMPLER-SEED; given again, the command goes on where it stopped.',
    )
    .argument('<file>', 'module whose default export is an experiment')
    .addOption(
      new Option('--samplers <names>', 'names of two or more samplers')
        .default(['grid', 'random', 'tpe', 'gp'], 'grid,random,tpe,gp')
        .argParser(nameList('--samplers')),
    )
    .addOption(
      new Option('--seeds <n>', 'seeds of each sampler: 0 … n - 1').default(5).argParser(positiveInteger('--seeds')),
    )
    .option('--trials <n>', "trials of each run (default: the experiment's, or 20)", positiveInteger('--trials'))
    .option(
      '--parallel <n>',
      'trials that run at the same time, each in its own process (default: one per core)',
      positiveInteger('--parallel'),
    )
    .addOption(storage())
    .addOption(dataDir())
    .option('--out <file>', 'write every trial and the best so far to this CSV file', nonEmpty('--out'))
    .addOption(json('print one JSON object; progress goes to stderr'))
    .action(async (file: string, flags: CompareFlags) => {
      const { compareSamplersCommand } = await import('./commands/compare-samplers.ts');
      finish(await compareSamplersCommand(file, flags));
    });

  program
    .command('predict')
    .summary('predict with a saved model')
    .description('Predicts images (.png, .jpg) or every row of CSV files with a saved model.')
    .argument('<bundle>', 'folder of the saved model')
    .argument('<input...>', 'image or CSV files')
    .addOption(json('print one JSON object a line'))
    .action(async (bundle: string, inputs: string[], flags: PredictFlags) => {
      const { predict } = await import('./commands/predict.ts');
      finish(await predict(bundle, inputs, flags));
    });

  program
    .command('serve')
    .summary('serve studies by HTTP: ask, report, tell, in any language')
    .description(
      'Serves the studies of a storage by HTTP: ask, report, tell, trials, events (docs/http-api.md). Binds this machine only ' +
        'unless --host says otherwise. Ctrl-C ends it.',
    )
    .addOption(storage())
    .addOption(new Option('--host <address>', 'address to bind').default('127.0.0.1').argParser(nonEmpty('--host')))
    .addOption(
      new Option('--port <n>', 'port to bind; 0 takes a free one').default(7788).argParser(portNumber('--port')),
    )
    .option(
      '--token-file <file>',
      'take the token from this file, or write a new one to it (default: a new one is printed)',
      nonEmpty('--token-file'),
    )
    .option('--allow-host <names>', 'host names to answer to beside localhost', nameList('--allow-host'))
    .action(async (flags: ServeFlags) => {
      const { serve } = await import('./commands/serve.ts');
      finish(await serve(flags));
    });

  program
    .command('dashboard')
    .summary('show studies in the browser, live')
    .description(
      'Serves a page that shows the studies of a storage as they grow: overview, trials, charts (docs/dashboard.md). On this machine ' +
        'everybody may look; changing something needs the token in the address that is printed. Ctrl-C ends it.',
    )
    .addOption(storage())
    .addOption(new Option('--host <address>', 'address to bind').default('127.0.0.1').argParser(nonEmpty('--host')))
    .addOption(
      new Option('--port <n>', 'port to bind; 0 takes a free one').default(7799).argParser(portNumber('--port')),
    )
    .option(
      '--token-file <file>',
      'take the token from this file, or write a new one to it (default: a new one is printed)',
      nonEmpty('--token-file'),
    )
    .option('--allow-host <names>', 'host names to answer to beside localhost', nameList('--allow-host'))
    .addOption(
      new Option('--out <dir>', 'where runs write, for the logs and files of trials')
        .default('attune-out')
        .argParser(nonEmpty('--out')),
    )
    .option('--open', 'open the page in the browser')
    .action(async (flags: DashboardFlags) => {
      const { dashboard } = await import('./commands/dashboard.ts');
      finish(await dashboard(flags));
    });

  const data = program
    .command('data')
    .summary('list, inspect and download data sets')
    .description('Lists, inspects and downloads data sets.');
  data
    .command('list')
    .description('Lists the data sets that experiments can name, and where they were found.')
    .addOption(dataDir())
    .addOption(json('print one JSON object a line'))
    .action(async (flags: DataFlags) => {
      const { dataList } = await import('./commands/data.ts');
      finish(await dataList(flags));
    });
  data
    .command('info')
    .description('Loads a data set and describes it: sizes, shape, classes.')
    .argument('<name>', 'name of the data set')
    .addOption(dataDir())
    .addOption(json('print one JSON object'))
    .action(async (name: string, flags: DataFlags) => {
      const { dataInfo } = await import('./commands/data.ts');
      finish(await dataInfo(name, flags));
    });
  data
    .command('fetch')
    .description('Downloads a data set into the data directory and checks it.')
    .argument('<name>', 'name of the data set')
    .addOption(dataDir())
    .action(async (name: string, flags: DataFlags) => {
      const { dataFetch } = await import('./commands/data.ts');
      finish(await dataFetch(name, flags));
    });

  return program;
}
