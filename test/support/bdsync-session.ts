import {join} from 'node:path';
import {type DiffOptions, type DiffResult, type GeneratePatchRequest, generatePatch} from '#dist/bdsync/client.js';
import {type Device, openDevice} from '#dist/bdsync/device/device.js';
import {serve} from '#dist/bdsync/server.js';
import {channelPair} from './channel-pair.js';

export interface Session extends Pick<GeneratePatchRequest, 'onWarning' | 'onProgress' | 'onSize' | 'seal'> {
  /** Where `local.img` and `remote.img` are; the two ends know them by these names. */
  readonly folder: string;
  readonly options: DiffOptions;
  readonly pipeBytes?: number;
}

/** A client and a server in this process: the patch, and what the client found. */
export async function runSession(session: Session): Promise<{patch: Buffer; result: DiffResult}> {
  const {folder, options, pipeBytes, ...listeners} = session;
  const channels = channelPair(pipeBytes);
  const patch = new PatchCollector();
  await using source = await openNamed(folder, 'local.img');
  const served = serve({
    channel: channels.server,
    openDevice: (name) => openNamed(folder, name),
  });
  const generated = generatePatch({
    ...listeners,
    channel: channels.client,
    source,
    remotePath: 'remote.img',
    options,
    writePatch: patch.write,
  });
  const [result] = await Promise.all([
    generated.finally(() => channels.client.output.end()),
    served.finally(() => channels.server.output.end()),
  ]);
  return {patch: patch.bytes(), result};
}

export class PatchCollector {
  readonly #pieces: Uint8Array[] = [];

  readonly write = async (piece: Uint8Array): Promise<void> => {
    this.#pieces.push(piece);
  };

  bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }
}

/** A device known by its name in `folder`, as to a program that was started there. */
export async function openNamed(folder: string, name: string): Promise<Device> {
  const device = await openDevice(join(folder, name), 'read');
  return {
    path: name,
    descriptor: device.descriptor,
    kind: device.kind,
    sizeBytes: device.sizeBytes,
    read: (buffer, position) => device.read(buffer, position),
    write: (buffers, position) => device.write(buffers, position),
    writeNow: (buffers, position) => device.writeNow(buffers, position),
    sync: () => device.sync(),
    resize: (sizeBytes) => device.resize(sizeBytes),
    close: () => device.close(),
    [Symbol.asyncDispose]: () => device.close(),
  };
}
