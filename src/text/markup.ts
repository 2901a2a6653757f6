/** Text within HTML, SVG and XML. */

/** Control characters, half surrogate pairs and two noncharacters: XML 1.0 (§2.2) forbids most of the first and all of the others in a document, not even escaped. */
const FORBIDDEN = /[^\P{Cc}\n\r\t]|\p{Cs}|[\ufffe\uffff]/gu;

/** Each character that no XML document may hold becomes �. */
export const xmlSafe = (text: string): string => text.replace(FORBIDDEN, '\ufffd');

/** As the content of an element or an attribute in quotes. */
export const escapeMarkup = (text: string): string =>
  xmlSafe(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
