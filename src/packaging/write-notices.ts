import {writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {thirdPartyNotices} from './third-party-notices.js';

// A step of `npm run build`: lays the notices of what is bundled beside the bundles.

const root = fileURLToPath(new URL('../../', import.meta.url));
writeFileSync(`${root}dist/programs/THIRD-PARTY-NOTICES.txt`, await thirdPartyNotices(root));
