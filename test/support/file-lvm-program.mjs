/* The lvm of file-lvm.ts: a row of lvs for each volume is in `rows`, its content in `vg0`. */
import {copyFileSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const [command, ...words] = process.argv.slice(2);
const rows = readdirSync(join(folder, 'rows')).flatMap(readRow);

const optionsOf = (option) => words.flatMap((word, index) => (words[index - 1] === option ? [word] : []));
const wanted = words.includes('--') || command === 'lvremove' ? words.at(-1) : undefined;

/** Nothing of one that is removed at this moment by another process. */
function readRow(name) {
  try {
    return [JSON.parse(readFileSync(join(folder, 'rows', name)))];
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

/** As a whole, for others who read it meanwhile. */
function writeRow(name, row) {
  const fresh = join(folder, `row-${process.pid}`);
  writeFileSync(fresh, JSON.stringify(row));
  renameSync(fresh, join(folder, 'rows', name));
}

function isWanted(row) {
  const isNamed = [undefined, row.vg_name, `${row.vg_name}/${row.lv_name}`, row.lv_path].includes(wanted);
  const conditions = optionsOf('--select').flatMap((text) => [...text.matchAll(/(\w+)="([^"]*)"/g)]);
  return isNamed && conditions.every(([, field, value]) => row[field].split(',').includes(value));
}

const found = rows.filter(isWanted);
switch (command) {
  case 'lvs':
    process.stdout.write(JSON.stringify({report: [{lv: found}]}));
    if (found.length === 0 && wanted !== undefined && wanted !== 'vg0') {
      process.stderr.write(`  Failed to find logical volume "${wanted}"\n`);
      process.exitCode = 5;
    }
    break;
  case 'lvcreate': {
    const [origin] = found;
    const [name] = optionsOf('--name');
    const path = join(folder, 'vg0', name);
    copyFileSync(origin.lv_path, path);
    const kind = {lv_attr: 'sri-a-s---', lv_snapshot_invalid: '', data_percent: '0.00', lv_size: '8388608'};
    const identity = {lv_name: name, lv_path: path, lv_dm_path: `/dev/mapper/vg0-${name}`, lv_uuid: `uuid-${name}`};
    const from = {origin: origin.lv_name, origin_uuid: origin.lv_uuid, lv_tags: optionsOf('--addtag').join(',')};
    writeRow(name, {...origin, ...kind, ...identity, ...from});
    break;
  }
  case 'lvremove':
    for (const {lv_name, lv_path} of found) {
      rmSync(lv_path);
      rmSync(join(folder, 'rows', lv_name));
    }
    break;
  default:
    process.stderr.write(`  No such command '${command}'\n`);
    process.exitCode = 2;
}
