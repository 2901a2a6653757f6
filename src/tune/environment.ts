/** What a study ran on, noted with it so that a report can say so. */
import { cpus } from 'node:os';
import manifest from '../../package.json' with { type: 'json' };

/** Attribute of a study. */
export const ENVIRONMENT = 'environment';

export const environment = () => ({
  attune: manifest.version,
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
});
