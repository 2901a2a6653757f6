/** How notebooks and REPLs see studies and trials: as HTML with a small SVG chart, and in a few lines of text. */
export { showAs, type MimeBundle, type Shown } from './hooks.ts';
export { studyShown, trialShown, trialsShown } from './study.ts';
