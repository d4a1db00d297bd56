import type {Child} from '../../hosts/host.js';
import type {Teller} from '../task-context.js';

/** The words of both bdsyncs for what they go on in spite of. */
const WARNING = /^(Warning: |Different sizes )/;

/** Tells what a program that ended well wrote to standard error: its warnings, and for those who want it the rest. */
export function tellLastWords(child: Child, what: string, teller: Teller): void {
  for (const line of child.errorTail()) {
    teller.log(WARNING.test(line) ? 'warning' : 'info', `${what}: ${line}`);
  }
}
