/** Numbers, durations and parameters as people read them. */
export {
  byteSize,
  capitalize,
  clock,
  count,
  duration,
  groupedNumber,
  metricNumber,
  paramsText,
  printable,
  shellWord,
  SHORT_NAMES,
  shortName,
  shortNumber,
  shortParamsText,
  valueText,
} from './format.ts';
export { escapeMarkup, xmlSafe } from './markup.ts';
export { repeatsText, type RepeatedResult } from './repeats.ts';
