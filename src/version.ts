import {readFileSync} from 'node:fs';
import {packageFile} from './package-file.js';

/** The version in package.json, `0.9.0`, say. */
export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(packageFile('package.json'), 'utf8'));
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) return String(manifest.version);
  return 'unknown';
}
