#!/usr/bin/env node
import '../dist/programs/bdsync.js';
