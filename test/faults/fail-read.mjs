// Preloaded with --import: a disk that cannot read one place. Reads of the file that $BDSYNC_FAIL_READ names, a regular
// expression, fail behind its first MiB, as the kernel tells it; its last bytes can be read.

import {readlinkSync} from 'node:fs';
import promises from 'node:fs/promises';

const BAD_BYTE = 1024 * 1024;

const isBad = new RegExp(process.env['BDSYNC_FAIL_READ']);
const handle = await promises.open('/dev/null');
const methods = Object.getPrototypeOf(handle);
await handle.close();
const {read} = methods;
methods.read = async function (buffer, offset, length, position) {
  const path = readlinkSync(`/proc/self/fd/${this.fd}`);
  if (isBad.test(path) && position <= BAD_BYTE && position + length > BAD_BYTE) {
    throw Object.assign(new Error('EIO: i/o error, read'), {code: 'EIO', errno: -5, syscall: 'read'});
  }
  return await read.call(this, buffer, offset, length, position);
};
