import type {ProcessTree} from './process-tree.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const living = new Set<ProcessTree>();

/**
 * Sees to it that a child and all that it started end with this process, however it ends (kill -9 excepted: then they
 * read the end of their input). execa's own clean-up ends neither grandchildren nor children in a session of their own.
 * Returns the function that takes the will back.
 */
export function endWithThisProcess(tree: ProcessTree): () => void {
  if (living.size === 0) {
    process.on('exit', endAll);
    for (const signal of SIGNALS) process.on(signal, endUnlessHandled);
  }
  living.add(tree);
  return () => {
    living.delete(tree);
    if (living.size === 0) stopListening();
  };
}

function endAll(): void {
  for (const tree of living) tree.endNow();
  living.clear();
}

/** Does what the signal does by default, which listening to it has prevented, unless somebody else decides. */
function endUnlessHandled(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  endAll();
  stopListening();
  process.kill(process.pid, signal);
}

function stopListening(): void {
  process.off('exit', endAll);
  for (const signal of SIGNALS) process.off(signal, endUnlessHandled);
}
