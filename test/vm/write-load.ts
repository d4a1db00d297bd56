import {execPath} from 'node:process';
import {fileURLToPath} from 'node:url';
import type {Guest} from './guest.js';

const WRITER = fileURLToPath(new URL('record-writer.mjs', import.meta.url));
/** Says how far the writer has come: outside of the file system that it writes. */
const ACKNOWLEDGED = '/run/acknowledged';
const WITNESS = '/run/witness';

/** A program that writes numbered records to a file system of the guest, each brought to the medium, all the time. */
export interface WriteLoad extends AsyncDisposable {
  /** Of the last record that is on the medium for certain. */
  lastNumber(): Promise<number>;
}

export async function startWriteLoad(guest: Guest, folder: string): Promise<WriteLoad> {
  const pid = await guest.sh(`rm -f ${ACKNOWLEDGED} '${folder}'/record-*
    ${execPath} ${WRITER} write '${folder}' ${ACKNOWLEDGED} >/run/writer.log 2>&1 & echo $!`);
  const lastNumber = async () => Number(await guest.sh(`cat ${ACKNOWLEDGED}`));
  await guest.sh(`until [ -s ${ACKNOWLEDGED} ] && [ $(cat ${ACKNOWLEDGED}) -gt 10 ]; do sleep 0.1; done`);
  return {
    lastNumber,
    [Symbol.asyncDispose]: async () => {
      // A writer that ended by itself has failed.
      await guest.sh(`kill ${pid} || { cat /run/writer.log; exit 1; }
        while [ -e /proc/${pid} ]; do sleep 0.1; done`);
    },
  };
}

export interface Records {
  readonly first: number;
  /** Up to here they are whole; the next one may have been begun. */
  readonly lastWhole: number;
}

/** Reads what a write load has left; throws when a record is missing or damaged that is not the last. */
export async function readRecords(guest: Guest, folder: string): Promise<Records> {
  const {first, lastWhole}: Records = JSON.parse(await guest.sh(`${execPath} ${WRITER} read '${folder}'`));
  return {first, lastWhole};
}

/** What was seen of the moment of a snapshot while it was there. */
export interface Moment {
  /** SHA-256 of all of it. */
  readonly digest: string;
  /** What the write load had acknowledged before, and behind. */
  readonly before: number;
  readonly behind: number;
}

/** An lvm program that looks at a snapshot as soon as it is there; for `lvm_program_path`. */
export async function installWitness(guest: Guest, snapshotPath: string): Promise<string> {
  await guest.sh(`cat >${WITNESS} <<'END'
#!/bin/sh
case " $* " in *' --snapshot '*) ;; *) exec /sbin/lvm "$@" ;; esac
cat ${ACKNOWLEDGED} >${WITNESS}.before
/sbin/lvm "$@" || exit
cat ${ACKNOWLEDGED} >${WITNESS}.behind
sha256sum <'${snapshotPath}' >${WITNESS}.digest
END
    chmod 755 ${WITNESS}`);
  return WITNESS;
}

export async function witnessedMoment(guest: Guest): Promise<Moment> {
  const [before, behind, digest = ''] = (
    await guest.sh(`cat ${WITNESS}.before; echo; cat ${WITNESS}.behind; echo; cut -d ' ' -f 1 ${WITNESS}.digest`)
  ).split(/\s+/);
  return {digest, before: Number(before), behind: Number(behind)};
}
