/** Text that was written for a terminal, without what steers one: CSI and OSC sequences (ECMA-48), other control characters, and lines that were drawn over. */

const SEQUENCES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;

/** A progress bar writes a line again and again behind a carriage return: the last of them counts. */
export function plainText(text: string): string {
  return text
    .replace(SEQUENCES, '')
    .replace(/\r\n/g, '\n')
    .replace(/^.*\r(?=[^\n])/gm, '')
    .replace(/[^\P{Cc}\n\t]/gu, '');
}
