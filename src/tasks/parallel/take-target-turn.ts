import type {DeviceIdentity} from '../../device-identity.js';
import {inspectTarget} from '../ends/inspect-target.js';
import type {ReadyTask} from '../make-ready.js';
import type {TaskRun} from '../task-run.js';
import {deviceClaim} from './device-claim.js';

/**
 * Waits until no other task of the run writes the target, or its source, by whichever names it knows them: the kernels
 * tell which devices they are. Both at once, and before anything else is kept.
 */
export async function takeTargetTurn(run: TaskRun, ready: ReadyTask): Promise<Disposable> {
  const {request, plan} = run;
  const claims = [deviceClaim(ready.source, 'shared')];
  const target = request.turns && (ready.target ?? (await identityOfCreated(run)));
  if (target !== undefined) claims.push(deviceClaim(target, 'exclusive'));
  return await run.takeTurn(claims, `it writes ${plan.target.path}, or reads it`);
}

async function identityOfCreated({host, plan, abort}: TaskRun): Promise<DeviceIdentity | undefined> {
  const found = await inspectTarget(host, plan.target.path, abort.signal);
  return found.kind === 'present' ? found.identity : undefined;
}
