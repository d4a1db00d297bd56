#!/usr/bin/env node
import '../dist/cli/bdsync.js';
