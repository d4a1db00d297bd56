import {existsSync} from 'node:fs';
import {resolve} from 'node:path';
import {homeFolderOf} from '../../../tasks/config/home-folder.js';
import {localPath} from '../../../tasks/config/path-values.js';
import {volumePattern} from '../../../tasks/config/volume-set.js';
import type {FoundDevices} from '../../../tasks/init/find-devices.js';
import type {SourceLook} from '../../../tasks/init/look-at-source.js';
import {formatDevices} from '../../text/device-list.js';
import type {CommandContext} from '../command-context.js';
import {UsageError} from '../usage-error.js';
import {parseSyncSource} from '../sync/sync-target.js';
import type {Dialogue} from './dialogue.js';
import {interruptible} from './interruptible.js';

/** What is to be copied: as the option says, or as a person chooses from what there is. */
export async function chooseSource(
  given: string | undefined,
  context: CommandContext,
  dialogue: Dialogue | undefined,
): Promise<SourceLook> {
  const look = (path: string): Promise<SourceLook> =>
    interruptible(context, (signal) => context.tasks.lookAtSource(path, signal));
  if (given !== undefined) return await look(sourcePath(given));
  if (dialogue === undefined) throw new UsageError('there is no --source');
  const found = await interruptible(context, (signal) => context.tasks.findDevices(signal));
  await dialogue.tell(formatDevices(found, context.stdout));
  return await dialogue.ask('What is to be copied? A number, or a path', (text) => look(chosenPath(text, found)));
}

function chosenPath(text: string, {devices}: FoundDevices): string {
  if (!/^\d+$/.test(text)) return sourcePath(text);
  const device = devices[Number(text) - 1];
  if (device !== undefined) return device.path;
  throw new UsageError(`there is no device ${text}`, `for a file of this name: ./${text}`);
}

/** Whatever folder a run is started in. */
function sourcePath(text: string): string {
  const path = resolve(localPath(parseSyncSource(text), homeFolderOf));
  if (volumePattern(path, existsSync) === undefined) return path;
  throw new UsageError(
    `'${text}' stands for many volumes, and this is for one`,
    'write a section for them by hand: examples/virtual-machines.conf has one',
  );
}
