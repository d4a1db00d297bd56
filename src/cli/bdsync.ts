import {runBdsync} from './bdsync/run.js';

// Not by running out of work: standard input may be held open by a peer that is done with us.
process.exit(await runBdsync(process.argv.slice(2)));
