import {spawnSync} from 'node:child_process';

/** A mail as Python's module for them understands it. */
export interface ReadMail {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly defects: readonly string[];
}

const SCRIPT = `
import email, json, sys
from email import policy
mail = email.message_from_bytes(sys.stdin.buffer.read(), policy=policy.default)
defects = [repr(defect) for defect in mail.defects] + [repr(d) for _, value in mail.items() for d in value.defects]
print(json.dumps({'headers': {k: str(v) for k, v in mail.items()}, 'body': mail.get_content(), 'defects': defects}))
`;

export function readMail(text: string): ReadMail {
  const {status, stdout, stderr} = spawnSync('python3', ['-c', SCRIPT], {input: text, encoding: 'utf8'});
  if (status !== 0) throw new Error(`python3: ${stderr}`);
  const mail: ReadMail = JSON.parse(stdout);
  return mail;
}
