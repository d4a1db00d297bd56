import createDebug from 'debug';

export const LOG_LEVELS = ['debug', 'info', 'warning', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Where a run tells what a person should know; src/cli decides what is shown and how. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warning(message: string): void;
  error(message: string): void;
}

/** The story of a run for `DEBUG=bdsync-manager:*`; `area` is a folder or a file's name, `hosts:probe`, say. */
export function debugStory(area: string): (format: string, ...values: unknown[]) => void {
  return createDebug(`bdsync-manager:${area}`);
}
