/**
 * The flags of each command as its action gets them, parsed.
 */
/** Names of the registries: the help shows them without loading what they stand for. */
export const SAMPLERS = ['auto', 'grid', 'random', 'sobol', 'halton', 'tpe', 'gp', 'cmaEs', 'nsga2', 'pbt'] as const;
export const PRUNERS = ['auto', 'none', 'median', 'percentile', 'threshold', 'patience', 'asha', 'hyperband'] as const;

export const EXPORT_FORMATS = ['csv', 'json', 'parquet', 'tensorboard', 'mlflow', 'optuna'] as const;

export const TABLES = ['trials', 'measurements'] as const;

export interface RunFlags {
  readonly trials?: number;
  readonly parallel?: number;
  readonly lag?: number;
  readonly async?: true;
  readonly sampler?: string;
  readonly fix?: Readonly<Record<string, string>>;
  readonly editSpace?: true;
  readonly pruner?: string;
  readonly seed?: number;
  readonly transferFrom?: readonly string[];
  readonly storage?: string;
  readonly study?: string;
  readonly resume?: true;
  readonly epochs?: number;
  readonly timeout?: number;
  readonly maxEpochs?: number;
  readonly maxFailures?: number;
  readonly maxDisk?: number;
  readonly maxMemory?: number;
  readonly memoryLimit?: number;
  readonly dataDir?: string;
  readonly out?: string;
  readonly tensorboard?: string;
  readonly mlflow?: string;
  readonly json?: true;
  readonly quiet?: true;
}

export interface RepeatFlags {
  readonly trial?: number;
  readonly times: number;
  readonly parallel?: number;
  readonly storage: string;
  readonly dataDir?: string;
  readonly out?: string;
  readonly json?: true;
  readonly quiet?: true;
}

export interface CompareFlags {
  readonly samplers: readonly string[];
  readonly seeds: number;
  readonly trials?: number;
  readonly parallel?: number;
  readonly storage: string;
  readonly dataDir?: string;
  readonly out?: string;
  readonly json?: true;
}

export interface ServeFlags {
  readonly storage: string;
  readonly host: string;
  readonly port: number;
  readonly tokenFile?: string;
  readonly allowHost?: readonly string[];
}

export interface DashboardFlags extends ServeFlags {
  readonly out: string;
  readonly open?: true;
}

export interface ReadFlags {
  readonly storage: string;
  readonly json?: true;
}

export interface CompactFlags extends ReadFlags {
  readonly vacuum?: true;
}

export const IMPORTANCE_METHODS = ['ped-anova', 'fanova'] as const;

export type ImportanceMethod = (typeof IMPORTANCE_METHODS)[number];

export interface ShowFlags extends ReadFlags {
  readonly fingerprint?: true;
  readonly importance: ImportanceMethod;
}

export interface ImportFlags {
  readonly storage: string;
  readonly study?: string;
  readonly as?: string;
}

export interface ExportFlags {
  readonly storage: string;
  readonly format: (typeof EXPORT_FORMATS)[number];
  readonly table?: (typeof TABLES)[number];
  readonly out?: string;
  readonly mlflow?: string;
}

export const PLOT_KINDS = [
  'history',
  'curves',
  'parallel',
  'slice',
  'contour',
  'importance',
  'pareto',
  'edf',
  'timeline',
  'confusion',
  'schedule',
] as const;

export type PlotKind = (typeof PLOT_KINDS)[number];

export interface PlotFlags {
  readonly storage: string;
  readonly out: string;
  readonly objective?: string;
  readonly metric?: string;
  readonly params?: readonly string[];
  readonly limit?: number;
  readonly trial?: number;
  readonly runs: string;
  readonly log?: true;
  readonly dark?: true;
  readonly width?: number;
  readonly height?: number;
}

export interface ReportFlags {
  readonly storage: string;
  readonly out: string;
}

export interface PredictFlags {
  readonly json?: true;
}

export interface DataFlags {
  readonly dataDir?: string;
  readonly json?: true;
}

export const DEFAULT_STORAGE = 'sqlite:attune.db';
