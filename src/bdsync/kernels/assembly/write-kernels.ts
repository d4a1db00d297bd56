import {writeFileSync} from 'node:fs';
import {assembleKernel} from './assemble-kernel.js';
import {md5} from './md5.js';
import {sha1} from './sha1.js';
import {sha256} from './sha256.js';

// A step of the build: writes the modules beside what loads them.

for (const recipe of [md5, sha1, sha256]) {
  writeFileSync(new URL(`../${recipe.digest.name}.wasm`, import.meta.url), assembleKernel(recipe));
}
