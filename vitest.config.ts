import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const src = fileURLToPath(new URL('./src/', import.meta.url));

export default defineConfig({
  // Experiments in tests import the package by its name, and get the sources.
  resolve: {
    alias: [
      { find: /^attune$/, replacement: `${src}index.ts` },
      { find: /^attune\/([a-z]+)$/, replacement: `${src}$1/index.ts` },
    ],
  },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    typecheck: { enabled: true, include: ['src/**/*.test-d.ts'], tsconfig: './tsconfig.json' },
    // ONNX Runtime keeps native threads: processes end cleanly where worker threads do not.
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A condition that a busy machine reaches late is still reached.
    expect: { poll: { timeout: 30_000 } },
    reporters: ['default', './test/support/closing-line.ts'],
  },
});
