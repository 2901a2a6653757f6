/**
 * What a finished fit is drawn from and no study's record holds, as files beside the trial's bundle; #plots reads them (trial-file.ts). A command that writes
 * files of these names to its own folder has them drawn, too.
 *   confusion.json  { labels, matrix }         matrix[t][p]: validation rows of class t that were taken for class p, at the restored best epoch
 *   schedule.json   { name, unit, values }     values[e - 1]: the learning rate at the end of epoch e
 */
import type { FolderFile } from '#bundle';
import type { Dataset } from '#data';
import type { FitResult } from '#train';

/** No matrix where the task has no classes, or nothing was held back for validation. */
export function chartFiles(task: Dataset['task'], { confusion, history }: FitResult): FolderFile[] {
  const schedule = { name: 'learning rate', unit: 'epoch', values: history.map(({ learningRate }) => learningRate) };
  const files = [{ name: 'schedule.json', content: `${JSON.stringify(schedule)}\n` }];
  if (confusion !== null && task.kind === 'classification')
    files.push({ name: 'confusion.json', content: `${JSON.stringify({ labels: task.labels, matrix: confusion })}\n` });
  return files;
}
