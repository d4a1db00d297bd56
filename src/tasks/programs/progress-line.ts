export interface ProgressLine {
  readonly patchBytes: number;
  readonly position: number;
  readonly sizeBytes: number;
}

/** Reads a `PROGRESS:<pct>%,<patch bytes>,<position>,<size>,…` line of bdsync; undefined for any other line. */
export function parseProgressLine(line: string): ProgressLine | undefined {
  const match = /^PROGRESS:\d+%,(\d+),(\d+),(\d+),/.exec(line);
  if (!match) return undefined;
  return {patchBytes: Number(match[1]), position: Number(match[2]), sizeBytes: Number(match[3])};
}
