/** The order of class names: whole numbers by value, everything else by code unit, so that the numbering is the same on every machine. */
export function sortLabels(labels: Iterable<string>): string[] {
  const list = [...labels];
  const numeric = list.every((label) => /^[+-]?\d+(\.\d+)?$/.test(label));
  return list.sort((a, b) => (numeric ? Number(a) - Number(b) : 0) || (a < b ? -1 : a > b ? 1 : 0));
}
