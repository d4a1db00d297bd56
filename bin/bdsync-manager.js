#!/usr/bin/env node
import '../dist/programs/bdsync-manager.js';
