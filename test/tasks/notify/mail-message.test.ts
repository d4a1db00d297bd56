import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {formatMail, type MailMessage} from '#dist/tasks/notify/mail-message.js';
import {quotedPrintable} from '#dist/tasks/notify/quoted-printable.js';
import {readMail} from '../../support/python-mail.js';

const MAIL: MailMessage = {
  to: ['root', 'ops@example.org'],
  from: undefined,
  subject: 'home failed',
  body: 'It failed.\n\n.\nFrom here on\n',
  date: new Date('2026-11-21T02:31:12.345Z'),
};

test('a mail of plain words is readable as it is', () => {
  expect(formatMail({...MAIL, from: 'web1@example.org'})).toBe(
    `From: web1@example.org
To: root,
 ops@example.org
Subject: home failed
Date: Sat, 21 Nov 2026 02:31:12 +0000
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 7bit
Auto-Submitted: auto-generated

It failed.

.
From here on
`,
  );
});

test('what is not ASCII, and what is long, arrives nevertheless', () => {
  const subject = `über ${'ä€😀'.repeat(20)}`;
  const body = `größer =20 \n${'long '.repeat(1000)}\n😀\ttab\u0007\n`;
  const text = formatMail({...MAIL, to: ['ops@example.org', 'dev@example.org'], subject, body});
  expect(text).toMatch(/^[\x20-\x7e\n]*$/);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(76);
  expect(readMail(text)).toMatchObject({headers: {Subject: subject}, body, defects: []});
});

test('nothing in a subject makes a header or a body', () => {
  const subject = 'a\r\nBcc: b@example.org\n\nbody =?UTF-8?Q?x?= \u2028';
  const {headers, body} = readMail(formatMail({...MAIL, subject}));
  expect(Object.keys(headers)).not.toContain('Bcc');
  expect(headers['Subject']).toBe('a\\r\\nBcc: b@example.org\\n\\nbody =?UTF-8?Q?x?= \\u2028');
  expect(body).toBe(MAIL.body);
});

test('quoted-printable is what Python reads back', () => {
  const line = fc.string({unit: 'binary', maxLength: 200}).map((text) => text.replaceAll(/[\r\n]/g, ' '));
  const texts = fc
    .sample(fc.array(line, {maxLength: 5}), {numRuns: 20, seed: 7})
    .map((lines) => `${lines.join('\n')}\n`);
  for (const body of texts) {
    const encoded = quotedPrintable(body);
    expect(encoded).toMatch(/^(?:[\x20-\x7e]{0,76}\n)*$/);
    expect(
      readMail(`Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: quoted-printable\n\n${encoded}`)
        .body,
    ).toBe(Buffer.from(body).toString());
  }
});
