import type {Screen} from './screen.js';

/** A screen that can be kept from writing for a while; what was to be written is written then. */
export interface HoldableScreen extends Screen {
  hold(): void;
  release(): void;
}

/** For times in which a write might wait for ever, as in a log on a file system that is frozen. */
export function holdableScreen(screen: Screen): HoldableScreen {
  let held: string[] | undefined;
  return {
    isTerminal: screen.isTerminal,
    get columns() {
      return screen.columns;
    },
    get rows() {
      return screen.rows;
    },
    isUtf8: screen.isUtf8,
    hasColors: screen.hasColors,
    isJournal: screen.isJournal,
    canRedraw: screen.canRedraw,
    write(text) {
      if (held === undefined) screen.write(text);
      else held.push(text);
    },
    settled: () => screen.settled(),
    hold() {
      held ??= [];
    },
    release() {
      const texts = held ?? [];
      held = undefined;
      for (const text of texts) screen.write(text);
    },
  };
}
