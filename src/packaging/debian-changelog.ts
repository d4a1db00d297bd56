import type {DebRequest} from './deb-request.js';

/** The changes of the package itself; those of the program are in the file beside it. */
export function debianChangelog({version, dateSeconds, maintainer}: DebRequest, debianVersion: string): string {
  return `bdsync-manager (${debianVersion}) unstable; urgency=medium

  * Version ${version}: what changed is in changelog.gz.

 -- ${maintainer.name} <${maintainer.email}>  ${rfc2822(dateSeconds)}
`;
}

/** `Sat, 21 Nov 2026 14:00:00 +0000` */
function rfc2822(seconds: number): string {
  return new Date(seconds * 1000).toUTCString().replace(/GMT$/, '+0000');
}
