import {isUtf8} from 'node:buffer';

/** The text of a configuration file, or the line (from 1) that holds the first byte that is not UTF-8. */
export function decodeConfigBytes(
  bytes: Uint8Array,
): {readonly state: 'decoded'; readonly text: string} | {readonly state: 'not-utf8'; readonly line: number} {
  if (isUtf8(bytes)) return {state: 'decoded', text: new TextDecoder('utf-8', {ignoreBOM: true}).decode(bytes)};
  let line = 1;
  for (let start = 0; ; line += 1) {
    // No byte of a longer character equals a line feed: lines can be judged one by one.
    const end = bytes.indexOf(0x0a, start);
    if (end < 0 || !isUtf8(bytes.subarray(start, end))) return {state: 'not-utf8', line};
    start = end + 1;
  }
}
