/** Terminal output as plain text; sequences as ECMA-48 §5.4 and xterm's control sequences write them. */
import { expect, test } from 'vitest';
import { plainText } from './plain-text.ts';

test.each([
  ['\u001b[31mred\u001b[0m text', 'red text'],
  ['\u001b[2K\u001b[1Gline', 'line'],
  ['\u001b]0;title\u0007after', 'after'],
  ['\u001b]8;;https://example.org\u001b\\link\u001b]8;;\u001b\\', 'link'],
  ['10%\r50%\r100%\ndone\r\nend', '100%\ndone\nend'],
  ['a\u0000b\u0008c\td', 'abc\td'],
  ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
])('%j is read as %j', (text, plain) => expect(plainText(text)).toBe(plain));
