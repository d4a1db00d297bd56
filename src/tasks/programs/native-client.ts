import type {Duplex, Writable} from 'node:stream';
import {fileURLToPath} from 'node:url';
import {PatchDecoder} from '../../bdsync/patch/patch-decoder.js';
import {childProgress} from '../../hosts/child/child-progress.js';
import type {Child} from '../../hosts/host.js';
import {localHost} from '../../hosts/local-host.js';
import type {DiffOutcome, WritePatch} from '../diff.js';
import {drainOrClose, isOpen} from './drain.js';
import {expectSuccess, type ProgramRole} from './explain-ending.js';
import {announcedSize} from './announced-size.js';
import {parseProgressLine} from './progress-line.js';
import type {TaskContext} from '../task-context.js';

const RELAY_PROGRAM = fileURLToPath(new URL('./relay.js', import.meta.url));

interface NativeClient {
  readonly program: string;
  readonly arguments: readonly string[];
}

/**
 * Lets a native bdsync compare. The command that it starts as its server is a relay of ours, which hands the
 * conversation back to us over an inherited descriptor: so it is counted and limited like any other, and the server
 * is reached as any other program is.
 */
export async function diffWithNativeClient(
  context: TaskContext,
  native: NativeClient,
  server: Child,
  sourcePath: string,
  writePatch: WritePatch,
): Promise<DiffOutcome> {
  const {plan, watchdog, signal, meter, teller} = context;
  const role: ProgramRole = {
    code: 'client-failed',
    what: native.program,
    hostName: 'this machine',
    path: sourcePath,
  };
  const relay = quoteForNative([process.execPath, RELAY_PROGRAM]);
  await using client = await localHost().spawnWithSocket(
    [native.program, ...native.arguments, '--progress', relay, sourcePath, plan.target.path],
    {
      signal,
      describe: native.program,
      onErrorLine: (line) => {
        const progress = parseProgressLine(line);
        if (progress) teller.progress(meter, progress.position, progress.sizeBytes, progress.patchBytes);
        return progress !== undefined;
      },
    },
  );
  using _watch = watchdog.watch(() => childProgress(client));
  const [patch, conversation] = await Promise.allSettled([
    observePatch(client, writePatch),
    converse(client.socket, server),
  ]);
  if (patch.status === 'rejected' && client.stdout.destroyed) await client.kill();
  await expectSuccess(client, role);
  if (patch.status === 'rejected') throw patch.reason;
  if (conversation.status === 'rejected') throw conversation.reason;
  return {...patch.value, targetBytes: conversation.value ?? patch.value.sourceBytes};
}

/** One string that the original splits into `words` again: at blanks, with quotes, in which a doubled one stands for itself. */
function quoteForNative(words: readonly string[]): string {
  return words.map((word) => `"${word.replaceAll('"', '""')}"`).join(' ');
}

/** Hands the client's patch on and counts what is in it. */
async function observePatch(client: Child, writePatch: WritePatch): Promise<Omit<DiffOutcome, 'targetBytes'>> {
  const decoder = new PatchDecoder();
  const figures = {sourceBytes: 0, differingBytes: 0, patchBytes: 0};
  const chunks: AsyncIterable<Uint8Array> = client.stdout;
  for await (const bytes of chunks) {
    figures.patchBytes += bytes.length;
    for (const event of decoder.push(bytes)) {
      if (event.kind === 'header') figures.sourceBytes = event.header.sizeBytes;
      if (event.kind === 'extent') figures.differingBytes += event.data.length;
    }
    await writePatch(bytes);
  }
  decoder.finish();
  return {...figures, differingBlocks: undefined, digestBytes: undefined};
}

/**
 * Joins the relay with the server until the server has said its last; tells the size that it announced. Requests that
 * find no reader any more are no failure of their own: the ending of the server or of the client tells it.
 */
async function converse(relay: Duplex, server: Child): Promise<number | undefined> {
  let targetBytes: number | undefined;
  const observeSize = announcedSize((sizeBytes) => {
    targetBytes = sizeBytes;
  });
  // A relay that went away shows in the endings of the programs.
  relay.on('error', () => {});
  void forward(relay.iterator({destroyOnReturn: false}), server.stdin);
  await forward(observeSize(server.stdout), relay);
  return targetBytes;
}

/**
 * As a pipeline, which would destroy the source with the sink, although the other direction still goes through its
 * other half, and which never settles when the sink was ended from its far side.
 */
async function forward(source: AsyncIterable<Uint8Array>, sink: Writable): Promise<void> {
  try {
    for await (const chunk of source) {
      if (!isOpen(sink)) return;
      if (!sink.write(chunk)) await drainOrClose(sink);
    }
    if (isOpen(sink)) sink.end();
  } catch {
    sink.destroy();
  }
}
