import type {Duplex, Writable} from 'node:stream';
import {fileURLToPath} from 'node:url';
import {PatchDecoder} from '../../bdsync/patch/patch-decoder.js';
import {parseProgressLine} from '../../bdsync/progress-line.js';
import {devfilePath} from '../../bdsync/wire/opening-messages.js';
import {quoteServerCommand} from '../../bdsync/server-command.js';
import {childProgress} from '../../hosts/child/child-progress.js';
import type {Child} from '../../hosts/host.js';
import {localHost} from '../../hosts/local-host.js';
import {packageFile} from '../../package-file.js';
import type {PatchTaker} from '../diff.js';
import type {DiffOutcome} from '../diff-outcome.js';
import {drainOrClose, isOpen} from './drain.js';
import {expectSuccess, type ProgramRole} from './explain-ending.js';
import {AnnouncedSize} from './announced-size.js';
import {tellLastWords} from './last-words.js';
import type {TaskContext} from '../task-context.js';

const RELAY_PROGRAM = fileURLToPath(packageFile('dist/programs/relay.js'));

/** Time for more of a text that came in place of the protocol, which the message then quotes. */
const BANNER_WAIT_MS = 200;

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
  taker: PatchTaker,
): Promise<DiffOutcome> {
  const {plan, watchdog, signal, meter, teller} = context;
  const role: ProgramRole = {
    code: 'client-failed',
    what: native.program,
    hostName: 'this machine',
    path: sourcePath,
  };
  const relay = quoteServerCommand([process.execPath, RELAY_PROGRAM]);
  await using client = await localHost().spawnWithSocket(
    [native.program, ...native.arguments, '--progress', relay, sourcePath, devfilePath(plan.target.path)],
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
  const announced = new AnnouncedSize({
    onSize: () => taker.begin(),
    // The original may wait for the rest of what it takes for a long message.
    onFault: () => setTimeout(() => void client.kill(), BANNER_WAIT_MS).unref(),
  });
  const conversation = converse(client.socket, server, announced);
  try {
    const figures = await observePatch(client, taker);
    await conversation;
    await expectSuccess(client, role);
    tellLastWords(client, native.program, teller);
    return {...figures, targetBytes: announced.sizeBytes ?? figures.sourceBytes};
  } catch (error) {
    // Without the end of its output, the client would go on for nobody, and it is we who end it.
    if (client.stdout.readableEnded && announced.fault === undefined) await expectSuccess(client, role);
    throw announced.fault ?? error;
  }
}

/** Hands the client's patch on and counts what is in it. */
async function observePatch(client: Child, taker: PatchTaker): Promise<Omit<DiffOutcome, 'targetBytes'>> {
  const decoder = new PatchDecoder();
  const figures = {sourceBytes: 0, differingBytes: 0, patchBytes: 0};
  const chunks: AsyncIterable<Uint8Array> = client.stdout;
  for await (const bytes of chunks) {
    figures.patchBytes += bytes.length;
    for (const event of decoder.push(bytes)) {
      if (event.kind === 'header') figures.sourceBytes = event.header.sizeBytes;
      if (event.kind === 'extent') figures.differingBytes += event.data.length;
    }
    await taker.write(bytes);
  }
  decoder.finish();
  return {...figures, differingBlocks: undefined, digestBytes: undefined};
}

/**
 * Joins the relay with the server until the server has said its last. Requests that find no reader any more are no
 * failure of their own: the ending of the server or of the client tells it.
 */
async function converse(relay: Duplex, server: Child, announced: AnnouncedSize): Promise<void> {
  // A relay that went away shows in the endings of the programs.
  relay.on('error', () => {});
  void forward(relay.iterator({destroyOnReturn: false}), server.stdin);
  await forward(announced.observe(server.stdout), relay);
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
