import {mkdirSync, writeFileSync} from 'node:fs';
import type {Plugin, RolldownOptions} from 'rolldown';

/** What is started by itself, as a process or as a thread, and the module that it begins with. */
const PROGRAMS = {
  bdsync: 'dist/cli/bdsync.js',
  'bdsync-manager': 'dist/cli/bdsync-manager.js',
  'block-worker': 'dist/bdsync/hash/block-worker.js',
  relay: 'dist/tasks/programs/relay.js',
};

/** Where each program's modules are listed, one a line: whose licenses go with the programs is known by that. */
const LISTS = 'dist/bundled-modules';

function listModules(program: string): Plugin {
  return {
    name: 'list-modules',
    writeBundle(_options, output) {
      const modules = Object.values(output).flatMap((part) =>
        part.type === 'chunk' ? Object.entries(part.modules).filter(([, {renderedLength}]) => renderedLength > 0) : [],
      );
      mkdirSync(LISTS, {recursive: true});
      writeFileSync(`${LISTS}/${program}`, modules.map(([id]) => `${id}\n`).join(''));
    },
  };
}

// Bundled, each is a few files instead of several hundred, of which the loading took most of its start. They share
// none: what several have in common would be cut into many small ones again.
const bundles = Object.entries(PROGRAMS).map(([name, input]) => ({
  input: {[name]: input},
  platform: 'node',
  plugins: [listModules(name)],
  output: {dir: 'dist/programs', entryFileNames: '[name].js', chunkFileNames: `${name}-[name]-[hash].js`},
})) satisfies readonly RolldownOptions[];

export default bundles;
