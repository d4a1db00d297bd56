import {formatBytes} from '../../units.js';
import type {Finding} from '../check/check-report.js';
import type {TargetLook} from './look-at-target.js';

/** That what is on a target will be gone. */
export function noteTarget(path: string, {target, hostName}: TargetLook): Finding[] {
  if (target?.kind !== 'present' || target.sizeBytes === 0) return [];
  const {content, sizeBytes, deviceKind} = target;
  const size = sizeBytes === undefined ? '' : ` of ${formatBytes(sizeBytes)}`;
  const what = content === undefined ? '' : `, and holds ${content}`;
  const kind = deviceKind === 'file' ? 'a file' : 'a device';
  return [
    {
      message: `the target ${path} on ${hostName} is there already, ${kind}${size}${what}: a run overwrites it`,
      hint: 'make sure that it is the copy, or nothing that anybody needs',
    },
  ];
}
