/**
 * Defines a shell function `room`, which tells in one line how much room there is in a folder, for `parseRoom`. With
 * POSIX's -P, one line of df is for one file system, whatever the names are.
 */
export const ROOM_FUNCTION =
  'room() { printf "room %s %s\\n" "$(id -u)" "$(df -Pk -- "$1" 2>/dev/null | tail -n 1)"; }';

// room UID name 1024-blocks used available capacity mount-point; the name may hold blanks.
const ROOM_LINE = /^room (\d+) .*?(?<= )(\d+) +(\d+) +(-?\d+) +(?:\d+%|-) +\//;

/** What `room` told. */
export type RoomLine =
  | {readonly kind: 'free'; readonly bytes: number}
  /** There is no df, or the file system does not say. */
  | {readonly kind: 'unknown'};

/** Undefined for any other line. */
export function parseRoom(line: string): RoomLine | undefined {
  if (!line.startsWith('room ')) return undefined;
  const [, uid, total, used, available] = ROOM_LINE.exec(line)?.map(Number) ?? [];
  if (uid === undefined || total === undefined || used === undefined || available === undefined || total === 0) {
    return {kind: 'unknown'};
  }
  // What is set aside for root is there for root.
  const blocks = uid === ROOT_UID ? Math.max(available, total - used) : available;
  return {kind: 'free', bytes: Math.max(0, blocks) * DF_BLOCK_BYTES};
}

const ROOT_UID = 0;
const DF_BLOCK_BYTES = 1024;
