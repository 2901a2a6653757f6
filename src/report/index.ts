/** A study as a report to send to a colleague: one HTML file, or Markdown. */
export { reportHtml } from './html.ts';
export { reportMarkdown } from './markdown.ts';
export { studyReport } from './study-report.ts';
