import createDebug from 'debug';

export const LOG_LEVELS = ['debug', 'info', 'warning', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The story of a run for `DEBUG=bdsync-manager:*`; `area` is a folder or a file's name, `hosts:probe`, say. */
export function debugStory(area: string): (format: string, ...values: unknown[]) => void {
  return createDebug(`bdsync-manager:${area}`);
}
