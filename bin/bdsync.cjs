#!/usr/bin/env node
// A drive is to have as many reads at once as it likes. The pool takes its size with its first work, which a module as
// the start of a program would give it: hence this is none.
process.env.UV_THREADPOOL_SIZE ??= '16';
void import('../dist/programs/bdsync.js');
