import type {Screen} from '#dist/cli/screen/screen.js';

/** A screen that keeps what was written. */
export interface RecordedScreen extends Screen {
  text(): string;
}

export function recordedScreen(
  is: {isTerminal?: boolean; columns?: number; rows?: number; hasColors?: boolean; isJournal?: boolean} = {},
): RecordedScreen {
  const written: string[] = [];
  const isTerminal = is.isTerminal ?? false;
  return {
    isTerminal,
    columns: is.columns ?? (isTerminal ? 80 : Number.POSITIVE_INFINITY),
    rows: is.rows ?? (isTerminal ? 24 : Number.POSITIVE_INFINITY),
    isUtf8: true,
    canRedraw: isTerminal,
    hasColors: is.hasColors ?? false,
    isJournal: is.isJournal ?? false,
    write: (text) => void written.push(text),
    settled: async () => {},
    text: () => written.join(''),
  };
}
