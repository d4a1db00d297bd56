import {describe, expect, it} from 'vitest';
import {lateSink} from '#dist/tasks/programs/late-sink.js';
import {TaskError} from '#dist/tasks/task-error.js';

const FAILURE = new TaskError('store-failed', 'no room for another process');

const ignore = (): void => {};

/** A late sink whose program notes what happens to it, and is under way to its start until that is let happen. */
function recorded() {
  const events: string[] = [];
  let finishStart: () => void = ignore;
  let refuseStart: (failure: TaskError) => void = ignore;
  const startDone = new Promise<void>((resolve, reject) => {
    finishStart = resolve;
    refuseStart = reject;
  });
  let breakOff: (failure: TaskError) => void = ignore;
  const brokenOff = new Promise<TaskError>((resolve) => {
    breakOff = resolve;
  });
  const sink = lateSink(async () => {
    events.push('start');
    await startDone;
    events.push('started');
    return {
      brokenOff,
      write: async (bytes) => void events.push(`write ${bytes.length}`),
      finish: async () => void events.push('finish'),
      [Symbol.asyncDispose]: async () => void events.push('dispose'),
    };
  });
  return {events, sink, finishStart, refuseStart, breakOff};
}

/** Everything that can happen without the start being done has happened. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a sink that is begun later', () => {
  it('starts its program when it is begun, and once', async () => {
    const {events, sink, finishStart} = recorded();
    finishStart();
    expect(events).toEqual([]);
    sink.begin();
    expect(events).toEqual(['start']);
    sink.begin();
    await Promise.all([sink.write(new Uint8Array(1)), sink.write(new Uint8Array(2))]);
    await sink.finish();
    await sink[Symbol.asyncDispose]();
    expect(events).toEqual(['start', 'started', 'write 1', 'write 2', 'finish', 'dispose']);
  });

  it('lets bytes wait until the start is done', async () => {
    const {events, sink, finishStart} = recorded();
    sink.begin();
    const written = sink.write(new Uint8Array(1)).then(() => events.push('written'));
    await settled();
    expect(events).toEqual(['start']);
    finishStart();
    await written;
    expect(events).toEqual(['start', 'started', 'write 1', 'written']);
  });

  it('is begun by bytes and by the end, when nobody has begun it', async () => {
    const written = recorded();
    written.finishStart();
    await written.sink.write(new Uint8Array(1));
    expect(written.events).toEqual(['start', 'started', 'write 1']);
    const finished = recorded();
    finished.finishStart();
    await finished.sink.finish();
    expect(finished.events).toEqual(['start', 'started', 'finish']);
  });

  it('starts nothing when it is not begun before its disposal', async () => {
    const {events, sink} = recorded();
    await sink[Symbol.asyncDispose]();
    sink.begin();
    expect(events).toEqual([]);
  });

  it('awaits a start that is under way, to dispose of what it started', async () => {
    const {events, sink, finishStart} = recorded();
    sink.begin();
    const disposed = sink[Symbol.asyncDispose]().then(() => events.push('disposed'));
    await settled();
    expect(events).toEqual(['start']);
    finishStart();
    await disposed;
    expect(events).toEqual(['start', 'started', 'dispose', 'disposed']);
  });
});

describe('a failure of the program', () => {
  it('is handed on', async () => {
    const {sink, finishStart, breakOff} = recorded();
    sink.begin();
    finishStart();
    breakOff(FAILURE);
    expect(await sink.brokenOff).toBe(FAILURE);
  });

  it('at its start is told without being written to, and to whoever writes', async () => {
    const {events, sink, refuseStart} = recorded();
    sink.begin();
    refuseStart(FAILURE);
    expect(await sink.brokenOff).toBe(FAILURE);
    await expect(sink.write(new Uint8Array(1))).rejects.toBe(FAILURE);
    await expect(sink.finish()).rejects.toBe(FAILURE);
    await sink[Symbol.asyncDispose]();
    expect(events).toEqual(['start']);
  });
});
