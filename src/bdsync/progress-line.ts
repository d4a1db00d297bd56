/** Where a bdsync program is, as it tells with `--progress`. */
export interface ProgressLine {
  /** Bytes of the patch so far, headers included. */
  readonly patchBytes: number;
  readonly position: number;
  readonly sizeBytes: number;
}

/**
 * `PROGRESS:042%,PATCHBYTES,POSITION,SIZE,ELAPSED,REMAINING` with times in seconds, `-` as long as there is no rate; at
 * the end of the device it is 100 %.
 */
export function formatProgressLine(progress: ProgressLine, elapsedMs: number): string {
  const {patchBytes, position, sizeBytes} = progress;
  const percent = String(percentOf(progress)).padStart(3, '0');
  return `PROGRESS:${percent}%,${patchBytes},${position},${sizeBytes},${timesText(progress, elapsedMs)}`;
}

/** Undefined for any other line. */
export function parseProgressLine(line: string): ProgressLine | undefined {
  const match = /^PROGRESS:\d+%,(\d+),(\d+),(\d+),/.exec(line);
  if (!match) return undefined;
  return {patchBytes: Number(match[1]), position: Number(match[2]), sizeBytes: Number(match[3])};
}

export function percentOf({position, sizeBytes}: Omit<ProgressLine, 'patchBytes'>): number {
  return position >= sizeBytes ? 100 : Math.floor((position * 100) / sizeBytes);
}

function timesText({position, sizeBytes}: ProgressLine, elapsedMs: number): string {
  const bytesPerMs = Math.floor(position / elapsedMs);
  if (!Number.isFinite(bytesPerMs) || bytesPerMs < 1) return '-,-';
  const remainingMs = Math.max(0, sizeBytes / bytesPerMs - elapsedMs);
  // The blanks cover what a longer line left behind.
  return `${(elapsedMs / 1000).toFixed(3)},${(remainingMs / 1000).toFixed(3)}        `;
}
