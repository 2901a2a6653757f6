/**
 * The house rule: rooms meet through doors (`src/<room>/index.ts`), imports point down by this table, and there are no cycles, not even of types.
 * Changing the table is a decision record (docs/decisions).
 */
const TUNER = ['math', 'space', 'core'];
const ROOMS = {
  math: [],
  space: ['math'],
  core: ['math', 'space'],
  models: TUNER,
  samplers: [...TUNER, 'models'],
  pruners: [...TUNER, 'models'],
  analysis: [...TUNER, 'models'],
  storage: ['space', 'core'],
  display: [...TUNER, 'analysis', 'text'],
  study: [...TUNER, 'samplers', 'pruners', 'storage', 'display'],
  exchange: ['space', 'core'],
  plots: [...TUNER, 'analysis', 'text'],
  text: ['space'],
  report: [...TUNER, 'analysis', 'plots', 'text'],
  executors: ['core'],
  graph: ['math'],
  engine: ['math', 'graph'],
  nn: ['math', 'graph'],
  optim: ['math', 'graph'],
  data: ['math', 'graph'],
  train: ['math', 'graph', 'engine', 'nn', 'optim', 'data'],
  spaces: ['math', 'space', 'nn', 'data'],
  bundle: ['math', 'space', 'core', 'graph', 'engine', 'nn', 'data'],
  api: ['core'],
  server: [...TUNER, 'analysis', 'storage', 'study', 'bundle', 'api'],
  dashboard: [...TUNER, 'analysis', 'plots', 'text', 'api'],
  testing: [...TUNER, 'storage', 'study', 'graph', 'engine'],
  tune: [
    ...TUNER,
    'samplers',
    'pruners',
    'analysis',
    'storage',
    'study',
    'executors',
    'graph',
    'engine',
    'nn',
    'optim',
    'data',
    'train',
    'bundle',
  ],
};
// The command line and the root door may use every room.
const TOP = ['cli'];

const TESTS = '\\.(test|test-d)\\.tsx?$';
const others = (room, allowed) => `^src/(?!(?:${[room, ...allowed].join('|')})/)[^/]+/`;

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'doors-only',
      comment: 'Another room is entered by its index.ts alone.',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/[^/]+/', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$'] },
    },
    {
      name: 'known-rooms',
      comment: 'A new room is entered in the table first.',
      severity: 'error',
      from: { path: `^src/(?!(?:${[...Object.keys(ROOMS), ...TOP].join('|')})/)[^/]+/` },
      to: {},
    },
    ...Object.entries(ROOMS).map(([room, allowed]) => ({
      name: `${room}-imports`,
      comment: `${room} may import: ${allowed.join(', ') || 'no room'}`,
      severity: 'error',
      from: { path: `^src/${room}/`, pathNot: TESTS },
      to: { path: others(room, allowed) },
    })),
    {
      name: 'root-door-is-the-top',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: TESTS },
      to: { path: '^src/[^/]+\\.ts$' },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
