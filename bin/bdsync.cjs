#!/usr/bin/env node
// A drive is to have as many reads at once as it likes. The pool takes its size with its first work, which a module as
// the start of a program would give it: hence this is none. The variable is not for what the program starts. An access
// goes to the pool at once; a stat could get around it, by io_uring.
const {access} = require('node:fs');

if (process.env.UV_THREADPOOL_SIZE === undefined) {
  process.env.UV_THREADPOOL_SIZE = '16';
  access('/', () => {});
  delete process.env.UV_THREADPOOL_SIZE;
}
void import('../dist/programs/bdsync.js');
