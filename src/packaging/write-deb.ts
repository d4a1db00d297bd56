import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {buildDeb} from './build-deb.js';

// `npm run package:deb`: makes the Debian package of what the build made, and says where it is.

const root = fileURLToPath(new URL('../../', import.meta.url));
const {version}: {version: string} = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const {SOURCE_DATE_EPOCH: given, DEBFULLNAME: name, DEBEMAIL: email} = process.env;
// The date of the sources, so that they always make the same bytes.
const epoch = given ?? execFileSync('git', ['log', '-1', '--format=%ct'], {cwd: root, encoding: 'utf8'});

const path = await buildDeb({
  root,
  outFolder: `${root}release`,
  version,
  dateSeconds: Number(epoch),
  maintainer: {name: name ?? 'bdsync-manager maintainers', email: email ?? 'bdsync-manager@example.org'},
});
process.stdout.write(`${path}\n`);
