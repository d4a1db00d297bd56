import {type Lvm, runLvm, throwLvmFailure} from './lvm.js';
import {LvmError} from './lvm-error.js';

/** How full a thin pool is; when one of both reaches 100, writes to its volumes fail. */
export interface PoolFill {
  readonly dataPercent: number;
  readonly metadataPercent: number;
}

const LOOK_TIMEOUT_MS = 120_000;

/**
 * @param fullName `vg0/pool`
 * @throws LvmError 'lvm-report', and those of every command.
 */
export async function poolFill(lvm: Lvm, fullName: string, signal?: AbortSignal): Promise<PoolFill> {
  const fields = ['--noheadings', '--separator', ' ', '-o', 'data_percent,metadata_percent'];
  const outcome = await runLvm(lvm, ['lvs', ...fields, '--', fullName], {signal, timeoutMs: LOOK_TIMEOUT_MS});
  if (outcome.status !== 0) throwLvmFailure(`cannot look at ${fullName}`, outcome);
  const [, data, metadata] = /^\s*(\d+\.\d+) (\d+\.\d+)\s*$/.exec(outcome.stdout) ?? [];
  if (data === undefined || metadata === undefined) {
    throw new LvmError('lvm-report', `lvs does not tell how full ${fullName} is`);
  }
  return {dataPercent: Number(data), metadataPercent: Number(metadata)};
}
