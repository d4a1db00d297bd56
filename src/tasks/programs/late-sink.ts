import {asError} from '../../errors.js';
import type {DeviceSizes} from '../../bdsync/compare/agree-on-sizes.js';
import type {PatchSink} from './child-sink.js';

/** A sink whose program is started later than the sink is made. */
export interface LateSink extends PatchSink, AsyncDisposable {
  /**
   * Starts the program unless it is started. That it cannot be started shows in `brokenOff`, and in what is written.
   * `sizes` are those of what is compared, if they are known.
   */
  begin(sizes?: DeviceSizes): void;
}

/**
 * For a program that must not be started together with another one: two connections that ask for a password at the same
 * time would take each other's answers. Bytes that come before the start is done wait for it; they begin it if nobody
 * has. What was never begun needs no clean-up.
 */
export function lateSink(start: () => Promise<PatchSink & AsyncDisposable>): LateSink {
  let starting: Promise<PatchSink & AsyncDisposable> | undefined;
  let isDisposed = false;
  let tellBrokenOff: (failure: Promise<Error>) => void;
  const brokenOff = new Promise<Error>((resolve) => {
    tellBrokenOff = resolve;
  });
  const started = (): Promise<PatchSink & AsyncDisposable> => {
    if (starting === undefined) {
      starting = start();
      tellBrokenOff(starting.then((sink) => sink.brokenOff, asError));
    }
    return starting;
  };
  return {
    brokenOff,
    begin() {
      // A server may still answer after the comparison has failed: nobody would end a program that is started then.
      if (!isDisposed) void started();
    },
    write: async (bytes) => (await started()).write(bytes),
    finish: async () => (await started()).finish(),
    async [Symbol.asyncDispose]() {
      isDisposed = true;
      const sink = await starting?.catch(() => undefined);
      await sink?.[Symbol.asyncDispose]();
    },
  };
}
