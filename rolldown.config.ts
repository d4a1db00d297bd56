import type {RolldownOptions} from 'rolldown';

/** What is started by itself, as a process or as a thread, and the module that it begins with. */
const PROGRAMS = {
  bdsync: 'dist/cli/bdsync.js',
  'bdsync-manager': 'dist/cli/bdsync-manager.js',
  'block-worker': 'dist/bdsync/hash/block-worker.js',
  relay: 'dist/tasks/programs/relay.js',
};

// Bundled, each is a few files instead of several hundred, of which the loading took most of its start. They share
// none: what several have in common would be cut into many small ones again.
const bundles: readonly RolldownOptions[] = Object.entries(PROGRAMS).map(([name, input]) => ({
  input: {[name]: input},
  platform: 'node',
  output: {dir: 'dist/programs', entryFileNames: '[name].js', chunkFileNames: `${name}-[name]-[hash].js`},
}));

export default bundles;
