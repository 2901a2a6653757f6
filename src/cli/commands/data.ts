/** `attune data list|info|fetch`: the data sets that experiments can name. */
import { dataDirs, fetchDataset, listDatasets, loadDataset } from '#data';
import type { Dataset } from '#data';
import { EXIT } from '../failure.ts';
import type { ExitCode } from '../failure.ts';
import { groupedNumber, shortNumber } from '#text';
import { stdoutScreen, writeJson, writeLine } from '../output.ts';
import { createDownloadView } from '../presenter.ts';
import type { DataFlags } from '../flags.ts';
import type { Screen } from '../screen.ts';
import { renderTable } from '../table.ts';

type Profile = ReturnType<Dataset['profile']>;

export async function dataList({ dataDir, json }: DataFlags): Promise<ExitCode> {
  const sets = await listDatasets(dataDirs(dataDir));
  if (json) {
    for (const set of sets) writeJson(set);
    return EXIT.done;
  }
  const rows = sets.map(({ name, path, fetch, description }) => [name, path ?? `not here: ${fetch}`, description]);
  writeLine(
    renderTable([{ head: 'name' }, { head: 'files' }, { head: 'what it is', optional: true }], rows, stdoutScreen()),
  );
  return EXIT.done;
}

/** Looks only: a set that is not here is not downloaded by asking about it. */
export async function dataInfo(name: string, { dataDir, json }: DataFlags): Promise<ExitCode> {
  const dataset = await loadDataset(name, { dataDirs: dataDirs(dataDir), offline: true });
  const profile = dataset.profile();
  if (json) writeJson(profile);
  else writeLine(profileText(profile, stdoutScreen()));
  return EXIT.done;
}

export async function dataFetch(name: string, { dataDir }: DataFlags): Promise<ExitCode> {
  const view = createDownloadView();
  try {
    const path = await fetchDataset(name, { dataDirs: dataDirs(dataDir), onProgress: view.onProgress });
    view.close();
    writeLine(`${name} is in ${path}`);
  } finally {
    view.close();
  }
  return EXIT.done;
}

function taskText(task: Profile['task']): string {
  switch (task.kind) {
    case 'classification':
      return `classification, ${task.classes} classes`;
    case 'regression':
      return `regression of ${task.target}`;
    case 'segmentation':
      return `segmentation: ${task.labels.join(', ')}`;
    case 'sequence':
      return `sequences of up to ${task.length} tokens out of ${groupedNumber(task.vocabulary)}`;
  }
}

function profileText(profile: Profile, screen: Screen): string {
  const { colors } = screen;
  const { name, description, task, inputShape, rows, balance, target, features, notes } = profile;
  const facts: [string, string][] = [
    ['task', taskText(task)],
    ['input', inputShape.join(' × ')],
    [
      'rows',
      [
        `${groupedNumber(rows.train)} to train`,
        ...(rows.validation === null ? [] : [`${groupedNumber(rows.validation)} to validate`]),
        ...(rows.test === null ? [] : [`${groupedNumber(rows.test)} to test`]),
      ].join(', '),
    ],
    ...(target === null
      ? []
      : [
          [
            'target',
            `${shortNumber(target.min)} to ${shortNumber(target.max)}, mean ${shortNumber(target.mean)}, std ${shortNumber(target.std)}`,
          ] satisfies [string, string],
        ]),
  ];
  const width = Math.max(...facts.map(([head]) => head.length));
  const sections = [
    [
      colors.bold(name) + (description === '' ? '' : `: ${description}`),
      ...facts.map(([head, text]) => `  ${colors.dim(head.padEnd(width))}  ${text}`),
    ].join('\n'),
  ];
  const right = 'right' as const;
  if (balance !== null) {
    const cells = balance.map(({ label, train, test }) => [
      label,
      groupedNumber(train),
      rows.test === null ? '' : groupedNumber(test),
    ]);
    sections.push(
      renderTable(
        [{ head: 'class' }, { head: 'train', align: right }, { head: rows.test === null ? '' : 'test', align: right }],
        cells,
        screen,
      ),
    );
  }
  if (features.length > 0) {
    const cells = features.map((feature) =>
      feature.kind === 'number'
        ? [
            feature.name,
            `${shortNumber(feature.min)} to ${shortNumber(feature.max)}`,
            shortNumber(feature.mean),
            shortNumber(feature.std),
            groupedNumber(feature.missing),
          ]
        : feature.kind === 'text'
          ? [
              feature.name,
              `${groupedNumber(feature.words)} words, ${feature.medianTokens} tokens (median), at most ${feature.mostTokens}`,
              '',
              '',
              groupedNumber(feature.missing),
            ]
          : [
              feature.name,
              `${feature.categories} categories, most often ${feature.mostFrequent}`,
              '',
              '',
              groupedNumber(feature.missing),
            ],
    );
    sections.push(
      renderTable(
        [
          { head: 'input' },
          { head: 'values' },
          { head: 'mean', align: right },
          { head: 'std', align: right },
          { head: 'missing', align: right },
        ],
        cells,
        screen,
      ),
    );
  }
  if (notes.length > 0) sections.push(notes.map((note) => `Note: ${note}`).join('\n'));
  return sections.join('\n\n');
}
