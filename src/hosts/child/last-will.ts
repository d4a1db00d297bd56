import type {ProcessTree} from './process-tree.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const wills = new Set<LastWill>();

/**
 * Sees to it that a child and all that it started end with this process, however it ends (kill -9 excepted: then they
 * read the end of their input). execa's own clean-up ends neither grandchildren nor children in a session of their own.
 * Made before the child is, so that no signal comes between.
 */
export class LastWill {
  #tree: ProcessTree | undefined;

  constructor() {
    if (wills.size === 0) {
      process.on('exit', executeAll);
      // First in line: a listener that is there once would be gone when we look for it.
      for (const signal of SIGNALS) process.prependListener(signal, executeUnlessHandled);
    }
    wills.add(this);
  }

  includes(tree: ProcessTree): void {
    this.#tree = tree;
  }

  execute(): void {
    this.#tree?.endNow();
  }

  revoke(): void {
    if (wills.delete(this) && wills.size === 0) stopListening();
  }
}

function executeAll(): void {
  for (const will of wills) will.execute();
  wills.clear();
}

/** Does what the signal does by default, which listening to it has prevented, unless somebody else decides. */
function executeUnlessHandled(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  executeAll();
  stopListening();
  process.kill(process.pid, signal);
}

function stopListening(): void {
  process.off('exit', executeAll);
  for (const signal of SIGNALS) process.off(signal, executeUnlessHandled);
}
