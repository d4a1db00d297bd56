import {plainText} from '../../plain-text.js';
import {quotedPrintable} from './quoted-printable.js';

export interface MailMessage {
  /** Checked addresses. */
  readonly to: readonly string[];
  /** Undefined: whom the mail program takes for the sender. */
  readonly from: string | undefined;
  readonly subject: string;
  readonly body: string;
  readonly date: Date;
}

const MAX_SUBJECT_CHARACTERS = 200;
/** Of a line that mail programs take as it is; the standard says 998. */
const MAX_LINE_CHARACTERS = 900;
const ASCII_LINES = /^[\x20-\x7e\n]*$/;

/** A mail as sendmail reads it with -t: headers that nothing in their values can add to, an empty line, plain text. */
export function formatMail({to, from, subject, body, date}: MailMessage): string {
  const isPlain = ASCII_LINES.test(body) && body.split('\n').every((line) => line.length <= MAX_LINE_CHARACTERS);
  return [
    ...(from === undefined ? [] : [`From: ${from}`]),
    // A line each: many make a line that is too long.
    `To: ${to.join(',\n ')}`,
    `Subject: ${headerText(plainText(subject).slice(0, MAX_SUBJECT_CHARACTERS))}`,
    `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=UTF-8',
    `Content-Transfer-Encoding: ${isPlain ? '7bit' : 'quoted-printable'}`,
    // Nobody's notice of absence is an answer to it.
    'Auto-Submitted: auto-generated',
    '',
    isPlain ? body : quotedPrintable(body),
  ].join('\n');
}

/** So that an encoded word, with the name of its header, fits in 76 characters. */
const MAX_WORD_BYTES = 39;

/** RFC 2047: what is not ASCII is written in encoded words; and so is what would pass for one. */
function headerText(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && !text.includes('=?')) return text;
  const words: string[] = [];
  let word = '';
  for (const character of text) {
    if (Buffer.byteLength(word + character) > MAX_WORD_BYTES) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  return [...words, word].map((each) => `=?UTF-8?B?${Buffer.from(each).toString('base64')}?=`).join('\n ');
}
