import { existsSync } from 'node:fs';
import { defineConfig } from 'tsdown';

// The doors of the package, the command, and the module that worker processes run. Code that several of them use lands in shared chunks, so that a class exists once.
const entry = {
  index: 'src/index.ts',
  cli: 'src/cli/main.ts',
  worker: 'src/tune/worker.ts',
  'command-worker': 'src/tune/command-worker.ts',
  nn: 'src/nn/index.ts',
  optim: 'src/optim/index.ts',
  graph: 'src/graph/index.ts',
  engine: 'src/engine/index.ts',
  data: 'src/data/index.ts',
  train: 'src/train/index.ts',
  samplers: 'src/samplers/index.ts',
  spaces: 'src/spaces/index.ts',
  pruners: 'src/pruners/index.ts',
  analysis: 'src/analysis/index.ts',
  exchange: 'src/exchange/index.ts',
  plots: 'src/plots/index.ts',
  testing: 'src/testing/index.ts',
};

export default defineConfig({
  entry: Object.fromEntries(Object.entries(entry).filter(([, path]) => existsSync(path))),
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  fixedExtension: false,
  dts: true,
  clean: true,
  logLevel: 'warn',
  checks: { pluginTimings: false },
});
