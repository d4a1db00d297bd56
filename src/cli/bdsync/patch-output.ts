import {close, fstatSync, write} from 'node:fs';
import {promisify} from 'node:util';
import {BdsyncError} from '../../bdsync/errors.js';
import {codeOf, messageOf} from '../../errors.js';

/** Where a patch goes. Both methods throw BdsyncError 'write'. */
export interface PatchOutput {
  /** Resolves when the bytes have been taken. */
  write(bytes: Uint8Array): Promise<void>;
  /** To be called after the last byte. */
  end(): Promise<void>;
}

const STANDARD_OUTPUT = 1;

/** Standard output, without a way to lose bytes or an error. */
export function standardPatchOutput(): PatchOutput {
  const stats = fstatSync(STANDARD_OUTPUT);
  // For a file, Node's own stream does not care how much of a piece was written before the disk was full.
  return stats.isFIFO() || stats.isSocket() || process.stdout.isTTY ? streamOutput() : fileOutput();
}

function streamOutput(): PatchOutput {
  // The callback tells of the error as well.
  process.stdout.on('error', () => {});
  return {write: writeToStream, end: () => writeToStream(new Uint8Array(0))};
}

function writeToStream(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error) => {
      if (error) reject(outputError(error));
      else resolve();
    });
  });
}

function fileOutput(): PatchOutput {
  return {
    async write(bytes) {
      let done = 0;
      while (done < bytes.length) {
        try {
          done += (await promisify(write)(STANDARD_OUTPUT, bytes, done, bytes.length - done, null)).bytesWritten;
        } catch (error) {
          throw outputError(error);
        }
      }
    },
    /** Some file systems tell only now that there was no room. */
    async end() {
      try {
        await promisify(close)(STANDARD_OUTPUT);
      } catch (error) {
        throw outputError(error);
      }
    },
  };
}

const REASONS: Readonly<Record<string, string>> = {
  EPIPE: 'nobody reads it any more',
  ENOSPC: 'no space left',
  EDQUOT: 'the quota is used up',
  EFBIG: 'the file would be too large',
};

function outputError(error: unknown): BdsyncError {
  const reason = REASONS[codeOf(error) ?? ''] ?? messageOf(error);
  return new BdsyncError('write', `cannot write the patch to standard output: ${reason}`, {cause: error});
}
