import {setTimeout as sleep} from 'node:timers/promises';
import {debugStory} from '../../log.js';
import {type ProcessEntry, readProcess, readProcessTable} from './process-table.js';

const tell = debugStory('hosts:process-tree');

/** Between TERM and KILL. */
const GRACE_MS = 5000;
/** After KILL: whoever is still there is not ours to end (sudo's root process) or sits in the kernel. */
const GIVE_UP_MS = 2000;
const SHORTEST_LOOK_MS = 10;
const LONGEST_LOOK_MS = 100;
/** At our own exit, when nothing can be awaited. */
const EXIT_GRACE_MS = 200;
/** In so short a time the kernel does not come round to the same pid. */
const ROUND_MS = 2000;
/** From the end of the root to the look at whom it left behind. */
const LOOK_BEHIND_MS = 500;

/**
 * A child with all that it started. Members are its descendants, also those that it left behind once we have seen them,
 * and whoever is in the process group or session that the child leads.
 */
export class ProcessTree {
  readonly #rootPid: number;
  readonly #rootStartTicks: number | undefined;
  readonly #seen = new Map<number, number>();
  /** Somebody else has got the root's pid. */
  #hasStranger = false;
  /** When it was certain last that the group and the session with the root's pid were those that it led. */
  #ledAtMs = performance.now();
  #lookBehind: NodeJS.Timeout | undefined;

  /** Right after the start: until we have taken its status, the child's pid cannot belong to anybody else. */
  constructor(rootPid: number) {
    this.#rootPid = rootPid;
    this.#rootStartTicks = readProcess(rootPid)?.startTicks;
    if (this.#rootStartTicks !== undefined) this.#seen.set(rootPid, this.#rootStartTicks);
  }

  /**
   * To be called at once when the status of the root was taken, from when on its pid may come again: whom it left behind
   * must be known by then, however late they are ended.
   */
  rootEnded(): void {
    this.#ledAtMs = performance.now();
    this.#lookBehind = setTimeout(() => this.members(), LOOK_BEHIND_MS).unref();
  }

  /** Those that run. */
  members(): ProcessEntry[] {
    const table = readProcessTable();
    for (const entry of this.#ledByRoot(table)) this.#add(entry);
    // Parents may come after their children in the table: until nobody new turns up.
    let seenBefore: number;
    do {
      seenBefore = this.#seen.size;
      for (const entry of table.values()) {
        if (this.#isSeen(table.get(entry.parentPid))) this.#add(entry);
      }
    } while (this.#seen.size > seenBefore);
    for (const pid of this.#seen.keys()) {
      if (!this.#isSeen(table.get(pid))) this.#seen.delete(pid);
    }
    return [...table.values()].filter((entry) => this.#isSeen(entry) && !entry.isZombie);
  }

  /** TERM, then KILL after a grace; false when somebody could not be ended. */
  async end(graceMs: number = GRACE_MS): Promise<boolean> {
    clearTimeout(this.#lookBehind);
    const startedAt = performance.now();
    const told = new Set<number>();
    for (let lookMs = SHORTEST_LOOK_MS; ; lookMs = Math.min(lookMs * 2, LONGEST_LOOK_MS)) {
      const members = this.members();
      if (members.length === 0) return true;
      const elapsedMs = performance.now() - startedAt;
      if (elapsedMs >= graceMs + GIVE_UP_MS) {
        tell('cannot end %o', members);
        return false;
      }
      for (const member of members) {
        if (elapsedMs >= graceMs) send(member, 'SIGKILL');
        else if (!told.has(member.pid)) terminate(member);
        told.add(member.pid);
      }
      await sleep(lookMs);
    }
  }

  /** The same at once, blocking, for the exit of our own process. */
  endNow(): void {
    const pause = new Int32Array(new SharedArrayBuffer(4));
    const killAt = performance.now() + EXIT_GRACE_MS;
    for (const member of this.members()) terminate(member);
    while (performance.now() < killAt && this.members().length > 0) Atomics.wait(pause, 0, 0, SHORTEST_LOOK_MS);
    for (const member of this.members()) send(member, 'SIGKILL');
  }

  /** Whoever is in the root's group or session, as long as it is certain that they are the root's. */
  #ledByRoot(table: ReadonlyMap<number, ProcessEntry>): readonly ProcessEntry[] {
    const root = table.get(this.#rootPid);
    // A pid that names a group or a session is not given away: a stranger at the root's pid means that both are gone.
    if (root !== undefined && root.startTicks !== this.#rootStartTicks) this.#hasStranger = true;
    if (this.#hasStranger) return [];
    const led = [...table.values()].filter(
      ({groupId, sessionId}) => groupId === this.#rootPid || sessionId === this.#rootPid,
    );
    // Without the root, and anybody else whom we know there, others may have had its pid since: a daemon, say, whose
    // parent made a session and went.
    const isRecent = performance.now() - this.#ledAtMs < ROUND_MS;
    if (root === undefined && !isRecent && !led.some((entry) => this.#isSeen(entry))) return [];
    if (led.length > 0) this.#ledAtMs = performance.now();
    return led;
  }

  #isSeen(entry: ProcessEntry | undefined): boolean {
    return entry !== undefined && this.#seen.get(entry.pid) === entry.startTicks;
  }

  #add(entry: ProcessEntry): void {
    this.#seen.set(entry.pid, entry.startTicks);
  }
}

function terminate(entry: ProcessEntry): void {
  send(entry, 'SIGTERM');
  // A stopped process (it asked a terminal from the background, say) acts on TERM only when it goes on.
  send(entry, 'SIGCONT');
}

function send({pid, startTicks}: ProcessEntry, signal: NodeJS.Signals): void {
  // To read the whole table takes a while, in which one that was told before may have taken others along.
  if (readProcess(pid)?.startTicks !== startTicks) return;
  try {
    process.kill(pid, signal);
  } catch (error) {
    // Gone meanwhile, or another user's.
    tell('%s to %d: %s', signal, pid, error);
  }
}
