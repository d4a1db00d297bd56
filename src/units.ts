const UNIT_FACTORS: Readonly<Record<string, number>> = {'': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3};

/**
 * Bytes of `4096`, `64k`, `1M`, `2g` (factor 1024, any case; `b` is 1); undefined when `text` is not of that form or
 * not a safe integer.
 */
export function parseByteCount(text: string): number | undefined {
  const match = /^(\d+)([bkmg]?)$/i.exec(text);
  if (!match) return undefined;
  const bytes = Number(match[1]) * (UNIT_FACTORS[(match[2] ?? '').toLowerCase()] ?? Number.NaN);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

const DURATION_FACTORS: Readonly<Record<string, number>> = {'': 1000, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000};

/** Milliseconds of `90`, `90s`, `30m`, `2h`, `7d` (a plain number is seconds); undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d+)([smhd]?)$/i.exec(text) ?? [];
  const milliseconds = Number(count) * (DURATION_FACTORS[unit.toLowerCase()] ?? Number.NaN);
  return Number.isSafeInteger(milliseconds) ? milliseconds : undefined;
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

/** `4.0MiB`, `17.5KiB`, `12B`: one decimal above bytes. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1023.95 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${bytes}B` : `${value.toFixed(1)}${BYTE_UNITS[unit]}`;
}

/** `0:00:04.218000`, `26:10:00.000000`: hours, minutes, seconds with six decimals. */
export function formatDuration(milliseconds: number): string {
  const micros = Math.round(milliseconds * 1000);
  const seconds = Math.floor(micros / 1_000_000);
  const fraction = String(micros % 1_000_000).padStart(6, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${fraction}`;
}

/** `42s`, `3min`, `5h 7min`, `12d 3h`: how long ago something was. */
export function formatAge(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes === 0) return `${Math.floor(seconds)}s`;
  if (hours === 0) return `${minutes}min`;
  if (hours < 24) return `${hours}h ${minutes % 60}min`;
  return `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
