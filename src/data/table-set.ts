/**
 * A data set of table rows: columns held as float64 numbers or category positions, encoded batch by batch.
 * Which inputs there are follows from the column plan, so the input shape is known before anything is fitted.
 * Cost: fit O(rows · number columns · log rows) for the medians; read O(batch · inputs).
 */
import { columnWidth, type Dataset, type Encoder, type FeatureProfile, type PlainTask, type Split } from './dataset.ts';
import { meanStd, profileOf, range } from './profile.ts';
import { splitData } from './split-data.ts';
import type { ColumnPlan } from './table-columns.ts';
import { encodeRows, fitColumns, tableWidth, type ColumnData } from './table-encoding.ts';

export interface TableRows {
  readonly data: readonly ColumnData[]; // one per column of the plan
  readonly targets: Int32Array | Float32Array;
  readonly ids: (i: number) => string;
}

export interface TableSetOptions {
  readonly name: string;
  readonly description: string;
  readonly task: PlainTask;
  readonly plan: readonly ColumnPlan[];
  readonly train: TableRows;
  readonly test: TableRows | null;
  readonly notes: readonly string[];
}

export function tableSet(options: TableSetOptions): Dataset {
  const { name, description, task, plan, notes } = options;
  const width = tableWidth(plan);
  const train = asSplit(options.train);
  const test = options.test === null ? null : asSplit(options.test);
  const rowsOf = splitData<TableRows>(name, [
    [train, options.train],
    [test, options.test],
  ]);

  const fit = (trainIndices: Int32Array): Encoder => {
    const preprocessing = fitColumns(plan, options.train.data, trainIndices);
    return {
      preprocessing,
      targetScale:
        task.kind === 'regression' ? meanStd(Float64Array.from(trainIndices, (i) => train.targets[i] ?? 0)) : null,
      read(split, indices, into) {
        encodeRows(preprocessing.columns, rowsOf(split).data, indices, into);
      },
    };
  };

  const dataset: Dataset = {
    name,
    description,
    task,
    inputShape: [width],
    columns: plan.map(columnWidth),
    classes: task.kind === 'classification' ? task.classes : 1,
    train,
    test,
    fit,
    profile: () =>
      profileOf(
        dataset,
        plan.map((column, c) => profileColumn(column, options.train.data[c] ?? new Int32Array())),
        notes,
      ),
  };
  return dataset;
}

const asSplit = ({ targets, ids }: TableRows): Split => ({ size: targets.length, targets, ids });

function profileColumn(column: ColumnPlan, cells: ColumnData): FeatureProfile {
  if (column.kind === 'number') {
    const present = Float64Array.from(cells).filter((value) => !Number.isNaN(value));
    return {
      name: column.name,
      kind: 'number',
      ...range(present),
      ...meanStd(present),
      missing: cells.length - present.length,
    };
  }
  const counts = new Int32Array(column.categories.length);
  let other = 0;
  for (const k of cells) {
    if (k < 0) other++;
    else counts[k] = (counts[k] ?? 0) + 1;
  }
  const most = column.categories[counts.indexOf(Math.max(...counts))] ?? '';
  return {
    name: column.name,
    kind: 'category',
    categories: column.categories.length,
    mostFrequent: most,
    missing: other,
  };
}
