import {watch} from 'node:fs';

/** A file that is made, renamed or changed. */
export interface AwaitedChange extends Disposable {
  readonly seen: Promise<void>;
}

/** Watches a folder, or a file, for a change of a name that fits. Whatever comes after this returns is seen. */
export function watchFor(path: string, fits: (name: string) => boolean): AwaitedChange {
  let tell: () => void;
  const seen = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const watcher = watch(path, (_, name) => {
    if (name !== null && fits(name)) tell();
  });
  return {seen, [Symbol.dispose]: () => watcher.close()};
}
